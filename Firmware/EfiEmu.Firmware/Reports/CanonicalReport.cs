using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>A boot report for review: what a committed copy of it shows in a diff is what changed in behaviour, and nothing else.</summary>
/// <remarks>
/// One fact per line, in an order that does not depend on what the boot did; amounts are exact, in the largest unit in which they
/// are whole. What happened is told between the memory maps of the stages that it led to. Sections with nothing to say are left out.
/// <para>Left out on purpose:</para>
/// <list type="bullet">
/// <item>virtual time and instruction counts: they move with every compiler of a guest and with every cost that the clock
/// charges, and what depends on them in a guest shows in what the guest does;</item>
/// <item>map keys as numbers: they count every allocation since power-on; how far a key was behind is what decides;</item>
/// <item>where the guest, the tables and the pools of firmware lie: one page more in firmware would move all of them. Ranges whose
/// type changes between stages keep their addresses, for they are what the map is about;</item>
/// <item>digest and size of the guest's file, which change with every build of it; registers and call addresses of a fault;</item>
/// <item>arguments and order of service calls: the JSON form and the trace have them.</item>
/// </list>
/// </remarks>
public static class CanonicalReport
{
    // What a guest may do without end is cut, and the line that says so carries the rest as a sum.
    private const int RangesNamed = 16;
    private const int ConsoleLines = 100;

    private const int NameWidth = 14;

    /// <summary>Writes a report. Equal boots give equal text; lines end with a line feed alone.</summary>
    public static void Write(BootReport report, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        var page = new ReportPage(output, ReportStyle.Plain);
        WriteMachine(page, report);
        WriteStages(page, report);
        WriteRam(page, report.Ram);
        WriteKernelMemory(page, report.KernelMemory);
        WriteUnacceptedTable(page, report.UnacceptedTable);
        WriteServices(page, report);
        WriteNotFound(page, report);
        WriteConsole(page, report.Console);
        WriteFault(page, report);
        WriteOutcome(page, report.Outcome);
    }

    private static void WriteMachine(ReportPage page, BootReport report)
    {
        Title(page, "machine");
        Field(page, "platform", report.Platform);
        if (report.Processor is { } processor)
        {
            Field(page, "cpu", processor);
        }

        Field(page, "memory", Exact(report.MemoryBytes));
        Field(page, "firmware", report.Firmware);
        Field(page, "acceptance", report.Acceptance);
        Title(page, "guest");
        Field(page, "name", report.Guest.Name);
        Field(page, "description", report.Guest.Description);
    }

    private static void WriteStages(ReportPage page, BootReport report)
    {
        int told = 0;
        StagedMemoryMap? before = null;
        IReadOnlyList<RepeatedAttempts> repeated = RepeatedAttempts.In(report);
        foreach (StagedMemoryMap stage in report.MemoryMaps)
        {
            if (repeated.FirstOrDefault(r => r.Covers(stage)) is { Count: > 1 } run)
            {
                if (run.ToEvent >= told)
                {
                    Title(page, $"{stage.Stage} and so on up to {Number((ulong)run.Last)}: the same");
                    told = run.ToEvent + 1;
                }

                continue;
            }

            int end = CanonicalEvents.EndOf(stage.Stage, report.Events);
            WriteEvents(page, $"before {stage.Stage}", report, told, end);
            told = Math.Max(told, end);
            Title(page, $"memory at {stage.Stage}");
            WriteMap(page, before, stage);
            before = stage;
        }

        WriteEvents(page, "afterwards", report, told, report.Events.Count);
    }

    private static void WriteEvents(ReportPage page, string title, BootReport report, int from, int to)
    {
        IReadOnlyList<string> lines = CanonicalEvents.Lines(report.Events, from, to);
        if (lines.Count > 0)
        {
            Title(page, title);
        }

        foreach (string line in lines)
        {
            Line(page, line);
        }
    }

    // The first map in totals, those after it in what they changed.
    private static void WriteMap(ReportPage page, StagedMemoryMap? before, StagedMemoryMap stage)
    {
        IReadOnlyList<MapMove> moves = before is null ? [] : MemoryMapDifference.Moves(before.Descriptors, stage.Descriptors);
        if (before is not null && moves.Count == 0 && before.Descriptors.Count == stage.Descriptors.Count)
        {
            Line(page, "no change");
            return;
        }

        Line(page, Quantities.Plural((ulong)stage.Descriptors.Count, "descriptor"));
        SortedDictionary<uint, ulong> earlier = Totals(before);
        SortedDictionary<uint, ulong> totals = Totals(stage);
        foreach (uint type in earlier.Keys.Union(totals.Keys).Order())
        {
            ulong bytes = totals.GetValueOrDefault(type);
            if (bytes != earlier.GetValueOrDefault(type))
            {
                Field(page, LinuxMemoryMap.TypeName(new MemoryType(type)), Exact(bytes));
            }
        }

        foreach (MapMove move in moves.Take(RangesNamed))
        {
            Line(page, $"{Quantities.Hex(move.First)}-{Quantities.Hex(move.Last)} {Exact(move.Bytes)}: {Describe(move)}");
        }

        if (moves.Count > RangesNamed)
        {
            ulong rest = moves.Skip(RangesNamed).Aggregate(0UL, (sum, m) => sum + m.Bytes);
            Line(page, $"and {Quantities.Plural((ulong)(moves.Count - RangesNamed), "range")} more, {Exact(rest)}");
        }
    }

    private static SortedDictionary<uint, ulong> Totals(StagedMemoryMap? map)
    {
        SortedDictionary<uint, ulong> totals = [];
        foreach (MemoryDescriptor descriptor in map?.Descriptors ?? [])
        {
            totals[descriptor.Type.Value] = totals.GetValueOrDefault(descriptor.Type.Value) + descriptor.Bytes;
        }

        return totals;
    }

    private static string Describe(MapMove move) => (move.From, move.To) switch
    {
        ({ }, null) => $"{Kind(move.From)} gone",
        (null, { }) => $"new as {Kind(move.To)}",
        ({ } from, { } to) when from.Type == to.Type =>
            $"{Kind(from)} with attributes {Quantities.Hex((ulong)to.Attributes)} instead of {Quantities.Hex((ulong)from.Attributes)}",
        _ => $"{Kind(move.From)} becomes {Kind(move.To)}",
    };

    private static string Kind((MemoryType Type, MemoryAttributes Attributes)? kind) =>
        kind is { } there ? LinuxMemoryMap.TypeName(there.Type) : string.Empty;

    private static void WriteRam(ReportPage page, RamAccount ram)
    {
        Title(page, "ram");
        Field(page, "total", Exact(ram.Total));
        Field(page, "before guest", Exact(ram.AcceptedBeforeGuest));
        Field(page, "at exit", Exact(ram.AcceptedAtExitBootServices));
        Field(page, "by guest", Exact(ram.AcceptedByGuest));
        Field(page, "unaccepted", Exact(ram.Unaccepted));
        Field(page, "lost to guest", Exact(ram.LostToGuest));
    }

    // Totals: where the entries begin and end moves with every page that firmware takes.
    private static void WriteKernelMemory(ReportPage page, KernelMemory? kernel)
    {
        if (kernel is null)
        {
            return;
        }

        Title(page, "kernel's e820");
        foreach (IGrouping<uint, E820Entry> type in kernel.Entries.GroupBy(e => e.Type).OrderBy(g => g.Key))
        {
            Field(page, type.First().TypeName, Exact(type.Aggregate(0UL, (sum, e) => unchecked(sum + e.Bytes))));
        }

        Field(page, "missing", kernel.MissingBytes == 0 ? string.Empty : $"{Exact(kernel.MissingBytes)} from {Quantities.Hex(kernel.FirstMissing)}");
        Field(page, "phantom", kernel.PhantomBytes == 0 ? string.Empty : Exact(kernel.PhantomBytes));
    }

    private static void WriteUnacceptedTable(ReportPage page, UnacceptedTable? table)
    {
        if (table is null)
        {
            return;
        }

        Title(page, "unaccepted table");
        Field(page, "version", Number(table.Version));
        Field(page, "unit", Exact(table.UnitSize));
        Field(page, "base", Quantities.Hex(table.PhysBase));
        Field(page, "bitmap", Quantities.Plural(table.SizeBytes, "byte"));
        Field(page, "units set", Number(table.UnacceptedUnits));
    }

    private static void WriteServices(ReportPage page, BootReport report)
    {
        if (report.Services.Count == 0)
        {
            return;
        }

        ILookup<(string, string), ServiceCalled> unsuccessful = report.Events.OfType<ServiceCalled>()
            .Where(c => c.ReturnsStatus && c.Result != EfiStatus.Success.Value).ToLookup(c => (c.Function.Interface, c.Function.Name));
        Title(page, "services");
        foreach (ServiceCount service in report.Services
            .OrderBy(s => s.Interface, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            Line(page, $"{service.Interface}.{service.Name} {Number(service.Calls)}{Statuses(unsuccessful[(service.Interface, service.Name)])}");
        }
    }

    private static string Statuses(IEnumerable<ServiceCalled> unsuccessful)
    {
        List<string> statuses =
        [
            .. unsuccessful.GroupBy(c => c.Result).OrderBy(g => g.Key)
                .Select(g => $"{Number(g.Aggregate(0UL, (sum, c) => sum + c.Repeats))} {new EfiStatus(g.Key)}"),
        ];
        return statuses.Count == 0 ? string.Empty : $", of which {string.Join(", ", statuses)}";
    }

    private static void WriteNotFound(ReportPage page, BootReport report)
    {
        if (!report.LacksProtocols)
        {
            return;
        }

        Title(page, "asked for, not found");
        foreach (string name in report.ProtocolsNotFound.Select(GuidNames.Short).Order(StringComparer.Ordinal))
        {
            Line(page, name);
        }
    }

    private static void WriteConsole(ReportPage page, string console)
    {
        if (console.Length == 0)
        {
            return;
        }

        Title(page, "console");
        string[] lines = console.TrimEnd('\n').Split('\n');
        foreach (string line in lines.Take(ConsoleLines))
        {
            Line(page, $"| {line.TrimEnd('\r')}");
        }

        if (lines.Length > ConsoleLines)
        {
            Line(page, $"and {Quantities.Plural((ulong)(lines.Length - ConsoleLines), "line")} more");
        }
    }

    private static void WriteFault(ReportPage page, BootReport report)
    {
        if (report.Fault is not { } fault)
        {
            return;
        }

        Title(page, report.Outcome.End == BootEnd.Fault ? "fault" : "stopped");
        Field(page, "summary", fault.Summary);
        Field(page, "code", fault.InstructionText.Trim());
        Field(page, "there", fault.AddressHistory);
        Field(page, "last call", fault.LastServices.Count == 0 ? string.Empty : fault.LastServices[^1]);
    }

    private static void WriteOutcome(ReportPage page, BootOutcome outcome)
    {
        Title(page, "outcome");
        Field(page, "end", JsonReport.EndName(outcome.End));
        Field(page, "status", outcome.Status?.ToString() ?? string.Empty);
        Field(page, "exit code", Number((ulong)outcome.ExitCode));
        Field(page, "verdict", outcome.Verdict);
    }

    /// <summary>An amount of memory to the byte: in the largest unit in which it is whole.</summary>
    internal static string Exact(ulong bytes)
    {
        ReadOnlySpan<string> units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
        int unit = 0;
        while (unit < units.Length - 1 && bytes > 0 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes == 0 ? "0" : $"{Number(bytes)} {units[unit]}";
    }

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Title(ReportPage page, string title) => page.Text(title).End();

    private static void Line(ReportPage page, string text) => page.To(2).Text(text).End();

    private static void Field(ReportPage page, string name, string text)
    {
        if (text.Length > 0)
        {
            page.To(2).Text(name).To(2 + NameWidth).Text(text).End();
        }
    }
}
