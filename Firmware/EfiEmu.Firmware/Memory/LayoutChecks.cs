using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>What a layout must keep to before a database is made of it. Whoever reads one from a file reports the user's faults.</summary>
internal static class LayoutChecks
{
    /// <summary>Requires whole pages, none of them twice, in ascending order.</summary>
    /// <exception cref="ArgumentException">The layout breaks that.</exception>
    public static void Require(MemoryLayout layout)
    {
        RequireAscending(layout.Spaces.Select(s => s.Range), "spaces");
        RequireAscending(layout.Allocated.Select(d => new MemoryRange(d.PhysicalStart.Value, d.Bytes)), "allocated");
    }

    private static void RequireAscending(IEnumerable<MemoryRange> ranges, string what)
    {
        ulong lowest = 0;
        foreach (MemoryRange range in ranges)
        {
            bool wholePages = ((range.Start | range.Length) % GuestAddress.PageSize) == 0 && range.Length != 0;
            bool wraps = unchecked(range.Start + range.Length - 1) < range.Start;
            if (!wholePages || wraps || range.Start < lowest)
            {
                throw new ArgumentException($"{what} {range}: not whole pages in ascending order", nameof(ranges));
            }

            // A range that ends at the top of the address space leaves no place for another one.
            lowest = range.End == 0 ? ulong.MaxValue : range.End;
        }
    }
}
