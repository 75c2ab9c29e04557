using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Makes a layout of the descriptors of a captured map.</summary>
internal static class CapturedLayout
{
    private const ulong FourGiB = 1UL << 32;
    private const int LeastBinTypes = 3;

    /// <summary>Makes the layout.</summary>
    /// <param name="fileName">The name that faults show.</param>
    /// <param name="entries">Ascending, disjoint.</param>
    /// <param name="leaveUnaccepted">Whether free RAM from 4 GiB on becomes unaccepted.</param>
    /// <param name="keepUnaccepted">Whether what the map calls unaccepted stays so; otherwise it is free RAM.</param>
    public static LayoutResult Build(string fileName, List<CapturedEntry> entries, bool leaveUnaccepted, bool keepUnaccepted)
    {
        var spaces = new List<MemorySpace>();
        var allocated = new List<MemoryDescriptor>();
        foreach (CapturedEntry entry in entries)
        {
            AddSpaces(spaces, entry, leaveUnaccepted, keepUnaccepted && leaveUnaccepted);
            if (IsAllocation(entry))
            {
                allocated.Add(new MemoryDescriptor(
                    entry.Type,
                    new GuestAddress(entry.First),
                    entry.Range.Length / GuestAddress.PageSize,
                    LayoutAttributes.Of(entry.Type, entry.Attributes)));
            }
        }

        return entries.Exists(entry => IsFree(entry.Type) && entry.First < FourGiB)
            ? LayoutResult.Of(new MemoryLayout(spaces, allocated, Bins(entries)))
            : LayoutResult.Failure($"{fileName}: the map has no free memory below 4 GiB");
    }

    // What the guest of that boot occupied is free again.
    private static bool IsFree(MemoryType type) =>
        type == MemoryType.Conventional || type == MemoryType.LoaderCode || type == MemoryType.LoaderData;

    private static bool IsAllocation(CapturedEntry entry) =>
        SpaceType(entry) == GcdMemoryType.SystemMemory && !IsFree(entry.Type) && entry.Type != MemoryType.Unaccepted;

    private static GcdMemoryType SpaceType(CapturedEntry entry) => entry.Type switch
    {
        var type when type == MemoryType.MemoryMappedIo || type == MemoryType.MemoryMappedIoPortSpace => GcdMemoryType.MemoryMappedIo,
        var type when type == MemoryType.Persistent => GcdMemoryType.Persistent,
        var type when type == MemoryType.Reserved && !entry.Attributes.HasFlag(MemoryAttributes.WriteBack) => GcdMemoryType.Reserved,
        _ => GcdMemoryType.SystemMemory,
    };

    private static void AddSpaces(List<MemorySpace> spaces, CapturedEntry entry, bool leaveUnaccepted, bool keepUnaccepted)
    {
        GcdMemoryType type = SpaceType(entry);
        MemoryAttributes capabilities = entry.Attributes & ~MemoryAttributes.Runtime;
        if (type != GcdMemoryType.SystemMemory)
        {
            Append(spaces, new MemorySpace(entry.Range, type, entry.Attributes, entry.Attributes));
            return;
        }

        bool unaccepted = entry.Type == MemoryType.Unaccepted ? keepUnaccepted : leaveUnaccepted && IsFree(entry.Type);
        ulong acceptedBytes = !unaccepted ? entry.Range.Length
            : entry.Type == MemoryType.Unaccepted || entry.First >= FourGiB ? 0
            : Math.Min(entry.Range.Length, FourGiB - entry.First);
        if (acceptedBytes > 0)
        {
            Append(spaces, new MemorySpace(
                entry.Range with { Length = acceptedBytes }, GcdMemoryType.SystemMemory, capabilities, MemoryAttributes.WriteBack));
        }

        if (acceptedBytes < entry.Range.Length)
        {
            Append(spaces, new MemorySpace(
                new MemoryRange(entry.First + acceptedBytes, entry.Range.Length - acceptedBytes),
                GcdMemoryType.Unaccepted,
                capabilities,
                MemoryAttributes.None));
        }
    }

    private static void Append(List<MemorySpace> spaces, MemorySpace space)
    {
        if (spaces.Count > 0 && spaces[^1] is var last && last.Range.End == space.Range.Start
            && last with { Range = space.Range } == space)
        {
            spaces[^1] = last with { Range = new MemoryRange(last.Range.Start, last.Range.Length + space.Range.Length) };
        }
        else
        {
            spaces.Add(space);
        }
    }

    /// <summary>The run of adjacent special types that firmware kept as bins; none where no run has three types, each once.</summary>
    private static List<MemoryBin> Bins(List<CapturedEntry> entries)
    {
        var best = new List<MemoryBin>();
        var run = new List<MemoryBin>();
        foreach (CapturedEntry entry in entries)
        {
            if (run.Count > 0 && (!IsSpecial(entry) || run[^1].Range.End != entry.First))
            {
                best = Better(best, run);
                run = [];
            }

            if (IsSpecial(entry))
            {
                run.Add(new MemoryBin(entry.Type, entry.Range));
            }
        }

        best = Better(best, run);
        best.Reverse();
        return best;
    }

    // Of equally long runs the higher one.
    private static List<MemoryBin> Better(List<MemoryBin> best, List<MemoryBin> run) =>
        run.Count >= LeastBinTypes && run.Count >= best.Count && run.Select(bin => bin.Type).Distinct().Count() == run.Count
            ? run
            : best;

    private static bool IsSpecial(CapturedEntry entry) =>
        SpaceType(entry) == GcdMemoryType.SystemMemory
        && (entry.Type == MemoryType.RuntimeServicesData
            || entry.Type == MemoryType.RuntimeServicesCode
            || entry.Type == MemoryType.Reserved
            || entry.Type == MemoryType.AcpiReclaim
            || entry.Type == MemoryType.AcpiNvs);
}
