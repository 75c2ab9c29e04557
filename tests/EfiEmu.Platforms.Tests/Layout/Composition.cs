using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Layout;

/// <summary>The memory map that a layout stands for, composed the plain way: page runs, then merged.</summary>
internal static class Composition
{
    public static List<MemoryDescriptor> Compose(MemoryLayout layout)
    {
        var map = new List<MemoryDescriptor>();
        foreach (MemorySpace space in layout.Spaces.Where(space => space.Type == GcdMemoryType.SystemMemory))
        {
            ulong[] cuts =
            [
                space.Range.Start,
                space.Range.End,
                .. layout.Allocated.SelectMany(piece => new[] { piece.PhysicalStart.Value, piece.PhysicalStart.Value + piece.Bytes }),
                .. layout.Bins.SelectMany(bin => new[] { bin.Range.Start, bin.Range.End }),
            ];
            ulong[] ordered = [.. cuts.Where(cut => cut >= space.Range.Start && cut <= space.Range.End).Distinct().Order()];
            for (int i = 1; i < ordered.Length; i++)
            {
                Add(map, Piece(layout, space, ordered[i - 1], ordered[i]));
            }
        }

        foreach (MemorySpace space in layout.Spaces)
        {
            MemoryType? type = space.Type switch
            {
                GcdMemoryType.Reserved => MemoryType.Reserved,
                GcdMemoryType.MemoryMappedIo when space.Attributes.HasFlag(MemoryAttributes.Runtime) => MemoryType.MemoryMappedIo,
                GcdMemoryType.Persistent => MemoryType.Persistent,
                GcdMemoryType.Unaccepted => MemoryType.Unaccepted,
                _ => null,
            };
            if (type is { } shown)
            {
                map.Add(new MemoryDescriptor(
                    shown,
                    new GuestAddress(space.Range.Start),
                    space.Range.Length / GuestAddress.PageSize,
                    shown == MemoryType.Unaccepted ? space.Capabilities : space.Attributes | space.Capabilities));
            }
        }

        return map;
    }

    public static void Add(List<MemoryDescriptor> map, MemoryDescriptor next)
    {
        if (map.Count > 0 && map[^1] is var last && last.Type == next.Type && last.Attributes == next.Attributes
            && last.PhysicalStart.Value + last.Bytes == next.PhysicalStart.Value)
        {
            map[^1] = last with { NumberOfPages = last.NumberOfPages + next.NumberOfPages };
        }
        else
        {
            map.Add(next);
        }
    }

    private static MemoryDescriptor Piece(MemoryLayout layout, MemorySpace space, ulong start, ulong end)
    {
        MemoryType type = MemoryType.Conventional;
        foreach (MemoryBin bin in layout.Bins.Where(bin => bin.Range.Contains(start)))
        {
            type = bin.Type;
        }

        foreach (MemoryDescriptor piece in layout.Allocated.Where(
            piece => new MemoryRange(piece.PhysicalStart.Value, piece.Bytes).Contains(start)))
        {
            type = piece.Type;
        }

        bool isRuntime = type == MemoryType.RuntimeServicesCode || type == MemoryType.RuntimeServicesData;
        return new MemoryDescriptor(
            type,
            new GuestAddress(start),
            (end - start) / GuestAddress.PageSize,
            isRuntime ? space.Capabilities | MemoryAttributes.Runtime : space.Capabilities);
    }
}
