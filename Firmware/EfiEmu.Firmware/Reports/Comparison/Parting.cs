namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>Says in words where two stories part.</summary>
internal static class Parting
{
    private const string Guest = "guest";
    private const string Firmware = "firmware";
    private const string Note = "note";
    private const string End = "end";

    /// <summary>The sentence, and another one where the memory is concerned later only; null where the stories do not part.</summary>
    public static string? Of(IReadOnlyList<StoryRow> story, Phrases phrases)
    {
        int first = IndexOf(story, row => !row.Same);
        if (first < 0)
        {
            return null;
        }

        string sentence = phrases.Sentence($"{After(story, first)}{Describe(Stretch(story, first), phrases)}");
        int memory = IndexOf(story, row => !row.Same && row.ConcernsMemory);
        return memory < 0 || Stretch(story, first).Contains(story[memory])
            ? sentence
            : $"{sentence} {phrases.Sentence($"first of what concerns the memory: {Describe(Stretch(story, memory), phrases)}")}";
    }

    private static int IndexOf(IReadOnlyList<StoryRow> story, Predicate<StoryRow> match)
    {
        for (int i = 0; i < story.Count; i++)
        {
            if (match(story[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // A run of calls keeps no order: all that differs in it differs first.
    private static List<StoryRow> Stretch(IReadOnlyList<StoryRow> story, int first) => story[first].OfRun
        ? [.. story.Skip(first).TakeWhile(row => row.OfRun && row.Actor == story[first].Actor).Where(row => !row.Same)]
        : [story[first]];

    private static string After(IReadOnlyList<StoryRow> story, int first)
    {
        StoryRow? last = story.Take(first).LastOrDefault(row => row.Same && !row.OfRun);
        return last?.A is null ? string.Empty : $"after {Actor(last)}{last.A.Text}, ";
    }

    private static string Actor(StoryRow row) => row.Actor switch
    {
        Guest => "the guest ",
        Firmware => "firmware ",
        _ => $"{row.Actor}: ",
    };

    private static string Describe(List<StoryRow> rows, Phrases phrases)
    {
        string actor = rows[0].Actor;
        string a = Listed(rows.Select(r => r.A));
        string b = Listed(rows.Select(r => r.B));
        return (a.Length, b.Length) switch
        {
            (0, _) => $"{Does(phrases, first: false, actor, b)}; {DoesNot(phrases, first: true, actor)}",
            (_, 0) => $"{Does(phrases, first: true, actor, a)}; {DoesNot(phrases, first: false, actor)}",
            _ => $"{Does(phrases, first: true, actor, a)}; {Does(phrases, first: false, actor, b)}",
        };
    }

    private static string Does(Phrases phrases, bool first, string actor, string what) => actor switch
    {
        Guest => $"{phrases.Subject(first)} {what}",
        Firmware => $"{phrases.Place(first)} firmware {what}",
        Note => $"{phrases.Place(first)} a note says: {what}",
        End => $"{phrases.Place(first)} the end is {what}",
        _ => $"{phrases.Place(first)} {actor} is {what}",
    };

    private static string DoesNot(Phrases phrases, bool first, string actor) => actor switch
    {
        Guest when phrases.Setting == ComparedSettings.Guest => $"{phrases.Subject(first)} does not",
        Guest or Firmware => $"{phrases.Place(first)} it does not",
        Note => $"{phrases.Place(first)} no note does",
        _ => $"{phrases.Place(first)} there is no {actor}",
    };

    private static string Listed(IEnumerable<StoryCell?> cells)
    {
        List<string> texts = [.. cells.OfType<StoryCell>().Select(c => c.Text)];
        return texts.Count < 2 ? string.Concat(texts) : $"{string.Join(", ", texts.SkipLast(1))} and {texts[^1]}";
    }
}
