namespace EfiEmu.Firmware.Reports;

/// <summary>Prints every event on a line of its own; lines are as long as they need to be.</summary>
internal static class TraceSection
{
    private const int TimeEnd = 16;
    private const int InstructionsEnd = 34;
    private const int TextColumn = 36;

    public static void Write(ReportPage page, BootReport report)
    {
        page.Section("TRACE").End();
        page.EndingAt(TimeEnd, "virtual time", Tone.Quiet).EndingAt(InstructionsEnd, "instructions", Tone.Quiet).End();
        BootTime? shown = null;
        foreach (BootEvent happened in report.Events)
        {
            if (shown != happened.At)
            {
                page.EndingAt(TimeEnd, Quantities.Seconds(happened.At.Nanoseconds, 6), Tone.Quiet)
                    .EndingAt(InstructionsEnd, Quantities.Count(happened.At.Instructions), Tone.Quiet);
                shown = happened.At;
            }

            (string text, Tone tone) = EventLine.Of(happened);
            page.To(TextColumn).Text(text, tone).End();
        }
    }
}
