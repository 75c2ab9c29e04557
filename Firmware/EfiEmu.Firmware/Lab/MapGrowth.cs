using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Makes the memory map longer by exactly so many descriptors, as a driver does that allocates single pages here and there.</summary>
/// <remarks>
/// Pages are taken from the bottom of free memory above 1 MiB, since the allocator serves everybody else from the top, in
/// alternating types so that no two merge. What the map's own storage adds on the way is taken back by merging elsewhere.
/// </remarks>
/// <param name="services">Boot services as a driver calls them.</param>
internal sealed class MapGrowth(IBootServices services)
{
    // The map's storage grows once in dozens of pages, and a guest's notify functions may answer each change with one of theirs.
    private const int MostCorrections = 16;
    private const ulong LowestAddress = 1UL << 20;

    private readonly Stack<GuestAddress> _taken = new();

    /// <summary>Grows the map. The key moves in every case.</summary>
    /// <param name="descriptors">How many descriptors more; 0 for a map that is as long as before.</param>
    /// <exception cref="MapGrowthException">Free memory does not suffice, or the guest's own notify functions work against it.</exception>
    public void Grow(int descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(descriptors);
        MemoryMap before = services.GetMemoryMap();
        Take(Math.Max(descriptors, 1));
        for (int i = 0; i < MostCorrections; i++)
        {
            MemoryMap now = services.GetMemoryMap();
            int excess = now.Descriptors.Count - before.Descriptors.Count - descriptors;
            if (excess == 0 && now.MapKey != before.MapKey)
            {
                return;
            }

            Correct(excess);
        }

        throw new MapGrowthException($"the memory map cannot be made {descriptors} descriptors longer: it changes each time that it is changed");
    }

    private void Correct(int excess)
    {
        if (excess <= 0)
        {
            Take(Math.Max(-excess, 1));
            return;
        }

        for (; excess > 0 && _taken.TryPop(out GuestAddress page); excess--)
        {
            services.FreePages(page, 1);
        }

        if (excess > 0)
        {
            FillHole();
        }
    }

    // Each page splits a free range below its first page: one descriptor more.
    private void Take(int pages)
    {
        MemoryDescriptor[] map = [.. services.GetMemoryMap().Descriptors.OrderBy(d => d.PhysicalStart.Value)];
        for (int i = 1; i < map.Length && pages > 0; i++)
        {
            MemoryType below = map[i - 1].PhysicalEnd.Value + 1 == map[i].PhysicalStart.Value ? map[i - 1].Type : MemoryType.Reserved;
            pages = map[i].Type == MemoryType.Conventional && map[i].PhysicalStart.Value >= LowestAddress
                ? TakeFrom(map[i], below, pages)
                : pages;
        }

        if (pages > 0)
        {
            throw new MapGrowthException($"the memory map cannot grow any more: free memory lacks {pages} pages above 1 MiB");
        }
    }

    // The last page of the range stays free, so that nothing merges with what lies above it.
    private int TakeFrom(MemoryDescriptor free, MemoryType below, int pages)
    {
        ulong room = free.NumberOfPages - 1;
        for (ulong page = 0; page < room && pages > 0; page++, pages--)
        {
            GuestAddress address = free.PhysicalStart + (page * GuestAddress.PageSize);
            below = below == MemoryType.BootServicesData ? MemoryType.BootServicesCode : MemoryType.BootServicesData;
            if (!services.AllocatePages(AllocateType.Address, below, 1, address).Succeeded)
            {
                return pages;
            }

            _taken.Push(address);
        }

        return pages;
    }

    // One descriptor less, or two: a free range becomes part of the range of firmware's below or above it.
    private void FillHole()
    {
        MemoryDescriptor[] map = [.. services.GetMemoryMap().Descriptors.OrderBy(d => d.PhysicalStart.Value)];
        for (int i = 0; i < map.Length; i++)
        {
            MemoryDescriptor hole = map[i];
            MemoryDescriptor? neighbour = hole.Type == MemoryType.Conventional
                ? Neighbours(map, i).Where(n => IsFirmwares(n.Type) && n.Attributes == hole.Attributes).Cast<MemoryDescriptor?>().FirstOrDefault()
                : null;
            if (neighbour is { } like
                && services.AllocatePages(AllocateType.Address, like.Type, hole.NumberOfPages, hole.PhysicalStart).Succeeded)
            {
                return;
            }
        }

        throw new MapGrowthException("the memory map cannot be kept at its length: no free range lies beside one of firmware's");
    }

    private static IEnumerable<MemoryDescriptor> Neighbours(MemoryDescriptor[] map, int index)
    {
        if (index > 0 && map[index - 1].PhysicalEnd.Value + 1 == map[index].PhysicalStart.Value)
        {
            yield return map[index - 1];
        }

        if (index + 1 < map.Length && map[index].PhysicalEnd.Value + 1 == map[index + 1].PhysicalStart.Value)
        {
            yield return map[index + 1];
        }
    }

    private static bool IsFirmwares(MemoryType type) => type == MemoryType.BootServicesData || type == MemoryType.BootServicesCode;
}

/// <summary>A memory map that could not be made as long as somebody wanted it.</summary>
public sealed class MapGrowthException(string message) : Exception(message);
