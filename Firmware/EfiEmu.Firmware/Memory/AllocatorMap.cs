using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>The page allocator's map: which pages exist, what each holds, and the key that moves with every change.</summary>
/// <remarks>
/// <para>MdeModulePkg/Core/Dxe/Mem/Page.c. The key moves by one each time a range is added to the map, and nowhere else.</para>
/// <para>
/// The map keeps its own entries in pages of BootServicesData, 64 to a page, which are never given back. A new entry first
/// lies in a temporary slot; at the end of each step the slots are emptied into storage, the newest first, and a page is
/// allocated whenever storage runs out: an allocation that changes the map and moves the key itself. So the key depends on
/// how many entries there were, and a slot whose entry was merged away in the meantime still needs storage for a moment.
/// </para>
/// </remarks>
internal sealed class AllocatorMap(BinTable bins)
{
    /// <summary>Entries in one page of the map's own storage.</summary>
    public const int EntriesPerPage = 64;

    private const ulong PageMask = GuestAddress.PageSize - 1;
    private const ulong MergedAway = ulong.MaxValue;

    private readonly RangeTree<MapEntry> _tree = new();
    private readonly List<ulong> _slots = [];
    private readonly List<MapChange> _changes = [];
    private int _vacant;
    private bool _emptyingSlots;

    /// <summary>The map key.</summary>
    public ulong Key { get; private set; }

    /// <summary>Ranges in the map.</summary>
    public int Count => _tree.Count;

    /// <summary>Tree nodes looked at so far.</summary>
    public long Visits => _tree.Visits;

    /// <summary>All ranges in ascending order.</summary>
    public IEnumerable<MapEntry> Entries => _tree.Ascending();

    /// <summary>The range that holds an address.</summary>
    public bool TryFind(ulong address, out MapEntry entry) => _tree.TryFind(address, out entry);

    /// <summary>What moved the key since the last call.</summary>
    public IReadOnlyList<MapChange> DrainChanges()
    {
        MapChange[] drained = [.. _changes];
        _changes.Clear();
        return drained;
    }

    /// <summary>Fills the map as firmware left it, without taking pages for storage: those lie in the layout already.</summary>
    /// <param name="spaces">The RAM: ascending and disjoint.</param>
    /// <param name="occupied">What is in use of it: ascending and disjoint.</param>
    /// <exception cref="ArgumentException">A range in use lies outside RAM.</exception>
    public void Fill(IEnumerable<MapEntry> spaces, IEnumerable<MapEntry> occupied)
    {
        _emptyingSlots = true;
        foreach (MapEntry space in spaces)
        {
            AddRange(space.Type, space.Start, space.End, space.Attributes, MapChangeKind.AddMemorySpace);
        }

        foreach (MapEntry range in occupied)
        {
            for (ulong start = range.Start; start - 1 != range.End;)
            {
                if (!TryFind(start, out MapEntry around) || !around.IsFree)
                {
                    throw new ArgumentException($"{range.Descriptor}: not in free system memory", nameof(occupied));
                }

                ulong end = Math.Min(around.End, range.End);
                CutOut(around, start, end);
                AddRange(range.Type, start, end, range.Attributes, MapChangeKind.AllocatePages);
                start = unchecked(end + 1);
            }
        }

        foreach (MapEntry entry in _tree.Ascending().Where(e => e.Slot != MapEntry.InStorage).ToArray())
        {
            _tree.Replace(entry with { Slot = MapEntry.InStorage });
        }

        _slots.Clear();
        _changes.Clear();
        _vacant = (EntriesPerPage - (_tree.Count % EntriesPerPage)) % EntriesPerPage;
        _emptyingSlots = false;
    }

    /// <summary>Adds free memory.</summary>
    public void AddFree(ulong start, ulong end, MemoryAttributes attributes, MapChangeKind cause)
    {
        AddRange(MemoryType.Conventional, start, end, attributes & ~GcdBits.NeverInAllocator, cause);
        EmptySlots();
    }

    /// <summary>Looks for free pages below a bound: in the type's bin, then below all bins, then anywhere, each from the top.</summary>
    /// <param name="type">The type that the pages will have.</param>
    /// <param name="pages">How many.</param>
    /// <param name="bound">The last byte may lie here or lower.</param>
    /// <param name="start">The first byte; never 0.</param>
    public bool TryFindFree(MemoryType type, ulong pages, ulong bound, out ulong start)
    {
        if (MemoryTypeFacts.IsSpecified(type))
        {
            (ulong bottom, ulong top) = bins.PreferredRange(type);
            if (bound >= top && TryFindFree(pages, bottom, top, out start))
            {
                return true;
            }
        }

        return (bound >= bins.DefaultTop && TryFindFree(pages, 0, bins.DefaultTop, out start))
            || TryFindFree(pages, 0, bound, out start);
    }

    /// <summary>Gives free memory a type.</summary>
    /// <returns>SUCCESS; NOT_FOUND unless one free range holds all of it.</returns>
    public EfiStatus Occupy(ulong start, ulong end, MemoryType type, MapChangeKind cause)
    {
        if (!TryFind(start, out MapEntry around) || !around.IsFree || around.End < end)
        {
            return EfiStatus.NotFound;
        }

        CutOut(around, start, end);
        AddRange(type, start, end, around.Attributes, cause);
        EmptySlots();
        return EfiStatus.Success;
    }

    /// <summary>Frees memory, range by range; what was freed before a failure stays free.</summary>
    /// <returns>SUCCESS; NOT_FOUND at the first address that is free already or does not exist.</returns>
    public EfiStatus Free(ulong start, ulong end, MapChangeKind cause)
    {
        for (ulong at = start; ;)
        {
            if (!TryFind(at, out MapEntry around) || around.IsFree)
            {
                return EfiStatus.NotFound;
            }

            ulong last = Math.Min(around.End, end);
            CutOut(around, at, last);
            AddRange(MemoryType.Conventional, at, last, around.Attributes, cause, around.Type);
            EmptySlots();
            if (last == end)
            {
                return EfiStatus.Success;
            }

            at = last + 1;
        }
    }

    /// <summary>Gives memory other attributes, range by range up to the first address that is not in the map.</summary>
    public void SetAttributes(ulong start, ulong end, MemoryAttributes attributes)
    {
        for (ulong at = start; TryFind(at, out MapEntry around);)
        {
            ulong last = Math.Min(around.End, end);
            CutOut(around, at, last);
            AddRange(
                around.Type, at, last, attributes & ~GcdBits.NeverInAllocator, MapChangeKind.SetMemorySpaceCapabilities);
            EmptySlots();
            if (last == end)
            {
                return;
            }

            at = last + 1;
        }
    }

    private bool TryFindFree(ulong pages, ulong bottom, ulong bound, out ulong start)
    {
        start = 0;
        if (bound < PageMask || pages == 0)
        {
            return false;
        }

        ulong top = (bound & PageMask) == PageMask ? bound : ((bound - GuestAddress.PageSize) & ~PageMask) | PageMask;
        if (!_tree.TryFindAtOrBelow(top, out MapEntry highest))
        {
            return false;
        }

        // Only the range that the bound cuts has to be clipped; those below it count whole.
        MapEntry clipped = highest with { End = Math.Min(highest.End, top) };
        if (clipped.FreePages < pages && !_tree.TryFindHighestFree(highest.Start, pages, out clipped))
        {
            return false;
        }

        start = clipped.End - ((pages * GuestAddress.PageSize) - 1);
        return start >= bottom && start != 0;
    }

    // Takes a range out of the entry around it and leaves what is left on both sides.
    private void CutOut(in MapEntry around, ulong start, ulong end)
    {
        if (around.Start == start && around.End == end)
        {
            Drop(around);
        }
        else if (around.Start == start)
        {
            _tree.Remove(around.Start);
            _tree.Insert(around with { Start = end + 1 });
            if (around.Slot != MapEntry.InStorage)
            {
                _slots[around.Slot] = end + 1;
            }
        }
        else
        {
            _tree.Replace(around with { End = start - 1 });
            if (around.End != end)
            {
                Push(end + 1, around.End, around.Type, around.Attributes);
            }
        }
    }

    private void AddRange(
        MemoryType type, ulong start, ulong end, MemoryAttributes attributes, MapChangeKind cause, MemoryType? before = null)
    {
        Key++;
        _changes.Add(new MapChange(Key, cause, before ?? type, new MemoryRange(start, end - start + 1)));
        if (start > 0 && TryFind(start - 1, out MapEntry below) && below.Type == type && below.Attributes == attributes)
        {
            start = below.Start;
            Drop(below);
        }

        if (end < ulong.MaxValue && TryFind(end + 1, out MapEntry above) && above.Type == type && above.Attributes == attributes)
        {
            end = above.End;
            Drop(above);
        }

        Push(start, end, type, attributes);
    }

    private void Push(ulong start, ulong end, MemoryType type, MemoryAttributes attributes)
    {
        _tree.Insert(new MapEntry(start, end, type, attributes, _slots.Count));
        _slots.Add(start);
    }

    private void Drop(in MapEntry entry)
    {
        _tree.Remove(entry.Start);
        if (entry.Slot == MapEntry.InStorage)
        {
            _vacant++;
        }
        else
        {
            _slots[entry.Slot] = MergedAway;
        }
    }

    private void EmptySlots()
    {
        if (_emptyingSlots)
        {
            return;
        }

        _emptyingSlots = true;
        while (_slots.Count > 0)
        {
            if (_vacant == 0)
            {
                GrowStorage();
            }

            ulong start = _slots[^1];
            _slots.RemoveAt(_slots.Count - 1);
            if (start != MergedAway && _tree.TryFind(start, out MapEntry entry))
            {
                _vacant--;
                _tree.Replace(entry with { Slot = MapEntry.InStorage });
            }
        }

        _emptyingSlots = false;
    }

    // Real firmware stops with an assertion when not one page is left; here the map then holds its entries for nothing.
    private void GrowStorage()
    {
        if (TryFindFree(MemoryType.BootServicesData, 1, ulong.MaxValue, out ulong page))
        {
            Occupy(page, page + PageMask, MemoryType.BootServicesData, MapChangeKind.MapStorage);
        }

        _vacant += EntriesPerPage;
    }
}
