using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Memory;

/// <summary>Memory as a flat array with one cell for each page: what the database must agree with, written without any of it.</summary>
internal sealed class MemoryModel
{
    public const uint Hole = uint.MaxValue;
    public const uint NotAccepted = uint.MaxValue - 1;

    private readonly IReadOnlyList<MemoryBin> _bins;
    private readonly uint[] _binTypes;

    public MemoryModel(MemoryLayout layout, int pages)
    {
        _bins = layout.Bins;
        _binTypes = Enumerable.Repeat(7u, pages).ToArray();
        foreach (MemoryBin bin in layout.Bins)
        {
            Array.Fill(_binTypes, bin.Type.Value, (int)(bin.Range.Start / 4096), (int)(bin.Range.Length / 4096));
        }

        Types = Enumerable.Repeat(Hole, pages).ToArray();
        Attributes = new MemoryAttributes[pages];
        foreach (MemorySpace space in layout.Spaces)
        {
            Set(space.Range.Start, space.Range.Length, space.Type == GcdMemoryType.Unaccepted ? NotAccepted : 7u);
            Array.Fill(Attributes, space.Capabilities, (int)(space.Range.Start / 4096), (int)(space.Range.Length / 4096));
        }

        foreach (MemoryDescriptor used in layout.Allocated)
        {
            Set(used.PhysicalStart.Value, used.Bytes, used.Type.Value);
        }
    }

    /// <summary>The type of each page.</summary>
    public uint[] Types { get; }

    /// <summary>The attributes of each page.</summary>
    public MemoryAttributes[] Attributes { get; }

    public ulong LowestBin => _bins.Min(b => b.Range.Start);

    public void Set(ulong start, ulong bytes, uint type) => Array.Fill(Types, type, (int)(start / 4096), (int)(bytes / 4096));

    /// <summary>Where an allocation from a bound downwards must come from; 0 for nowhere.</summary>
    public ulong Search(uint type, int pages, ulong bound)
    {
        MemoryBin? bin = _bins.Cast<MemoryBin?>().FirstOrDefault(b => b!.Value.Type.Value == type);
        ulong found = 0;
        if (bin is { } own && bound >= own.Range.End - 1)
        {
            found = Highest(pages, own.Range.Start, own.Range.End - 1);
        }

        if (found == 0 && bound >= LowestBin - 1)
        {
            found = Highest(pages, 0, LowestBin - 1);
        }

        return found != 0 ? found : Highest(pages, 0, bound);
    }

    /// <summary>Whether AllocateAddress must find a range there.</summary>
    public bool CanPlace(uint type, int pages, int page)
    {
        ulong first = (ulong)page * 4096;
        ulong last = first + ((ulong)pages * 4096) - 1;
        bool foreign = _bins.Any(b => b.Type.Value != type && first < b.Range.End && last >= b.Range.Start);
        return pages > 0 && !foreign && page + pages <= Types.Length
            && Enumerable.Range(page, pages).All(p => Types[p] == 7 && Attributes[p] == Attributes[page]);
    }

    /// <summary>The maximal ranges of like pages, as (first page, pages, type, attributes).</summary>
    public IEnumerable<(int First, int Count, uint Type, MemoryAttributes Attributes)> Runs()
    {
        for (int first = 0; first < Types.Length;)
        {
            int end = first + 1;
            while (end < Types.Length && Types[end] == Types[first] && Attributes[end] == Attributes[first])
            {
                end++;
            }

            yield return (first, end - first, Types[first], Attributes[first]);
            first = end;
        }
    }

    /// <summary>What the memory map must say of a page: its type, or that of the bin around it.</summary>
    public uint Reported(int page) => Types[page] != 7
        ? Types[page] == NotAccepted ? 15 : Types[page]
        : _binTypes[page];

    private ulong Highest(int pages, ulong bottom, ulong bound)
    {
        if (pages == 0 || bound < 0xFFF)
        {
            return 0;
        }

        // The page of a bound that is not its last byte does not fit.
        long top = (long)(bound / 4096) - ((bound & 0xFFF) == 0xFFF ? 0 : 1);
        for (long last = Math.Min(top, Types.Length - 1); last - pages + 1 >= 0; last--)
        {
            long first = last - pages + 1;
            bool free = true;
            for (long p = first; p <= last && free; p++)
            {
                free = Types[p] == 7 && Attributes[p] == Attributes[last]
                    && (Attributes[p] & MemoryAttributes.SpecialPurpose) == 0;
            }

            if (free)
            {
                return (ulong)first * 4096 >= bottom ? (ulong)first * 4096 : 0;
            }
        }

        return 0;
    }
}
