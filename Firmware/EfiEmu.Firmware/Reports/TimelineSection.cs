namespace EfiEmu.Firmware.Reports;

/// <summary>Prints the timeline, folded or with every event.</summary>
internal static class TimelineSection
{
    private const int ActorColumn = 2;
    private const int TextColumn = 12;
    private const int TextWidth = 62;
    private const int TimeEnd = 85;

    // Boots that are over before a hundredth of a second show microseconds.
    private const ulong ShortBoot = 10_000_000;

    public static void Write(ReportPage page, BootReport report)
    {
        int decimals = report.VirtualNanoseconds < ShortBoot ? 6 : 3;
        page.Section("TIMELINE").EndingAt(TimeEnd, "virtual time", Tone.Quiet)
            .EndingAt(ReportPage.Width, "instructions", Tone.Quiet).End();
        string actor = string.Empty;
        BootTime? shown = null;
        foreach (TimelineEntry entry in Timeline.Of(report))
        {
            WriteEntry(page, entry, entry.Actor == actor ? string.Empty : entry.Actor, shown == entry.At && !entry.IsExit, decimals);
            actor = entry.Actor.Length > 0 ? entry.Actor : actor;
            shown = entry.At;
        }

        WriteEntry(page, Timeline.EndOf(report), "end", timeShown: false, decimals);
    }

    private static void WriteEntry(ReportPage page, TimelineEntry entry, string actor, bool timeShown, int decimals)
    {
        bool first = true;
        foreach (string line in ReportPage.Wrap(entry.Text, TextWidth))
        {
            page.To(ActorColumn).Text(first ? actor : string.Empty, entry.Tone).To(TextColumn).Text(line, entry.Tone);
            if (first && !timeShown)
            {
                page.EndingAt(TimeEnd, Quantities.Seconds(entry.At.Nanoseconds, decimals))
                    .EndingAt(ReportPage.Width, Quantities.Count(entry.At.Instructions));
            }

            page.End();
            first = false;
        }
    }
}
