using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>Puts the memory map together as edk2 does: the allocator's ranges first, what only the domain knows behind them.</summary>
/// <remarks>
/// MdeModulePkg/Core/Dxe/Mem/Page.c, CoreGetMemoryMap. The map is therefore not in the order of addresses: Reserved, MMIO,
/// Persistent and Unaccepted ranges follow the last range of system memory, wherever they lie. Time grows with the number of
/// ranges.
/// </remarks>
internal static class MemoryMapComposer
{
    /// <summary>The stride of the map: deliberately not the size of the descriptor.</summary>
    public const uint DescriptorSize = 48;

    // A bin may split a free range into three.
    private const int SplitsPerBin = 2;

    /// <summary>Descriptors that firmware asks room for: an upper bound, from before anything is merged.</summary>
    public static ulong Estimate(AllocatorMap allocator, GcdMap domain, BinTable bins, MemoryRules rules)
    {
        int listed = domain.Entries.Count(
            e => IsListed(e) && (e.Type != GcdMemoryType.Unaccepted || rules.CountsUnacceptedSpaces));
        return (ulong)allocator.Count + (ulong)listed + (ulong)(SplitsPerBin * bins.Special.Count);
    }

    /// <summary>The descriptors.</summary>
    public static IReadOnlyList<MemoryDescriptor> Compose(AllocatorMap allocator, GcdMap domain, BinTable bins)
    {
        var map = new List<MemoryDescriptor>(allocator.Count);
        foreach (MapEntry entry in allocator.Entries)
        {
            Add(map, entry.Descriptor);
        }

        foreach (MemoryBin bin in bins.Special)
        {
            map = SplitAt(bin, map);
        }

        Append(map, domain);
        var shown = new List<MemoryDescriptor>(map.Count);
        foreach (MemoryDescriptor descriptor in map)
        {
            Add(shown, descriptor with { Attributes = descriptor.Attributes & ~GcdBits.Access });
        }

        return shown;
    }

    private static bool IsListed(in GcdEntry entry) => entry.Type switch
    {
        GcdMemoryType.Reserved or GcdMemoryType.Persistent or GcdMemoryType.Unaccepted => true,
        GcdMemoryType.MemoryMappedIo => (entry.Attributes & MemoryAttributes.Runtime) != 0,
        _ => false,
    };

    // Adds a descriptor to a map, and joins it with the last one where that is like it and ends before it.
    private static void Add(List<MemoryDescriptor> map, in MemoryDescriptor next)
    {
        if (map.Count > 0 && IsFollowedBy(map[^1], next))
        {
            map[^1] = map[^1] with { NumberOfPages = map[^1].NumberOfPages + next.NumberOfPages };
        }
        else
        {
            map.Add(next);
        }
    }

    private static bool IsFollowedBy(in MemoryDescriptor low, in MemoryDescriptor high) =>
        low.Type == high.Type && low.Attributes == high.Attributes
        && low.PhysicalEnd.Value + 1 == high.PhysicalStart.Value && high.PhysicalStart.Value != 0;

    // Free memory inside a special bin is reported as the bin's type.
    private static List<MemoryDescriptor> SplitAt(MemoryBin bin, List<MemoryDescriptor> map)
    {
        if (!map.Exists(d => Cuts(bin, d)))
        {
            return map;
        }

        var split = new List<MemoryDescriptor>(map.Count + SplitsPerBin);
        foreach (MemoryDescriptor descriptor in map)
        {
            if (Cuts(bin, descriptor))
            {
                AddParts(split, bin, descriptor);
            }
            else
            {
                Add(split, descriptor);
            }
        }

        return split;
    }

    private static bool Cuts(in MemoryBin bin, in MemoryDescriptor descriptor) =>
        descriptor.Type == MemoryType.Conventional
        && descriptor.PhysicalEnd.Value >= bin.Range.Start && descriptor.PhysicalStart.Value < bin.Range.End;

    private static void AddParts(List<MemoryDescriptor> map, in MemoryBin bin, in MemoryDescriptor whole)
    {
        ulong from = Math.Max(bin.Range.Start, whole.PhysicalStart.Value);
        ulong to = Math.Min(bin.Range.End - 1, whole.PhysicalEnd.Value);
        if (whole.PhysicalStart.Value < from)
        {
            Add(map, Part(whole, whole.PhysicalStart.Value, from - 1));
        }

        Add(map, Part(whole, from, to) with
        {
            Type = bin.Type,
            Attributes = MemoryTypeFacts.WithRuntimeOf(bin.Type, whole.Attributes),
        });
        if (whole.PhysicalEnd.Value > to)
        {
            Add(map, Part(whole, to + 1, whole.PhysicalEnd.Value));
        }
    }

    private static MemoryDescriptor Part(in MemoryDescriptor whole, ulong first, ulong last) => whole with
    {
        PhysicalStart = new GuestAddress(first),
        NumberOfPages = ((last - first) / GuestAddress.PageSize) + 1,
    };

    // Each appended descriptor joins the first one in the array that it touches and that is like it.
    private static void Append(List<MemoryDescriptor> map, GcdMap domain)
    {
        var byFirst = new Dictionary<ulong, int>();
        var byLast = new Dictionary<ulong, int>();
        for (int i = 0; i < map.Count; i++)
        {
            byFirst[map[i].PhysicalStart.Value] = i;
            byLast[map[i].PhysicalEnd.Value] = i;
        }

        foreach (MemoryDescriptor next in MergedEntries(domain).Where(e => IsListed(e)).Select(e => Describe(e)))
        {
            // A range that somebody registered without whole pages may hold none.
            if (next.NumberOfPages == 0)
            {
                continue;
            }

            int below = Touching(map, byLast, unchecked(next.PhysicalStart.Value - 1), next);
            int above = Touching(map, byFirst, unchecked(next.PhysicalEnd.Value + 1), next);
            int at = Math.Min(below, above);
            if (at == map.Count)
            {
                map.Add(next);
            }
            else
            {
                MemoryDescriptor old = map[at];
                byFirst.Remove(old.PhysicalStart.Value);
                byLast.Remove(old.PhysicalEnd.Value);
                map[at] = old with
                {
                    PhysicalStart = at == below ? old.PhysicalStart : next.PhysicalStart,
                    NumberOfPages = old.NumberOfPages + next.NumberOfPages,
                };
            }

            byFirst[map[at].PhysicalStart.Value] = at;
            byLast[map[at].PhysicalEnd.Value] = at;
        }
    }

    private static int Touching(
        List<MemoryDescriptor> map, Dictionary<ulong, int> byEdge, ulong edge, in MemoryDescriptor next) =>
        byEdge.TryGetValue(edge, out int at) && map[at].Type == next.Type && map[at].Attributes == next.Attributes
            ? at
            : map.Count;

    private static IEnumerable<GcdEntry> MergedEntries(GcdMap domain)
    {
        GcdEntry? open = null;
        foreach (GcdEntry entry in domain.Entries)
        {
            if (open is { } last && last.IsLike(entry with { InAllocator = last.InAllocator }))
            {
                open = last with { End = entry.End };
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = entry;
        }

        if (open is { } final)
        {
            yield return final;
        }
    }

    /// <summary>The descriptor of a range that only the domain knows.</summary>
    public static MemoryDescriptor Describe(in GcdEntry entry)
    {
        (MemoryType type, MemoryAttributes attributes) = entry.Type switch
        {
            GcdMemoryType.Reserved => (MemoryType.Reserved, Shown(entry)),
            GcdMemoryType.MemoryMappedIo when (entry.Attributes & GcdBits.PortIo) != 0 =>
                (MemoryType.MemoryMappedIoPortSpace, Shown(entry)),
            GcdMemoryType.MemoryMappedIo => (MemoryType.MemoryMappedIo, Shown(entry)),
            GcdMemoryType.Persistent => (MemoryType.Persistent, Shown(entry) | MemoryAttributes.NonVolatile),
            _ => (MemoryType.Unaccepted, entry.Attributes | (entry.Capabilities & (GcdBits.Cache | GcdBits.Access))),
        };
        ulong pages = entry.End - entry.Start < GuestAddress.PageSize - 1
            ? 0
            : ((entry.End - entry.Start - (GuestAddress.PageSize - 1)) / GuestAddress.PageSize) + 1;
        return new MemoryDescriptor(type, new GuestAddress(entry.Start), pages, attributes);
    }

    private static MemoryAttributes Shown(in GcdEntry entry) =>
        (entry.Attributes & ~GcdBits.PortIo) | (entry.Capabilities & (GcdBits.Cache | GcdBits.PageAttributes));
}
