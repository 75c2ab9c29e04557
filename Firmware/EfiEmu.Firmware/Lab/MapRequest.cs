using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>One GetMemoryMap call of a loader, with what firmware thought of it.</summary>
/// <param name="BufferBytes">The size of the loader's buffer.</param>
/// <param name="RequiredBytes">The size that firmware asks for: on edk2 an over-estimate.</param>
/// <param name="Descriptors">Descriptors in the map.</param>
/// <param name="DescriptorSize">The stride in bytes.</param>
/// <param name="Status">What the call returned.</param>
public sealed record MapRequest(ulong BufferBytes, ulong RequiredBytes, int Descriptors, uint DescriptorSize, EfiStatus Status)
{
    /// <summary>The descriptors that fit into the buffer.</summary>
    public int Room => (int)Math.Min(BufferBytes / DescriptorSize, int.MaxValue);

    /// <summary>The descriptors that firmware asks room for.</summary>
    public int Required => (int)(RequiredBytes / DescriptorSize);

    /// <summary>The call that a record tells of; null where it tells of something else.</summary>
    internal static MapRequest? Of(BootEvent happened) => happened is MemoryMapFetched fetched
        ? new MapRequest(fetched.BufferBytes, fetched.RequiredBytes, fetched.Descriptors, fetched.DescriptorSize, fetched.Status)
        : null;
}
