using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>A boot report for people: read from top to bottom, the verdict last.</summary>
public static class TextReport
{
    private const int TextColumn = 12;

    /// <summary>Writes a report. Equal reports give equal text; lines end with a line feed alone.</summary>
    /// <param name="report">The report.</param>
    /// <param name="output">Where to.</param>
    /// <param name="style">How the tones show.</param>
    /// <param name="trace">Every event on a line of its own instead of the folded timeline.</param>
    public static void Write(BootReport report, TextWriter output, ReportStyle style, bool trace = false)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);
        var page = new ReportPage(output, style);
        WriteHeader(page, report, "guest");
        if (trace)
        {
            TraceSection.Write(page, report);
        }
        else
        {
            TimelineSection.Write(page, report);
        }

        MemoryMapSection.Write(page, report);
        WriteMemory(page, report);
        WriteNotFound(page, report);
        if (report.Fault is { } fault)
        {
            FaultSection.Write(page, fault, report.Outcome.End);
        }

        page.Section("VERDICT");
        foreach (string line in ReportPage.Wrap(report.Outcome.Verdict, ReportPage.Width - TextColumn))
        {
            page.To(TextColumn).Text(line, report.Outcome.ExitCode == 0 ? Tone.Normal : Tone.Bad).End();
        }
    }

    /// <summary>The machine and the guest, under the name that the guest has in this report.</summary>
    internal static void WriteHeader(ReportPage page, BootReport report, string guest)
    {
        Field(page, "platform", $"{report.Platform}, {Quantities.Bytes(report.MemoryBytes)}");
        if (report.Processor is { } processor)
        {
            Field(page, "cpu", processor);
        }

        Field(page, "firmware", $"{report.Firmware}, acceptance {report.Acceptance}");
        bool isFile = report.Guest.Sha256.Length > 0;
        Field(page, guest, isFile ? $"{report.Guest.Name}, {Quantities.Bytes(report.Guest.Bytes)}" : report.Guest.Name);
        Field(page, string.Empty, report.Guest.Description);
        if (isFile)
        {
            Field(page, string.Empty, $"sha256 {report.Guest.Sha256}");
        }
    }

    private static void Field(ReportPage page, string name, string text)
    {
        string label = name;
        foreach (string line in ReportPage.Wrap(text, ReportPage.Width - TextColumn))
        {
            page.To(2).Text(label, Tone.Quiet).To(TextColumn).Text(line).End();
            label = string.Empty;
        }
    }

    private static void WriteMemory(ReportPage page, BootReport report)
    {
        RamAccount ram = report.Ram;
        page.Section("RAM").To(TextColumn).Text(Quantities.Bytes(ram.Total)).Text(" = ", Tone.Quiet);
        Amount(page, ram.AcceptedBeforeGuest, " before guest + ", Tone.Normal);
        Amount(page, ram.AcceptedAtExitBootServices, " at exit + ", Tone.Normal);
        Amount(page, ram.AcceptedByGuest, " by guest + ", Tone.Normal);
        Amount(page, ram.Unaccepted, " left unaccepted", Tone.Changed);
        page.End();
        page.To(TextColumn);
        Amount(page, ram.LostToGuest, " lost to this guest", Tone.Bad);
        page.End();
        WriteKernelMemory(page, report.KernelMemory);
        if (report.UnacceptedTable is { } table)
        {
            WriteUnacceptedTable(page, table);
            if (table.UnacceptedUnits == 0 && ram.Unaccepted > 0)
            {
                page.To(TextColumn).Text("the guest marks units in it after ExitBootServices", Tone.Quiet).End();
            }
        }
    }

    private static void WriteKernelMemory(ReportPage page, KernelMemory? kernel)
    {
        if (kernel is null)
        {
            return;
        }

        page.To(TextColumn).Text($"{Quantities.Bytes(kernel.RamBytes)} in the kernel's e820 table, ")
            .Text($"{kernel.Entries.Count} entries", Tone.Quiet).End();
        if (kernel.PhantomBytes > 0)
        {
            page.To(TextColumn);
            Amount(page, kernel.PhantomBytes, " of that is not the kernel's to use", Tone.Bad);
            page.End();
        }
    }

    // Of a boot that went where it was to go, nobody asks what it went without.
    private static void WriteNotFound(ReportPage page, BootReport report)
    {
        if (!report.LacksProtocols)
        {
            return;
        }

        page.Section("NOT FOUND");
        string names = string.Join(", ", report.ProtocolsNotFound.Select(GuidNames.Short));
        foreach (string line in ReportPage.Wrap($"{names}: no handle has what the guest asked for", ReportPage.Width - TextColumn))
        {
            page.To(TextColumn).Text(line).End();
        }
    }

    // Nothing is the quiet case; an amount carries its tone.
    private static void Amount(ReportPage page, ulong bytes, string what, Tone tone) =>
        page.Text(bytes == 0 ? "0" : Quantities.Bytes(bytes), bytes == 0 ? Tone.Quiet : tone).Text(what, Tone.Quiet);

    private static void WriteUnacceptedTable(ReportPage page, UnacceptedTable table)
    {
        ulong bytes = table.UnacceptedUnits * table.UnitSize;
        page.Section("TABLE").To(TextColumn)
            .Text($"{GuidNames.Short(LinuxTables.UnacceptedMemory)} version {table.Version}, one bit per {Quantities.Bytes(table.UnitSize)}").End();
        page.To(TextColumn)
            .Text($"from {Quantities.Hex(table.PhysBase)}: {Quantities.Plural(table.SizeBytes, "byte")} of bitmap, ")
            .Text($"{Quantities.Plural(table.UnacceptedUnits, "unit")} unaccepted ({Quantities.Bytes(bytes)})").End();
    }
}
