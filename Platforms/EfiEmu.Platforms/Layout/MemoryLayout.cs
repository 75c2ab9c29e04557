using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>One range of the memory space as firmware finds it when its core starts: a resource descriptor.</summary>
/// <param name="Range">Where.</param>
/// <param name="Type">SystemMemory and Unaccepted are RAM; the others are not.</param>
/// <param name="Capabilities">What the memory map reports of it.</param>
/// <param name="Attributes">How it is set up; RUNTIME makes memory-mapped I/O appear in the memory map.</param>
public readonly record struct MemorySpace(
    MemoryRange Range, GcdMemoryType Type, MemoryAttributes Capabilities, MemoryAttributes Attributes);

/// <summary>A bin: a range below which ordinary allocations start, kept for one type so that the runtime map stays stable.</summary>
/// <param name="Type">The type whose allocations come from the bin.</param>
/// <param name="Range">Where.</param>
/// <remarks>MdeModulePkg/Core/Dxe/Mem/Page.c, memory type information.</remarks>
public readonly record struct MemoryBin(MemoryType Type, MemoryRange Range);

/// <summary>What memory a machine has, and what firmware occupies of it when the guest is about to be loaded.</summary>
/// <param name="Spaces">Ascending, disjoint.</param>
/// <param name="Allocated">What firmware occupies inside system memory: ascending, disjoint, Conventional left out.</param>
/// <param name="Bins">The bins, from the highest address down; none on a machine whose map shows none.</param>
public sealed record MemoryLayout(
    IReadOnlyList<MemorySpace> Spaces,
    IReadOnlyList<MemoryDescriptor> Allocated,
    IReadOnlyList<MemoryBin> Bins)
{
    /// <summary>All RAM, accepted or not, in bytes.</summary>
    public ulong RamBytes => Spaces.Where(s => s.Type is GcdMemoryType.SystemMemory or GcdMemoryType.Unaccepted)
        .Aggregate(0UL, (sum, s) => sum + s.Range.Length);
}
