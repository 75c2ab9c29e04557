using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>Prints the memory maps: what changed at each stage, and the last map in full.</summary>
internal static class MemoryMapSection
{
    private const int MarkColumn = 2;
    private const int LineColumn = 4;
    private const int CountColumn = 25;
    private const int ChangeColumn = 42;
    private const int KindsNamed = 3;

    public static void Write(ReportPage page, BootReport report)
    {
        IReadOnlyList<StagedMemoryMap> stages = report.MemoryMaps;
        if (stages.Count == 0)
        {
            return;
        }

        if (stages.Count > 1)
        {
            page.Section("MEMORY").End();
            page.To(MarkColumn).Text(stages[0].Stage).To(CountColumn).Text(DescriptorCount(stages[0])).End();
            IReadOnlyList<RepeatedAttempts> repeated = RepeatedAttempts.In(report);
            for (int i = 1; i < stages.Count; i++)
            {
                if (repeated.FirstOrDefault(r => r.Covers(stages[i])) is { Count: > 1 } run)
                {
                    page.To(MarkColumn).Text(stages[i].Stage).To(CountColumn).Text($"and so on up to {run.Last}: no change").End();
                    i += run.Count - 1;
                    continue;
                }

                WriteStage(page, stages[i - 1], stages[i], stages[^1]);
            }
        }

        WriteWhole(page, stages[0], stages[^1]);
    }

    // A stage tells its amounts; ranges that the last map shows as well are told there.
    private static void WriteStage(ReportPage page, StagedMemoryMap before, StagedMemoryMap stage, StagedMemoryMap last)
    {
        string changes = string.Join(
            ", ", MemoryMapDifference.Transitions(before.Descriptors, stage.Descriptors).Select(DescribeTransition));
        string label = stage.Stage;
        string count = DescriptorCount(stage);
        foreach (string line in ReportPage.Wrap(changes.Length == 0 ? "no change" : changes, ReportPage.Width - ChangeColumn))
        {
            page.To(MarkColumn).Text(label).To(CountColumn).Text(count).To(ChangeColumn).Text(line).End();
            (label, count) = (string.Empty, string.Empty);
        }

        var sinceBefore = new MemoryMapDifference(before.Descriptors);
        var untilLast = new MemoryMapDifference(last.Descriptors);
        for (int i = 0; i < stage.Descriptors.Count; i++)
        {
            MapChange change = sinceBefore.Compare(stage.Descriptors[i]);
            if (change.Mark != MapMark.Same && untilLast.Compare(stage.Descriptors[i]).Mark != MapMark.Same)
            {
                WriteLine(page, i, stage.Descriptors[i], change);
            }
        }
    }

    private static string DescriptorCount(StagedMemoryMap stage) => Quantities.Plural((ulong)stage.Descriptors.Count, "descriptor");

    private static string DescribeTransition((MemoryType? From, MemoryType? To, ulong Bytes) change) => change switch
    {
        (null, { } to, var bytes) => $"{Quantities.Bytes(bytes)} new as {LinuxMemoryMap.TypeName(to)}",
        ({ } from, null, var bytes) => $"{Quantities.Bytes(bytes)} of {LinuxMemoryMap.TypeName(from)} gone",
        ({ } from, { } to, var bytes) when from == to => $"{Quantities.Bytes(bytes)} of {LinuxMemoryMap.TypeName(to)} with other attributes",
        ({ } from, { } to, var bytes) => $"{Quantities.Bytes(bytes)} from {LinuxMemoryMap.TypeName(from)} to {LinuxMemoryMap.TypeName(to)}",
        _ => string.Empty,
    };

    private static void WriteWhole(ReportPage page, StagedMemoryMap first, StagedMemoryMap last)
    {
        var difference = new MemoryMapDifference(first.Descriptors);
        page.Section($"MAP at {last.Stage}");
        if (!ReferenceEquals(first, last))
        {
            page.Text($"   + new, ~ changed, - gone since {first.Stage}", Tone.Quiet);
        }

        page.End();
        for (int i = 0; i < last.Descriptors.Count; i++)
        {
            WriteLine(page, i, last.Descriptors[i], difference.Compare(last.Descriptors[i]));
        }

        WriteRemoved(page, MemoryMapDifference.Removed(first.Descriptors, last.Descriptors));
    }

    private static void WriteLine(ReportPage page, int index, MemoryDescriptor descriptor, MapChange change)
    {
        (string mark, Tone tone) = change.Mark switch
        {
            MapMark.New => ("+", Tone.Changed),
            MapMark.Changed => ("~", Tone.Changed),
            _ => (string.Empty, Tone.Quiet),
        };
        page.To(MarkColumn).Text(mark, tone).To(LineColumn).Text(LinuxMemoryMap.Line(index, descriptor), tone);
        if (change.Mark == MapMark.Changed)
        {
            page.Text("  was " + Was(descriptor, change), tone);
        }

        page.End();
    }

    private static void WriteRemoved(ReportPage page, IEnumerable<MemoryDescriptor> removed)
    {
        foreach (MemoryDescriptor descriptor in removed)
        {
            page.To(MarkColumn).Text("-", Tone.Changed).To(LineColumn)
                .Text(
                    $"range=[0x{descriptor.PhysicalStart.Value:x16}-0x{descriptor.PhysicalEnd.Value:x16}] was "
                    + LinuxMemoryMap.TypeName(descriptor.Type),
                    Tone.Changed).End();
        }
    }

    private static string Was(MemoryDescriptor now, MapChange change)
    {
        List<string> kinds = [.. change.Earlier.Select(kind => Kind(now, kind)).Distinct()];
        if (change.PartlyNew)
        {
            kinds.Add("nothing");
        }

        string named = string.Join(", ", kinds.Take(KindsNamed));
        return kinds.Count > KindsNamed ? $"{named} and {kinds.Count - KindsNamed} more" : named;
    }

    // A range that kept its type says which attributes it had.
    private static string Kind(MemoryDescriptor now, (MemoryType Type, MemoryAttributes Attributes) kind) =>
        kind.Type == now.Type && kind.Attributes != now.Attributes
            ? $"attributes {Quantities.Hex((ulong)kind.Attributes)}"
            : LinuxMemoryMap.TypeName(kind.Type);
}
