using System.Buffers.Binary;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>
/// The page tables that firmware leaves: all RAM mapped one to one in pages of 1 GiB, in memory that firmware occupies anyway. They are
/// there from power-on, as a guest sees it; the host holds them once someone touches them.
/// </summary>
/// <remarks>
/// Differs from OVMF: the accessed and dirty bits of all entries are set, and no page is read-only or not executable.
/// </remarks>
internal sealed class IdentityTables
{
    private const int EntryBytes = 8;
    private const ulong EntryMask = 0x1ff;
    private const int BytesPerTableShift = 39;
    private const int PageShift = 30;

    // The lower half of the linear address space, which is as far as an identity map reaches.
    private const ulong MostDirectories = 256;

    // Present, writable, accessed; and of a page dirty and large.
    private const ulong Table = 0x23;
    private const ulong Page = 0xe3;

    private readonly ulong _attributes;
    private readonly ulong _directories;

    private IdentityTables(MemoryRange range, ulong directories, ulong attributes)
    {
        Range = range;
        _directories = directories;
        _attributes = attributes;
    }

    /// <summary>The pages of the tables: the highest level, then the directories of 512 GiB each.</summary>
    public MemoryRange Range { get; }

    /// <summary>The tables of a machine, or null where firmware occupies no memory at the address that has room for them.</summary>
    /// <param name="layout">What firmware occupies.</param>
    /// <param name="start">Where the highest level is: CR3.</param>
    /// <param name="limit">The end of the RAM.</param>
    /// <param name="attributes">The bits of every entry that mark private memory.</param>
    public static IdentityTables? At(MemoryLayout layout, ulong start, ulong limit, ulong attributes)
    {
        ulong directories = Math.Clamp((limit + (1ul << BytesPerTableShift) - 1) >> BytesPerTableShift, 1, MostDirectories);
        var range = new MemoryRange(start, (directories + 1) * GuestAddress.PageSize);
        bool isFirmwares = layout.Allocated.Any(piece => piece.Type == MemoryType.BootServicesData
            && piece.PhysicalStart.Value <= range.Start
            && range.End <= piece.PhysicalStart.Value + (piece.NumberOfPages * GuestAddress.PageSize));
        return isFirmwares ? new IdentityTables(range, directories, attributes) : null;
    }

    /// <summary>Whether a range has bytes of the tables.</summary>
    public bool Overlaps(ulong first, ulong last) => first < Range.End && Range.Start <= last;

    /// <summary>Writes what lies of the tables in a stretch of memory, whole pages that are otherwise zero.</summary>
    public void Fill(ulong start, Span<byte> memory)
    {
        ulong from = Math.Max(start, Range.Start);
        ulong to = Math.Min(start + (ulong)memory.Length, Range.End);
        for (ulong at = from; at < to; at += EntryBytes)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(memory[(int)(at - start)..], EntryAt(at - Range.Start));
        }
    }

    private ulong EntryAt(ulong offset)
    {
        ulong table = offset / GuestAddress.PageSize;
        ulong index = (offset / EntryBytes) & EntryMask;
        if (table == 0)
        {
            return index < _directories ? (Range.Start + ((index + 1) * GuestAddress.PageSize)) | Table | _attributes : 0;
        }

        return ((table - 1) << BytesPerTableShift) | (index << PageShift) | Page | _attributes;
    }
}
