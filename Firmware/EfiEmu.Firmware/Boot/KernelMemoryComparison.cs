using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Holds a kernel's e820 table against the memory map with which its loader left boot services.</summary>
internal static class KernelMemoryComparison
{
    /// <summary>Compares, byte by byte.</summary>
    /// <param name="entries">The table, which a guest wrote: it may overlap itself, wrap, or describe what is not there.</param>
    /// <param name="map">Firmware's last map, in which no byte is described twice.</param>
    public static KernelMemory Of(IReadOnlyList<E820Entry> entries, IReadOnlyList<MemoryDescriptor> map)
    {
        List<Span> known = Merge(entries.Where(e => e.Type is E820Entry.Ram or E820Entry.SoftReserved));
        List<Span> ram = Merge(entries.Where(e => e.Type == E820Entry.Ram));
        ulong missing = 0;
        ulong left = 0;
        ulong unaccepted = 0;
        ulong firstMissing = 0;
        foreach (MemoryDescriptor descriptor in map.Where(d => IsLeftToKernel(d.Type)).OrderBy(d => d.PhysicalStart.Value))
        {
            var span = new Span(descriptor.PhysicalStart.Value, descriptor.PhysicalEnd.Value);
            ulong inRam = Common(ram, span);
            ulong absent = descriptor.Bytes - Common(known, span);
            firstMissing = missing == 0 && absent > 0 ? FirstOutside(known, span.First) : firstMissing;
            missing += absent;
            left += inRam;
            unaccepted += descriptor.Type == MemoryType.Unaccepted ? inRam : 0;
        }

        ulong total = ram.Aggregate(0UL, (sum, s) => sum + s.Bytes);
        return new KernelMemory(entries, total, missing, firstMissing, total - left, unaccepted);
    }

    // What a kernel may use once boot services are gone, and what it may accept.
    private static bool IsLeftToKernel(MemoryType type) =>
        type == MemoryType.LoaderCode || type == MemoryType.LoaderData || type == MemoryType.BootServicesCode
        || type == MemoryType.BootServicesData || type == MemoryType.Conventional || type == MemoryType.Unaccepted;

    private static List<Span> Merge(IEnumerable<E820Entry> entries)
    {
        List<Span> merged = [];
        foreach (Span span in entries.Where(e => e.Bytes > 0).Select(SpanOf).OrderBy(s => s.First))
        {
            if (merged.Count > 0 && span.First <= merged[^1].Last)
            {
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, span.Last) };
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }

    // An entry that would end beyond the last address ends with it, but one page before, so that lengths stay below 2^64.
    private static Span SpanOf(E820Entry entry)
    {
        ulong last = ulong.MaxValue - GuestAddress.PageSize;
        ulong first = Math.Min(entry.Start, last);
        return new Span(first, entry.Bytes - 1 > last - first ? last : first + (entry.Bytes - 1));
    }

    private static ulong Common(List<Span> spans, Span with)
    {
        ulong bytes = 0;
        foreach (Span span in spans)
        {
            ulong first = Math.Max(span.First, with.First);
            ulong last = Math.Min(span.Last, with.Last);
            bytes += first <= last ? last - first + 1 : 0;
        }

        return bytes;
    }

    // The spans are ascending and apart, so that one pass steps over those that touch.
    private static ulong FirstOutside(List<Span> spans, ulong address)
    {
        foreach (Span span in spans)
        {
            address = span.First <= address && address <= span.Last ? span.Last + 1 : address;
        }

        return address;
    }

    // Inclusive, so that a span may reach the last address.
    private readonly record struct Span(ulong First, ulong Last)
    {
        public ulong Bytes => Last - First + 1;
    }
}
