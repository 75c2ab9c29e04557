using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Where RAM is.</summary>
internal sealed class RamMap
{
    private readonly MemoryRange[] _ranges;

    public RamMap(MemoryLayout layout)
    {
        var merged = new List<MemoryRange>();
        foreach (MemorySpace space in layout.Spaces)
        {
            if (space.Type is not (GcdMemoryType.SystemMemory or GcdMemoryType.Unaccepted))
            {
                continue;
            }

            if (merged.Count > 0 && merged[^1].End == space.Range.Start)
            {
                merged[^1] = new MemoryRange(merged[^1].Start, merged[^1].Length + space.Range.Length);
            }
            else
            {
                merged.Add(space.Range);
            }
        }

        _ranges = [.. merged];
        Limit = Math.Max(1UL << ProcessorFeatures.PhysicalAddressBits, _ranges.Length == 0 ? 0 : _ranges[^1].End);
    }

    /// <summary>The first address that the processor cannot put out.</summary>
    public ulong Limit { get; }

    /// <summary>The RAM ranges, ascending, adjacent ones merged.</summary>
    public IReadOnlyList<MemoryRange> Ranges => _ranges;

    /// <summary>Whether there is RAM at an address.</summary>
    public bool Contains(ulong address) => ContiguousFrom(address) != 0;

    /// <summary>Whether a whole range is RAM.</summary>
    public bool Covers(MemoryRange range) => ContiguousFrom(range.Start) >= range.Length;

    /// <summary>The bytes of RAM from an address to the next hole; 0 in a hole.</summary>
    public ulong ContiguousFrom(ulong address)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            MemoryRange range = _ranges[middle];
            if (range.Contains(address))
            {
                return range.End - address;
            }

            (low, high) = address < range.Start ? (low, middle - 1) : (middle + 1, high);
        }

        return 0;
    }
}
