using System.Globalization;

namespace EfiEmu.Firmware;

/// <summary>Says in one sentence what a loader survives.</summary>
internal static class SlackAnswer
{
    private static readonly string[] Numbers = ["no", "one", "two", "three", "four", "five", "six"];
    private static readonly string[] Ordinals = ["no", "first", "second", "third", "fourth", "fifth", "sixth"];

    /// <summary>The sentence.</summary>
    public static string Of(SlackReport report)
    {
        if (!report.IsMeasured)
        {
            return $"{report.Undisturbed.Guest.Name} never calls ExitBootServices: {Lower(report.Undisturbed.Outcome.Verdict)}";
        }

        if (report.Survives(0) is null)
        {
            return "This loader does not leave boot services even where nothing changes behind its back.";
        }

        int changes = 0;
        while (changes < report.Limits.Changes && report.Survives(changes + 1) is not null)
        {
            changes++;
        }

        if (changes == 0)
        {
            return "This loader survives no change of the map between its GetMemoryMap and its ExitBootServices.";
        }

        return changes == report.Limits.Changes && report.Cells.All(c => c.Outcome == SlackOutcome.Leaves)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"This loader survives everything that was tried: {Changes(changes)} by up to {report.Limits.Growth} descriptors{Each(changes)}.")
            : $"This loader survives {Survived(report, changes)}{Beyond(report, changes)}.";
    }

    private static string Survived(SlackReport report, int changes)
    {
        int[] growth = [.. Enumerable.Range(1, changes).Select(n => report.Survives(n) ?? 0)];
        return growth.Distinct().Count() == 1
            ? $"{Changes(changes)} {By(growth[0], changes, report.Limits)}"
            : string.Join(", ", growth.Select((g, i) => $"{Changes(i + 1)} {By(g, i + 1, report.Limits)}"));
    }

    private static string Beyond(SlackReport report, int changes) => changes == report.Limits.Changes
        ? ", as many changes as were tried"
        : $"; a {Word(Ordinals, changes + 1)} change ends it";

    private static string Changes(int count) => $"{Word(Numbers, count)} {(count == 1 ? "change" : "changes")} of the map";

    private static string By(int growth, int changes, SlackLimits limits)
    {
        string each = Each(changes);
        return growth switch
        {
            0 => "that moves its key alone",
            _ when growth == limits.Growth => string.Create(CultureInfo.InvariantCulture, $"by up to {growth} descriptors{each}, the most that was tried"),
            1 => $"by one descriptor{each}",
            _ => string.Create(CultureInfo.InvariantCulture, $"by up to {growth} descriptors{each}"),
        };
    }

    private static string Each(int changes) => changes > 1 ? " each" : string.Empty;

    private static string Word(string[] words, int number) =>
        number < words.Length ? words[number] : number.ToString(CultureInfo.InvariantCulture);

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
