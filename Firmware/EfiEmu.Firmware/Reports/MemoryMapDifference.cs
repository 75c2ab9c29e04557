using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>How a range of one memory map stands to an earlier map.</summary>
internal enum MapMark
{
    /// <summary>Every byte was there with this type and these attributes.</summary>
    Same,

    /// <summary>Nothing of it was there.</summary>
    New,

    /// <summary>It was there, as something else.</summary>
    Changed,
}

/// <summary>A range and how it stands to an earlier map.</summary>
/// <param name="Mark">New, changed or neither.</param>
/// <param name="Earlier">The distinct earlier kinds of a changed range, in the order of their addresses.</param>
/// <param name="PartlyNew">Whether a part of a changed range was not there.</param>
internal readonly record struct MapChange(
    MapMark Mark, IReadOnlyList<(MemoryType Type, MemoryAttributes Attributes)> Earlier, bool PartlyNew);

/// <summary>A range that is something else in a later map than in an earlier one.</summary>
/// <param name="First">The first byte.</param>
/// <param name="Last">The last byte.</param>
/// <param name="From">What it was, or null where the earlier map has nothing there.</param>
/// <param name="To">What it is, or null where the later map has nothing there.</param>
internal readonly record struct MapMove(
    ulong First, ulong Last, (MemoryType Type, MemoryAttributes Attributes)? From, (MemoryType Type, MemoryAttributes Attributes)? To)
{
    /// <summary>Its length.</summary>
    public ulong Bytes => Last - First + 1;
}

/// <summary>Compares memory maps byte by byte, so that a range that was merely split or merged does not count as changed.</summary>
internal sealed class MemoryMapDifference
{
    private const long Nothing = -1;

    private readonly MemoryDescriptor[] _earlier;

    /// <summary>Prepares comparisons with a map in any order.</summary>
    public MemoryMapDifference(IEnumerable<MemoryDescriptor> earlier) =>
        _earlier = [.. earlier.Where(d => d.NumberOfPages > 0).OrderBy(d => d.PhysicalStart.Value)];

    /// <summary>How a range of the later map stands to the earlier one.</summary>
    public MapChange Compare(MemoryDescriptor later)
    {
        List<(MemoryType Type, MemoryAttributes Attributes)> kinds = [];
        ulong covered = 0;
        foreach (MemoryDescriptor piece in Overlapping(later))
        {
            covered += CommonBytes(piece, later);
            if (!kinds.Contains((piece.Type, piece.Attributes)))
            {
                kinds.Add((piece.Type, piece.Attributes));
            }
        }

        bool partlyNew = covered < later.Bytes;
        return kinds switch
        {
            [] => new(later.NumberOfPages == 0 ? MapMark.Same : MapMark.New, [], false),
            [var only] when !partlyNew && only == (later.Type, later.Attributes) => new(MapMark.Same, [], false),
            _ => new(MapMark.Changed, kinds, partlyNew),
        };
    }

    /// <summary>How many bytes went from one type to another, largest first; a null type is memory that one map does not have.</summary>
    public static IReadOnlyList<(MemoryType? From, MemoryType? To, ulong Bytes)> Transitions(
        IReadOnlyList<MemoryDescriptor> earlier, IReadOnlyList<MemoryDescriptor> later)
    {
        Dictionary<(long From, long To), ulong> totals = [];
        foreach (MapMove move in Moves(earlier, later))
        {
            (long, long) key = (ValueOf(move.From), ValueOf(move.To));
            totals[key] = totals.GetValueOrDefault(key) + move.Bytes;
        }

        return
        [
            .. totals.OrderByDescending(t => t.Value).ThenBy(t => t.Key).Select(t => (TypeOf(t.Key.From), TypeOf(t.Key.To), t.Value)),
        ];
    }

    /// <summary>What is something else in the later map, range by range, ascending. Neighbours with the same story are one range.</summary>
    public static IReadOnlyList<MapMove> Moves(IReadOnlyList<MemoryDescriptor> earlier, IReadOnlyList<MemoryDescriptor> later)
    {
        var before = new MemoryMapDifference(earlier);
        List<MapMove> moves = [];
        foreach (MemoryDescriptor descriptor in later)
        {
            (MemoryType, MemoryAttributes) now = (descriptor.Type, descriptor.Attributes);
            foreach (MemoryDescriptor piece in before.Overlapping(descriptor).Where(p => (p.Type, p.Attributes) != now))
            {
                ulong first = Math.Max(piece.PhysicalStart.Value, descriptor.PhysicalStart.Value);
                moves.Add(new(first, first + CommonBytes(piece, descriptor) - 1, (piece.Type, piece.Attributes), now));
            }
        }

        moves.AddRange(Removed(later, earlier).Select(d => new MapMove(d.PhysicalStart.Value, d.PhysicalEnd.Value, null, (d.Type, d.Attributes))));
        moves.AddRange(Removed(earlier, later).Select(d => new MapMove(d.PhysicalStart.Value, d.PhysicalEnd.Value, (d.Type, d.Attributes), null)));
        return Joined(moves.OrderBy(m => m.First));
    }

    private static List<MapMove> Joined(IEnumerable<MapMove> moves)
    {
        List<MapMove> joined = [];
        foreach (MapMove move in moves)
        {
            if (joined.Count > 0 && joined[^1] is var last && last.Last + 1 == move.First && (last.From, last.To) == (move.From, move.To))
            {
                joined[^1] = last with { Last = move.Last };
            }
            else
            {
                joined.Add(move);
            }
        }

        return joined;
    }

    private static long ValueOf((MemoryType Type, MemoryAttributes Attributes)? kind) => kind is { } there ? there.Type.Value : Nothing;

    private static MemoryType? TypeOf(long value) => value == Nothing ? null : new MemoryType((uint)value);

    /// <summary>What the earlier map has and the later one has not, ascending.</summary>
    public static IEnumerable<MemoryDescriptor> Removed(
        IEnumerable<MemoryDescriptor> earlier, IEnumerable<MemoryDescriptor> later)
    {
        var there = new MemoryMapDifference(later);
        foreach (MemoryDescriptor descriptor in new MemoryMapDifference(earlier)._earlier)
        {
            ulong next = descriptor.PhysicalStart.Value;
            foreach (MemoryDescriptor piece in there.Overlapping(descriptor))
            {
                if (piece.PhysicalStart.Value > next)
                {
                    yield return Part(descriptor, next, piece.PhysicalStart.Value - 1);
                }

                next = Math.Max(next, unchecked(piece.PhysicalEnd.Value + 1));
            }

            if (next <= descriptor.PhysicalEnd.Value && next >= descriptor.PhysicalStart.Value)
            {
                yield return Part(descriptor, next, descriptor.PhysicalEnd.Value);
            }
        }
    }

    private static MemoryDescriptor Part(MemoryDescriptor whole, ulong first, ulong last) => whole with
    {
        PhysicalStart = new GuestAddress(first),
        NumberOfPages = ((last - first) / GuestAddress.PageSize) + 1,
    };

    private static ulong CommonBytes(MemoryDescriptor a, MemoryDescriptor b) =>
        Math.Min(a.PhysicalEnd.Value, b.PhysicalEnd.Value) - Math.Max(a.PhysicalStart.Value, b.PhysicalStart.Value) + 1;

    private IEnumerable<MemoryDescriptor> Overlapping(MemoryDescriptor range)
    {
        if (range.NumberOfPages == 0)
        {
            yield break;
        }

        for (int i = FirstEndingAtOrAfter(range.PhysicalStart.Value); i < _earlier.Length; i++)
        {
            if (_earlier[i].PhysicalStart > range.PhysicalEnd)
            {
                yield break;
            }

            yield return _earlier[i];
        }
    }

    private int FirstEndingAtOrAfter(ulong address)
    {
        int low = 0;
        int high = _earlier.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_earlier[middle].PhysicalEnd.Value < address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
