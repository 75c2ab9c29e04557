namespace EfiEmu.Sdk;

/// <summary>What GetMemoryMap returns.</summary>
/// <param name="Descriptors">In firmware's order, which is not the order of addresses on edk2.</param>
/// <param name="MapKey">The key that ExitBootServices asks for.</param>
/// <param name="RequiredSize">The buffer size in bytes that firmware asks for: at least the map, on edk2 an over-estimate.</param>
/// <param name="DescriptorSize">Stride in bytes.</param>
public sealed record MemoryMap(
    IReadOnlyList<MemoryDescriptor> Descriptors,
    ulong MapKey,
    ulong RequiredSize,
    uint DescriptorSize);
