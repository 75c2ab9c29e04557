namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>Tells two stories in one table.</summary>
internal static class StoryComparison
{
    private const string Calls = "calls";

    /// <summary>The rows of both stories.</summary>
    public static IReadOnlyList<StoryRow> Of(BootReport a, BootReport b) =>
        [.. StoryAlignment.Align(StoryStep.Of(a), StoryStep.Of(b)).SelectMany(pair => Rows(pair.A, pair.B))];

    private static IEnumerable<StoryRow> Rows(StoryStep? a, StoryStep? b)
    {
        List<TimelineFact> common = [.. (a?.Facts ?? []).Where(f => Has(b, f))];
        List<TimelineFact> onlyA = [.. (a?.Facts ?? []).Where(f => !Has(b, f))];
        List<TimelineFact> onlyB = [.. (b?.Facts ?? []).Where(f => !Has(a, f))];
        if (common.Count > 0)
        {
            List<TimelineFact> commonB = [.. (b?.Facts ?? []).Where(f => Has(a, f))];
            yield return Row(a, common, b, commonB, same: true);
        }

        if (onlyA.Count + onlyB.Count > 0)
        {
            yield return Row(a, onlyA, b, onlyB, same: false);
        }
    }

    private static bool Has(StoryStep? step, TimelineFact fact) => step?.Facts.Any(f => f.Object == fact.Object) ?? false;

    private static StoryRow Row(StoryStep? a, List<TimelineFact> factsA, StoryStep? b, List<TimelineFact> factsB, bool same)
    {
        StoryStep told = a ?? b ?? throw new InvalidOperationException("a row needs a side");
        List<TimelineFact> facts = [.. factsA, .. factsB];
        return new StoryRow(told.Actor, same, Cell(a, factsA, same), Cell(b, factsB, same))
        {
            ConcernsMemory = facts.Any(f => f.ConcernsMemory),
            ShowsTime = facts.Any(f => f.ShowsTime),
            OfRun = told.OfRun,
        };
    }

    private static StoryCell? Cell(StoryStep? step, List<TimelineFact> facts, bool same) => step is null || facts.Count == 0
        ? null
        : new StoryCell(Text(step.Verb, facts, same), step.At.Nanoseconds, facts[0].Detail);

    // Which calls both make is not what anybody asks.
    private static string Text(string verb, List<TimelineFact> facts, bool same) => same && verb == Calls
        ? $"{Calls} the same {Quantities.Plural((ulong)facts.Count, "function")}"
        : $"{verb} {string.Join(", ", facts.Select(f => f.Object))}".Trim();
}
