using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The acceptance state of every 4 KiB page, kept as ranges.</summary>
internal sealed class PageStates(PageState powerOn)
{
    private readonly RangeMap<PageState> _states = new(powerOn);

    /// <summary>The number of ranges.</summary>
    public int RangeCount => _states.Count;

    /// <summary>The state of the page that holds an address.</summary>
    public PageState this[ulong address] => _states[address];

    /// <summary>The end of the run of pages in one state that holds an address.</summary>
    public ulong EndOf(ulong address) => _states.EndOf(address);

    /// <summary>The states inside a range, ascending.</summary>
    public List<(MemoryRange Range, PageState State)> Runs(MemoryRange range) => _states.Runs(range);

    /// <summary>Does a transition on every page of a range, or, where one page makes it illegal, on none.</summary>
    /// <param name="transition">What to do.</param>
    /// <param name="range">Page aligned, not empty, below 2^64.</param>
    public PageStateChange Apply(PageTransition transition, MemoryRange range)
    {
        List<(MemoryRange Range, PageState State)> runs = _states.Runs(range);
        foreach ((MemoryRange run, PageState state) in runs)
        {
            if (PageTransitions.Next(state, transition) is null)
            {
                return PageStateChange.Illegal(run);
            }
        }

        var changed = new List<MemoryRange>();
        foreach ((MemoryRange run, PageState state) in runs)
        {
            if (PageTransitions.Next(state, transition) is { } next && next != state)
            {
                _states.Set(run, next);
                Append(changed, run);
            }
        }

        return new PageStateChange(changed, null);
    }

    /// <summary>Keeps the states, and gives what puts them back.</summary>
    public Action Save() => _states.Save();

    private static void Append(List<MemoryRange> ranges, MemoryRange range)
    {
        if (ranges.Count > 0 && ranges[^1].End == range.Start)
        {
            ranges[^1] = new MemoryRange(ranges[^1].Start, ranges[^1].Length + range.Length);
        }
        else
        {
            ranges.Add(range);
        }
    }
}

/// <summary>What a transition did.</summary>
/// <param name="Changed">Exactly the ranges whose state changed: ascending, disjoint, not adjacent.</param>
/// <param name="Refused">The first range that made the transition illegal; then nothing changed.</param>
internal sealed record PageStateChange(IReadOnlyList<MemoryRange> Changed, MemoryRange? Refused)
{
    /// <summary>True when every page allowed the transition.</summary>
    public bool IsLegal => Refused is null;

    /// <summary>Bytes whose state changed.</summary>
    public ulong Bytes => Changed.Aggregate(0UL, (sum, range) => sum + range.Length);

    public static PageStateChange Illegal(MemoryRange refused) => new([], refused);
}

/// <summary>How many operations a range takes when each is as large as alignment allows.</summary>
/// <param name="Large">Operations on 2 MiB.</param>
/// <param name="Small">Operations on 4 KiB.</param>
internal readonly record struct PageOperations(ulong Large, ulong Small)
{
    public const ulong LargeBytes = 0x200000;

    /// <summary>4 KiB pages up to a multiple of 2 MiB, 2 MiB pages, 4 KiB pages for the rest.</summary>
    public static PageOperations Of(MemoryRange range)
    {
        ulong firstLarge = (range.Start + (LargeBytes - 1)) & ~(LargeBytes - 1);
        ulong endLarge = range.End & ~(LargeBytes - 1);
        ulong large = firstLarge < endLarge ? (endLarge - firstLarge) / LargeBytes : 0;
        return new PageOperations(large, (range.Length - (large * LargeBytes)) / GuestAddress.PageSize);
    }
}
