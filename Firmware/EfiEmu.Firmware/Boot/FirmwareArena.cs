using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Places firmware's own objects inside memory that firmware occupies anyway, so that they do not change the map.</summary>
/// <param name="layout">What firmware occupies.</param>
/// <param name="allocate">Takes pages from the allocator where the layout has no room of a type.</param>
internal sealed class FirmwareArena(MemoryLayout layout, Func<MemoryType, ulong, GuestAddress> allocate)
{
    private readonly Dictionary<GuestAddress, ulong> _used = [];

    /// <summary>Pages of a type, from the lowest descriptor above 1 MiB that has room.</summary>
    public GuestAddress Take(MemoryType type, ulong pages)
    {
        foreach (MemoryDescriptor descriptor in layout.Allocated)
        {
            ulong used = _used.GetValueOrDefault(descriptor.PhysicalStart);
            if (descriptor.Type == type && descriptor.PhysicalStart.Value >= 1 << 20 && descriptor.NumberOfPages - used >= pages)
            {
                _used[descriptor.PhysicalStart] = used + pages;
                return descriptor.PhysicalStart + (used * GuestAddress.PageSize);
            }
        }

        return allocate(type, pages);
    }
}
