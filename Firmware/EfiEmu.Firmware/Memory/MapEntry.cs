using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>One range of the page allocator: memory of one type, free or in use.</summary>
/// <param name="Start">First byte; the start of a page.</param>
/// <param name="End">Last byte; the end of a page.</param>
/// <param name="Type">What it holds; Conventional when it is free.</param>
/// <param name="Attributes">What its memory can do; never with RUNTIME.</param>
/// <param name="Slot">
/// The temporary slot that holds the entry while an operation runs, or <see cref="InStorage"/>; see <see cref="AllocatorMap"/>.
/// </param>
internal readonly record struct MapEntry(ulong Start, ulong End, MemoryType Type, MemoryAttributes Attributes, int Slot)
    : IAddressRange
{
    /// <summary>The entry lies in the map's own storage.</summary>
    public const int InStorage = -1;

    /// <summary>Whether nobody has it.</summary>
    public bool IsFree => Type == MemoryType.Conventional;

    /// <summary>Pages in it.</summary>
    public ulong Pages => ((End - Start) / GuestAddress.PageSize) + 1;

    /// <inheritdoc/>
    /// <remarks>Special-purpose memory is free, but only AllocateAddress gets it.</remarks>
    public ulong FreePages => IsFree && (Attributes & MemoryAttributes.SpecialPurpose) == 0 ? Pages : 0;

    /// <summary>The entry as the memory map shows it, bins left aside.</summary>
    public MemoryDescriptor Descriptor =>
        new(Type, new GuestAddress(Start), Pages, MemoryTypeFacts.WithRuntimeOf(Type, Attributes));
}
