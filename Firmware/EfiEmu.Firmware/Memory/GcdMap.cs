using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>The memory space of the global coherency domain: every address up to the width of the address space has an entry.</summary>
/// <remarks>PI 1.8 volume 2, section 7.2; MdeModulePkg/Core/Dxe/Gcd/Gcd.c.</remarks>
internal sealed class GcdMap
{
    private const ulong PageMask = GuestAddress.PageSize - 1;

    private readonly RangeTree<GcdEntry> _tree = new();
    private readonly ulong _top;
    private bool _mayHoldUntested;

    /// <summary>Makes a map in which nothing exists.</summary>
    /// <param name="addressBits">Width of the address space, at most 64.</param>
    public GcdMap(int addressBits)
    {
        _top = addressBits >= 64 ? ulong.MaxValue : (1UL << addressBits) - 1;
        _tree.Insert(new GcdEntry(0, _top, GcdMemoryType.NonExistent, MemoryAttributes.None, MemoryAttributes.None, false));
    }

    /// <summary>Entries, those for what does not exist included.</summary>
    public int Count => _tree.Count;

    /// <summary>Tree nodes looked at so far.</summary>
    public long Visits => _tree.Visits;

    /// <summary>All entries in ascending order.</summary>
    public IEnumerable<GcdEntry> Entries => _tree.Ascending();

    /// <summary>The entry that holds an address.</summary>
    public bool TryFind(ulong address, out GcdEntry entry) => _tree.TryFind(address, out entry);

    /// <summary>Adds a range.</summary>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for length 0 or a type that cannot be added; UNSUPPORTED outside the address space;
    /// ACCESS_DENIED when part of the range exists.
    /// </returns>
    public EfiStatus Add(GcdMemoryType type, ulong start, ulong length, MemoryAttributes capabilities)
    {
        if (type is GcdMemoryType.NonExistent or > GcdMemoryType.Unaccepted)
        {
            return EfiStatus.InvalidParameter;
        }

        // edk2 lets every range become runtime memory, and memory-mapped I/O stand for ports.
        MemoryAttributes all = capabilities | MemoryAttributes.Runtime;
        if (type == GcdMemoryType.MemoryMappedIo)
        {
            all |= GcdBits.PortIo;
        }

        return Convert(
            start,
            length,
            e => e.Type == GcdMemoryType.NonExistent && !e.InAllocator ? EfiStatus.Success : EfiStatus.AccessDenied,
            e => e with { Type = type, Capabilities = all });
    }

    /// <summary>Removes a range.</summary>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for length 0; UNSUPPORTED outside the address space; NOT_FOUND when part of the range does
    /// not exist; ACCESS_DENIED when part of it belongs to the page allocator.
    /// </returns>
    public EfiStatus Remove(ulong start, ulong length) => Convert(
        start,
        length,
        static e => e.Type == GcdMemoryType.NonExistent ? EfiStatus.NotFound
            : e.InAllocator ? EfiStatus.AccessDenied : EfiStatus.Success,
        static e => e with { Type = GcdMemoryType.NonExistent, Capabilities = MemoryAttributes.None });

    /// <summary>Sets attributes; those that say nothing of caching or protection keep what the range has of both.</summary>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for length 0 or for RUNTIME on a range that is not made of pages; UNSUPPORTED outside the
    /// address space, when part of the range lacks the capability, or for caching or protection of a range that is not made
    /// of pages.
    /// </returns>
    public EfiStatus SetAttributes(ulong start, ulong length, MemoryAttributes attributes)
    {
        bool wholePages = ((start | length) & PageMask) == 0;
        MemoryAttributes kept = (attributes & (GcdBits.Cache | GcdBits.PageAttributes)) == 0
            ? GcdBits.Cache | GcdBits.PageAttributes
            : MemoryAttributes.None;
        return Convert(
            start,
            length,
            e => (attributes & MemoryAttributes.Runtime) != 0 && !wholePages ? EfiStatus.InvalidParameter
                : (e.Capabilities & attributes) != attributes || (kept == MemoryAttributes.None && !wholePages) ? EfiStatus.Unsupported
                : EfiStatus.Success,
            e => e with { Attributes = attributes | (e.Attributes & kept) });
    }

    /// <summary>Sets capabilities.</summary>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER for length 0 or for a range that is not made of pages; UNSUPPORTED outside the address
    /// space or when an attribute in force would lose its capability.
    /// </returns>
    public EfiStatus SetCapabilities(ulong start, ulong length, MemoryAttributes capabilities)
    {
        bool wholePages = ((start | length) & PageMask) == 0;
        return Convert(
            start,
            length,
            e => !wholePages ? EfiStatus.InvalidParameter
                : (capabilities & e.Attributes) != e.Attributes ? EfiStatus.Unsupported : EfiStatus.Success,
            e => e with { Capabilities = capabilities });
    }

    /// <summary>Marks an existing range as the page allocator's.</summary>
    public EfiStatus Claim(ulong start, ulong length) =>
        Convert(start, length, static _ => EfiStatus.Success, static e => e with { InAllocator = true });

    /// <summary>Turns reserved ranges that are present and initialised but untested into system memory, and gives them.</summary>
    public IReadOnlyList<GcdEntry> PromoteUntested()
    {
        if (!_mayHoldUntested)
        {
            return [];
        }

        GcdEntry[] untested = [.. _tree.Ascending().Where(IsUntested)];
        foreach (GcdEntry entry in untested)
        {
            Convert(
                entry.Start,
                entry.End - entry.Start + 1,
                static _ => EfiStatus.Success,
                static e => e with
                {
                    Type = GcdMemoryType.SystemMemory,
                    Capabilities = e.Capabilities | GcdBits.Tested,
                    InAllocator = true,
                });
        }

        _mayHoldUntested = false;
        return untested;
    }

    private static bool IsUntested(GcdEntry entry) =>
        entry.Type == GcdMemoryType.Reserved && !entry.InAllocator && entry.End < ulong.MaxValue
        && ((entry.Start | (entry.End + 1)) & PageMask) == 0
        && (entry.Capabilities & (GcdBits.Present | GcdBits.Initialized | GcdBits.Tested))
            == (GcdBits.Present | GcdBits.Initialized);

    private EfiStatus Convert(ulong start, ulong length, Func<GcdEntry, EfiStatus> check, Func<GcdEntry, GcdEntry> change)
    {
        if (length == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        ulong end = unchecked(start + length - 1);
        if (end < start || end > _top)
        {
            return EfiStatus.Unsupported;
        }

        List<GcdEntry> affected = Overlapping(start, end);
        foreach (GcdEntry entry in affected)
        {
            EfiStatus status = check(entry);
            if (status.IsError)
            {
                return status;
            }
        }

        Substitute(affected, Pieces(affected, start, end, change));
        return EfiStatus.Success;
    }

    private List<GcdEntry> Overlapping(ulong start, ulong end)
    {
        var found = new List<GcdEntry>();
        bool more = _tree.TryFind(start, out GcdEntry entry);
        while (more && entry.Start <= end)
        {
            found.Add(entry);
            more = _tree.TryFindAbove(entry.Start, out entry);
        }

        return found;
    }

    // The changed range with what stays of the entries at its two ends.
    private static List<GcdEntry> Pieces(List<GcdEntry> affected, ulong start, ulong end, Func<GcdEntry, GcdEntry> change)
    {
        var pieces = new List<GcdEntry>();
        foreach (GcdEntry entry in affected)
        {
            if (entry.Start < start)
            {
                pieces.Add(entry with { End = start - 1 });
            }

            pieces.Add(change(entry) with { Start = Math.Max(entry.Start, start), End = Math.Min(entry.End, end) });
            if (entry.End > end)
            {
                pieces.Add(entry with { Start = end + 1 });
            }
        }

        return pieces;
    }

    private void Substitute(List<GcdEntry> before, List<GcdEntry> after)
    {
        if (before[0].Start > 0 && _tree.TryFind(before[0].Start - 1, out GcdEntry below) && below.IsLike(after[0]))
        {
            before.Insert(0, below);
            after.Insert(0, below);
        }

        if (_tree.TryFindAbove(before[^1].Start, out GcdEntry above) && above.IsLike(after[^1]))
        {
            before.Add(above);
            after.Add(above);
        }

        before.ForEach(e => _tree.Remove(e.Start));
        GcdEntry last = after[0];
        for (int i = 1; i < after.Count; i++)
        {
            if (last.IsLike(after[i]))
            {
                last = last with { End = after[i].End };
                continue;
            }

            Keep(last);
            last = after[i];
        }

        Keep(last);
    }

    private void Keep(in GcdEntry entry)
    {
        _mayHoldUntested |= IsUntested(entry);
        _tree.Insert(entry);
    }
}
