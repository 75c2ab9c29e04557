using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>One range of the global coherency domain.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">Last byte.</param>
/// <param name="Type">What it is.</param>
/// <param name="Capabilities">What it can do.</param>
/// <param name="Attributes">How it is set up.</param>
/// <param name="InAllocator">Whether firmware's core took it for the page allocator, which forbids its removal.</param>
internal readonly record struct GcdEntry(
    ulong Start, ulong End, GcdMemoryType Type, MemoryAttributes Capabilities, MemoryAttributes Attributes, bool InAllocator)
    : IAddressRange
{
    /// <inheritdoc/>
    public ulong FreePages => 0;

    /// <summary>The range as the DXE services describe it.</summary>
    public MemorySpaceDescriptor Descriptor => new(new GuestAddress(Start), unchecked(End - Start + 1), Capabilities, Attributes, Type);

    /// <summary>Whether neighbours that differ in nothing but place become one.</summary>
    public bool IsLike(in GcdEntry other) => Type == other.Type && Capabilities == other.Capabilities
        && Attributes == other.Attributes && InAllocator == other.InAllocator;
}
