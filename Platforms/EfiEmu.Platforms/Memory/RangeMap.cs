using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>A value for every address, kept as ranges. Lookups and changes are O(log n) in the number of ranges.</summary>
/// <remarks>Neighbours with equal values are always one range, so the number of ranges says how mixed the values are.</remarks>
internal sealed class RangeMap<T>
    where T : struct
{
    private readonly SortedSet<Boundary> _boundaries;

    // The range that answered last: touches come in neighbourhoods.
    private ulong _lastStart;
    private ulong _lastEnd;
    private T _lastValue;

    // Names what the map holds: a new number for each change, so that equal numbers mean equal contents.
    private long _contents;
    private long _lastContents;

    public RangeMap(T initial)
    {
        _boundaries = new SortedSet<Boundary>(BoundaryOrder.Instance) { new(0, initial) };
    }

    /// <summary>The number of ranges.</summary>
    public int Count => _boundaries.Count;

    public T this[ulong address]
    {
        get
        {
            if (address < _lastStart || address >= _lastEnd)
            {
                Remember(address);
            }

            return _lastValue;
        }
    }

    /// <summary>The end of the range that holds an address.</summary>
    public ulong EndOf(ulong address)
    {
        _ = this[address];
        return _lastEnd;
    }

    /// <summary>The ranges that make up <paramref name="range"/>, ascending, cut to it.</summary>
    /// <param name="range">Must end below 2^64.</param>
    public List<(MemoryRange Range, T Value)> Runs(MemoryRange range)
    {
        var runs = new List<(MemoryRange, T)>();
        if (range.Length == 0)
        {
            return runs;
        }

        ulong start = range.Start;
        T value = this[start];
        if (range.Start >= _lastStart && range.End <= _lastEnd)
        {
            runs.Add((range, value));
            return runs;
        }

        foreach (Boundary boundary in Between(range.Start + 1, range.End - 1))
        {
            runs.Add((new MemoryRange(start, boundary.Start - start), value));
            (start, value) = (boundary.Start, boundary.Value);
        }

        runs.Add((new MemoryRange(start, range.End - start), value));
        return runs;
    }

    /// <summary>Gives a range one value.</summary>
    /// <param name="range">Must end below 2^64.</param>
    /// <param name="value">The value.</param>
    public void Set(MemoryRange range, T value)
    {
        if (range.Length == 0)
        {
            return;
        }

        _contents = ++_lastContents;
        T after = this[range.End];
        T? before = range.Start == 0 ? null : this[range.Start - 1];
        foreach (Boundary inside in Between(range.Start, range.End).ToArray())
        {
            _boundaries.Remove(inside);
        }

        if (before is not { } left || !EqualityComparer<T>.Default.Equals(left, value))
        {
            _boundaries.Add(new Boundary(range.Start, value));
        }

        if (!EqualityComparer<T>.Default.Equals(after, value))
        {
            _boundaries.Add(new Boundary(range.End, after));
        }

        (_lastStart, _lastEnd) = (0, 0);
    }

    /// <summary>Keeps what the map holds, and gives what puts it back.</summary>
    public Action Save()
    {
        Boundary[] saved = [.. _boundaries];
        long contents = _contents;
        return () =>
        {
            if (_contents != contents)
            {
                _boundaries.Clear();
                _boundaries.UnionWith(saved);
                (_lastStart, _lastEnd) = (0, 0);
                _contents = contents;
            }
        };
    }

    private void Remember(ulong address)
    {
        Boundary floor = Between(0, address).Max;
        _lastStart = floor.Start;
        _lastValue = floor.Value;
        SortedSet<Boundary> above = Between(address + 1, ulong.MaxValue);

        // The default of an empty view is a boundary at 0, which is where the first range starts and never the end of one.
        Boundary next = above.Min;
        _lastEnd = next.Start == 0 ? ulong.MaxValue : next.Start;
    }

    private SortedSet<Boundary> Between(ulong first, ulong last) =>
        _boundaries.GetViewBetween(new Boundary(first, default), new Boundary(Math.Max(first, last), default));

    /// <summary>Where a range starts, and its value.</summary>
    private readonly record struct Boundary(ulong Start, T Value);

    private sealed class BoundaryOrder : IComparer<Boundary>
    {
        public static readonly BoundaryOrder Instance = new();

        public int Compare(Boundary x, Boundary y) => x.Start.CompareTo(y.Start);
    }
}
