namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>How sentences name the two boots: by what differs between them.</summary>
/// <param name="Setting">What differs, or null where nothing does.</param>
/// <param name="LabelA">The short name of the first boot.</param>
/// <param name="LabelB">The short name of the second boot.</param>
internal sealed record Phrases(string? Setting, string LabelA, string LabelB)
{
    private const int LongestLabel = 24;

    private const string Separators = "-_:. /\\";

    /// <summary>The phrases for two boots.</summary>
    public static Phrases For(IReadOnlyList<ComparedSetting> settings, BootReport a, BootReport b)
    {
        ComparedSetting? differs = settings.FirstOrDefault(s => !s.Same);
        (string shortA, string shortB) = differs switch
        {
            null => (string.Empty, string.Empty),
            { Name: ComparedSettings.Guest } => ShortNames(a.Guest.Name, b.Guest.Name),
            _ => (differs.A, differs.B),
        };
        bool usable = IsLabel(shortA) && IsLabel(shortB) && shortA != shortB;
        return usable ? new Phrases(differs?.Name, shortA, shortB) : new Phrases(differs?.Name, "A", "B");
    }

    /// <summary>The guest of one boot as the subject of a sentence: 6.12.117 or: on tdx the guest.</summary>
    public string Subject(bool first) => Setting == ComparedSettings.Guest ? Label(first) : $"{Place(first)} the guest";

    /// <summary>A text as a sentence. It may begin with a label, which keeps its letters.</summary>
    public string Sentence(string text)
    {
        bool label = Setting == ComparedSettings.Guest
            && (text.StartsWith(LabelA + " ", StringComparison.Ordinal) || text.StartsWith(LabelB + " ", StringComparison.Ordinal));
        return (label ? text : char.ToUpperInvariant(text[0]) + text[1..]) + ".";
    }

    /// <summary>Where one boot happens: for 6.12.117; on tdx.</summary>
    public string Place(bool first) => Setting switch
    {
        ComparedSettings.Guest => $"for {Label(first)}",
        ComparedSettings.Platform => $"on {Label(first)}",
        ComparedSettings.Memory or ComparedSettings.Acceptance => $"with {Label(first)}",
        ComparedSettings.Firmware => $"under {Label(first)}",
        _ => $"in {Label(first)}",
    };

    private string Label(bool first) => first ? LabelA : LabelB;

    // vmlinuz-6.1.0-cloud and vmlinuz-6.12.9-cloud are 6.1.0 and 6.12.9.
    private static (string A, string B) ShortNames(string a, string b)
    {
        int start = 0;
        for (int i = 0; i < Math.Min(a.Length, b.Length) && a[i] == b[i]; i++)
        {
            start = Separators.Contains(a[i]) && a[i] != '.' ? i + 1 : start;
        }

        int end = 0;
        for (int i = 1; i <= Math.Min(a.Length, b.Length) - start && a[^i] == b[^i]; i++)
        {
            end = Separators.Contains(a[^i]) ? i : end;
        }

        return (a[start..(a.Length - end)], b[start..(b.Length - end)]);
    }

    private static bool IsLabel(string text) => text.Length is > 0 and <= LongestLabel && ReportPage.Visible(text) == text;
}
