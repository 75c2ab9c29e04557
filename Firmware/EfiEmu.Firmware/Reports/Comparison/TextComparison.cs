namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>A comparison for people, on one screen: what differs, both stories, what it costs, the answer last.</summary>
public static class TextComparison
{
    private const int TextColumn = 12;
    private const int ColumnA = 12;
    private const int EndOfA = 55;
    private const int MarkColumn = 56;
    private const int ColumnB = 58;
    private const int TimeWidth = 10;
    private const int AmountA = 62;
    private const int AmountB = 87;

    // What does not fit on a screen is in the JSON form.
    private const int MostRows = 40;

    /// <summary>Writes a comparison. Equal comparisons give equal text; lines end with a line feed alone.</summary>
    public static void Write(BootComparison comparison, TextWriter output, ReportStyle style)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);
        var page = new ReportPage(output, style);
        WriteSettings(page, comparison);
        WriteStory(page, comparison);
        page.Section("DIFFERS");
        Paragraph(page, comparison.FirstDifference ?? "The stories do not part: both boots pass the same milestones.");
        page.Section("AMOUNTS").EndingAt(AmountA, comparison.A.Label, Tone.Quiet).EndingAt(AmountB, comparison.B.Label, Tone.Quiet)
            .EndingAt(ReportPage.Width, "difference", Tone.Quiet).End();
        WriteAmounts(page, comparison.Ram);
        WriteAmounts(page, comparison.Measures);
        page.Section("ANSWER");
        Paragraph(page, comparison.Answer);
    }

    private static void WriteSettings(ReportPage page, BootComparison comparison)
    {
        List<ComparedSetting> differing = [.. comparison.Settings.Where(s => !s.Same)];
        List<ComparedSetting> common = [.. comparison.Settings.Where(s => s.Same)];
        if (differing.Count > 0)
        {
            Field(page, "A", string.Join("; ", differing.Select(s => $"{s.Name} {s.A}")), Tone.Changed);
            Field(page, "B", string.Join("; ", differing.Select(s => $"{s.Name} {s.B}")), Tone.Changed);
        }

        Field(page, "same", common.Count == 0 ? "nothing" : string.Join("; ", common.Select(s => $"{s.Name} {s.A}")), Tone.Normal);
    }

    private static void WriteStory(ReportPage page, BootComparison comparison)
    {
        page.Section("STORY").To(ColumnA).Text(comparison.A.Label, Tone.Quiet).To(ColumnB).Text(comparison.B.Label, Tone.Quiet).End();
        string actor = string.Empty;
        foreach (StoryRow row in comparison.Story.Take(MostRows))
        {
            string label = row.Actor == actor ? string.Empty : row.Actor;
            actor = row.Actor;
            if (row.Same && !row.ShowsTime)
            {
                WriteCommon(page, label, row);
            }
            else
            {
                WriteBoth(page, label, row);
            }
        }

        if (comparison.Story.Count > MostRows)
        {
            page.To(ColumnA).Text($"and {Quantities.Plural((ulong)(comparison.Story.Count - MostRows), "row")} more", Tone.Quiet).End();
        }
    }

    // What both tell spans both columns.
    private static void WriteCommon(ReportPage page, string label, StoryRow row)
    {
        foreach (string line in ReportPage.Wrap(row.A?.Text ?? string.Empty, ReportPage.Width - ColumnA))
        {
            page.To(2).Text(label, Tone.Quiet).To(ColumnA).Text(line, Tone.Quiet).End();
            label = string.Empty;
        }
    }

    private static void WriteBoth(ReportPage page, string label, StoryRow row)
    {
        List<string> a = Lines(row.A, row.ShowsTime, EndOfA - ColumnA);
        List<string> b = Lines(row.B, row.ShowsTime, ReportPage.Width - ColumnB);
        Tone tone = row.Same ? Tone.Normal : Tone.Changed;
        string mark = (row.Same, row.A, row.B) switch
        {
            (true, _, _) => string.Empty,
            (_, null, _) => ">",
            (_, _, null) => "<",
            _ => "|",
        };
        for (int i = 0; i < Math.Max(a.Count, b.Count); i++)
        {
            page.To(2).Text(label, tone).To(ColumnA).Text(i < a.Count ? a[i] : string.Empty, tone);
            if (i == 0 && row is { ShowsTime: true, A: { } timedA })
            {
                page.EndingAt(EndOfA, Quantities.Seconds(timedA.Nanoseconds, 3));
            }

            page.To(MarkColumn).Text(i == 0 ? mark : string.Empty, tone).To(ColumnB).Text(i < b.Count ? b[i] : string.Empty, tone);
            if (i == 0 && row is { ShowsTime: true, B: { } timedB })
            {
                page.EndingAt(ReportPage.Width, Quantities.Seconds(timedB.Nanoseconds, 3));
            }

            page.End();
            label = string.Empty;
        }
    }

    private static List<string> Lines(StoryCell? cell, bool showsTime, int width)
    {
        if (cell is null)
        {
            return [];
        }

        List<string> lines = [.. ReportPage.Wrap(cell.Text, showsTime ? width - TimeWidth : width)];
        if (cell.Detail.Length > 0)
        {
            lines.AddRange(ReportPage.Wrap(cell.Detail, width));
        }

        return lines;
    }

    private static void WriteAmounts(ReportPage page, IReadOnlyList<ComparedAmount> amounts)
    {
        foreach (ComparedAmount amount in amounts.Where(m => (m.A | m.B) != 0))
        {
            Tone tone = amount.Difference == 0 ? Tone.Quiet : Tone.Normal;
            page.To(TextColumn).Text(amount.Name, tone).EndingAt(AmountA, Amount(amount.Unit, amount.A), tone)
                .EndingAt(AmountB, Amount(amount.Unit, amount.B), tone)
                .EndingAt(ReportPage.Width, Difference(amount), amount.Difference == 0 ? Tone.Quiet : Tone.Changed).End();
        }
    }

    private static string Difference(ComparedAmount amount)
    {
        Int128 difference = amount.Difference;
        string sign = difference > 0 ? "+" : difference < 0 ? "-" : string.Empty;
        return sign + Amount(amount.Unit, (ulong)Int128.Abs(difference));
    }

    private static string Amount(AmountUnit unit, ulong amount) => unit switch
    {
        _ when amount == 0 => "0",
        AmountUnit.Bytes => Quantities.Bytes(amount),
        AmountUnit.Nanoseconds => Quantities.Seconds(amount, 3),
        _ => Quantities.Count(amount),
    };

    private static void Paragraph(ReportPage page, string text)
    {
        foreach (string line in ReportPage.Wrap(text, ReportPage.Width - TextColumn))
        {
            page.To(TextColumn).Text(line).End();
        }
    }

    private static void Field(ReportPage page, string name, string text, Tone tone)
    {
        string label = name;
        foreach (string line in ReportPage.Wrap(text, ReportPage.Width - TextColumn))
        {
            page.To(2).Text(label, Tone.Quiet).To(TextColumn).Text(line, tone).End();
            label = string.Empty;
        }
    }
}
