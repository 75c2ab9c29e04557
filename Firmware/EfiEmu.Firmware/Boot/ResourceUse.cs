using System.Globalization;
using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>What of the machine's memory is in use: to see what a guest leaves behind.</summary>
/// <param name="LoaderPages">Pages of the loader's types, which only guests allocate.</param>
/// <param name="LoaderBuffers">Pool buffers of the loader's types.</param>
internal readonly record struct ResourceUse(ulong LoaderPages, ulong LoaderBuffers)
{
    /// <summary>The use now. Pool buffers lie in pages of their type, so an empty pool has none.</summary>
    public static ResourceUse Of(PoolAllocator pool, MemoryDatabase memory) => new(
        memory.Ranges.Where(r => IsLoader(r.Type)).Aggregate(0UL, (sum, r) => sum + r.NumberOfPages),
        pool.Usage.Where(u => IsLoader(u.Type)).Aggregate(0UL, (sum, u) => sum + u.Buffers));

    /// <summary>What is in use beyond an earlier point, in words; null when nothing is. Images loaded before have been unloaded.</summary>
    public string? ExceedsAfterImage(ResourceUse before)
    {
        ulong buffers = LoaderBuffers - Math.Min(LoaderBuffers, before.LoaderBuffers);
        return LoaderPages == 0 && buffers == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{LoaderPages} pages and {buffers} pool buffers of the loader's types");
    }

    private static bool IsLoader(MemoryType type) => type == MemoryType.LoaderCode || type == MemoryType.LoaderData;
}
