namespace EfiEmu.Firmware.Reports;

/// <summary>What a piece of a text report means, so that a style can show it.</summary>
public enum Tone
{
    /// <summary>Ordinary text.</summary>
    Normal,

    /// <summary>The title of a section.</summary>
    Heading,

    /// <summary>What matters least: units, what did not change.</summary>
    Quiet,

    /// <summary>A change.</summary>
    Changed,

    /// <summary>What went well, where that is news.</summary>
    Good,

    /// <summary>What went wrong.</summary>
    Bad,
}

/// <summary>How a text report is shown: with colours on a terminal, without anything elsewhere.</summary>
public sealed class ReportStyle
{
    private readonly bool _colours;

    private ReportStyle(bool colours) => _colours = colours;

    /// <summary>Text alone.</summary>
    public static ReportStyle Plain { get; } = new(colours: false);

    /// <summary>The terminal's own few colours, used sparingly.</summary>
    public static ReportStyle Terminal { get; } = new(colours: true);

    /// <summary>Puts the tone's escape sequences around a text.</summary>
    public string Apply(Tone tone, string text) => (_colours ? Code(tone) : null) is { } code ? $"\e[{code}m{text}\e[0m" : text;

    private static string? Code(Tone tone) => tone switch
    {
        Tone.Heading => "1",
        Tone.Quiet => "2",
        Tone.Changed => "33",
        Tone.Good => "32",
        Tone.Bad => "31",
        _ => null,
    };
}
