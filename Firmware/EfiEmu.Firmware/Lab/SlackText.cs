using System.Globalization;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware;

/// <summary>A slack report for people: the machine, the table, the numbers behind it, the answer last.</summary>
public static class SlackText
{
    private const int TextColumn = 12;
    private const int GrowthColumn = 20;
    private const int OutcomeColumn = 32;
    private const int NumberEnd = 18;
    private const int NumberText = 21;
    private const int ScaleStep = 8;

    /// <summary>Writes a report. Equal reports give equal text; lines end with a line feed alone.</summary>
    public static void Write(SlackReport report, TextWriter output, ReportStyle style)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);
        var page = new ReportPage(output, style);
        TextReport.WriteHeader(page, report.Undisturbed, "loader");
        if (report.IsMeasured)
        {
            WriteTable(page, report);
            WriteOutcomes(page, report);
            WriteRoom(page, report);
        }

        page.Section("ANSWER");
        foreach (string line in ReportPage.Wrap(report.Answer, ReportPage.Width - TextColumn))
        {
            page.To(TextColumn).Text(line, report.IsMeasured ? Tone.Normal : Tone.Bad).End();
        }
    }

    private static void WriteTable(ReportPage page, SlackReport report)
    {
        page.Section("CHANGES").To(TextColumn).Text("descriptors that the map grows by at each change", Tone.Quiet).End();
        for (int growth = 0; growth <= report.Limits.Growth; growth += ScaleStep)
        {
            page.To(TextColumn + growth).Text(Number(growth), Tone.Quiet);
        }

        page.End();
        foreach (IGrouping<int, SlackCell> row in report.Cells.GroupBy(c => c.Changes))
        {
            page.To(2).Text(row.Key == 0 ? "none" : Number(row.Key)).To(TextColumn);
            foreach (SlackCell cell in row)
            {
                (char mark, Tone tone) = Mark(cell.Outcome);
                page.Text(mark.ToString(), tone);
            }

            page.End();
        }

        IEnumerable<string> legend = report.Cells.Select(c => c.Outcome).Distinct().Order().Select(o => $"{Mark(o).Mark} {Meaning(o)}");
        page.To(TextColumn).Text(string.Join("   ", legend), Tone.Quiet).End();
    }

    private static void WriteOutcomes(ReportPage page, SlackReport report)
    {
        page.Section("OUTCOMES").To(TextColumn).Text("changes", Tone.Quiet).To(GrowthColumn).Text("growth", Tone.Quiet).End();
        Stretch[][] rows = [.. report.Cells.GroupBy(c => c.Changes).Select(row => Stretches([.. row]))];
        for (int first = 0, next; first < rows.Length; first = next)
        {
            next = first + 1;
            while (next < rows.Length && rows[next].SequenceEqual(rows[first], SameOutcome.Instance))
            {
                next++;
            }

            foreach (Stretch stretch in rows[first])
            {
                WriteOutcome(page, report, stretch, rows[next - 1][0].First.Changes);
            }
        }
    }

    // The cells of a row, in stretches that ended alike.
    private static Stretch[] Stretches(SlackCell[] row)
    {
        var stretches = new List<Stretch>();
        foreach (SlackCell cell in row)
        {
            if (stretches.Count > 0 && stretches[^1].First.IsLike(cell))
            {
                stretches[^1] = stretches[^1] with { LastGrowth = cell.Growth };
            }
            else
            {
                stretches.Add(new Stretch(cell, cell.Growth));
            }
        }

        return [.. stretches];
    }

    private static void WriteOutcome(ReportPage page, SlackReport report, Stretch stretch, int lastChanges)
    {
        SlackCell cell = stretch.First;
        page.To(TextColumn).Text(cell.Changes == 0 ? "none" : Range(cell.Changes, lastChanges)).To(GrowthColumn);
        if (cell.Changes > 0)
        {
            page.Text(Range(cell.Growth, stretch.LastGrowth));
        }

        foreach (string line in ReportPage.Wrap(SlackWords.Of(cell, report.Limits), ReportPage.Width - OutcomeColumn))
        {
            page.To(OutcomeColumn).Text(line, Mark(cell.Outcome).Tone).End();
        }
    }

    private static void WriteRoom(ReportPage page, SlackReport report)
    {
        if (report.Room is not { } room)
        {
            return;
        }

        page.Section("ROOM").To(TextColumn).Text(
            $"in the loader's buffer, in descriptors of {Number((int)room.Fetch.DescriptorSize)} bytes", Tone.Quiet).End();
        foreach ((string sign, int number, string text) in SlackWords.Sum(room))
        {
            page.To(TextColumn).Text(sign).EndingAt(NumberEnd, Number(number)).To(NumberText).Text(text, Tone.Quiet).End();
        }

        foreach (string line in ReportPage.Wrap(SlackWords.Explain(room), ReportPage.Width - TextColumn))
        {
            page.To(TextColumn).Text(line).End();
        }
    }

    private static (char Mark, Tone Tone) Mark(SlackOutcome outcome) => outcome switch
    {
        SlackOutcome.Leaves => ('+', Tone.Good),
        SlackOutcome.GivesUp => ('-', Tone.Changed),
        SlackOutcome.Faults => ('!', Tone.Bad),
        SlackOutcome.RunsOn => ('~', Tone.Bad),
        _ => ('?', Tone.Bad),
    };

    private static string Meaning(SlackOutcome outcome) => outcome switch
    {
        SlackOutcome.Leaves => "leaves boot services",
        SlackOutcome.GivesUp => "gives up",
        SlackOutcome.Faults => "faults",
        SlackOutcome.RunsOn => "is stopped",
        _ => "is not modelled",
    };

    private static string Range(int first, int last) => first == last ? Number(first) : $"{Number(first)} to {Number(last)}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Stretch(SlackCell First, int LastGrowth);

    private sealed class SameOutcome : IEqualityComparer<Stretch>
    {
        public static readonly SameOutcome Instance = new();

        public bool Equals(Stretch x, Stretch y) =>
            (x.First.Growth, x.LastGrowth) == (y.First.Growth, y.LastGrowth) && x.First.EndsLike(y.First);

        public int GetHashCode(Stretch stretch) => stretch.LastGrowth;
    }
}
