namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>One step of a story: a milestone, or what the run of calls between two milestones told of one kind.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Facts">What; all with the same verb, and one alone where order counts.</param>
/// <param name="At">When.</param>
internal sealed record StoryStep(string Actor, IReadOnlyList<TimelineFact> Facts, BootTime At)
{
    // Calls first: what a guest finds and installs follows from what it calls.
    private static readonly string[] VerbsOfRuns = ["calls", "finds no", "gets", "installs"];

    /// <summary>The verb of its facts.</summary>
    public string Verb => Facts[0].Verb;

    /// <summary>Whether it is told of a run of calls.</summary>
    public bool OfRun => Facts[0].OfRun;

    /// <summary>The steps of a boot, read off its timeline.</summary>
    public static IReadOnlyList<StoryStep> Of(BootReport report)
    {
        List<StoryStep> steps = [];
        List<(string Actor, TimelineFact Fact, BootTime At)> run = [];
        HashSet<(string, TimelineFact)> told = [];
        foreach (TimelineEntry entry in Timeline.Of(report).Append(Timeline.EndOf(report)))
        {
            foreach (TimelineFact fact in entry.Facts)
            {
                if (!fact.OfRun)
                {
                    steps.AddRange(StepsOf(run));
                    run.Clear();
                    steps.Add(new StoryStep(entry.Actor, [fact], entry.At));
                }
                else if (told.Add((entry.Actor, fact)))
                {
                    // That a guest calls the same function again later is no milestone.
                    run.Add((entry.Actor, fact, entry.At));
                }
            }
        }

        return steps;
    }

    private static IEnumerable<StoryStep> StepsOf(List<(string Actor, TimelineFact Fact, BootTime At)> run) => run
        .OrderBy(r => Array.IndexOf(VerbsOfRuns, r.Fact.Verb))
        .GroupBy(r => (r.Actor, r.Fact.Verb))
        .Select(g => new StoryStep(g.Key.Actor, [.. g.Select(r => r.Fact)], g.Last().At));
}
