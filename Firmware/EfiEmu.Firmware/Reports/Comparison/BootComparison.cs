namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>Two boots side by side. Every view (text, JSON) shows this and computes nothing of its own.</summary>
public sealed record BootComparison
{
    /// <summary>The first boot.</summary>
    public required ComparedBoot A { get; init; }

    /// <summary>The second boot.</summary>
    public required ComparedBoot B { get; init; }

    /// <summary>What the two boots are boots of: guest, platform, memory, firmware, acceptance.</summary>
    public required IReadOnlyList<ComparedSetting> Settings { get; init; }

    /// <summary>Both stories, milestone by milestone.</summary>
    public required IReadOnlyList<StoryRow> Story { get; init; }

    /// <summary>Where the stories part, as a sentence or two; null where they do not.</summary>
    public required string? FirstDifference { get; init; }

    /// <summary>Both RAM accounts.</summary>
    public required IReadOnlyList<ComparedAmount> Ram { get; init; }

    /// <summary>What the boots took: attempts, descriptors, calls, time.</summary>
    public required IReadOnlyList<ComparedAmount> Measures { get; init; }

    /// <summary>What changed for those who use the machine, in a few sentences.</summary>
    public required string Answer { get; init; }

    /// <summary>Compares two boots.</summary>
    public static BootComparison Of(BootReport a, BootReport b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        IReadOnlyList<ComparedSetting> settings = ComparedSettings.Of(a, b);
        Phrases phrases = Phrases.For(settings, a, b);
        IReadOnlyList<StoryRow> story = StoryComparison.Of(a, b);
        return new BootComparison
        {
            A = new ComparedBoot(phrases.LabelA, a),
            B = new ComparedBoot(phrases.LabelB, b),
            Settings = settings,
            Story = story,
            FirstDifference = Parting.Of(story, phrases),
            Ram = ComparedAmounts.Ram(a.Ram, b.Ram),
            Measures = ComparedAmounts.Measures(a, b),
            Answer = Conclusion.Of(a, b, phrases),
        };
    }
}

/// <summary>One of two boots.</summary>
/// <param name="Label">What it is called beside the other: the short form of what differs, or A and B.</param>
/// <param name="Report">Its report.</param>
public sealed record ComparedBoot(string Label, BootReport Report);

/// <summary>One thing that a boot depends on, in both boots.</summary>
/// <param name="Name">guest, platform, memory, firmware, acceptance.</param>
/// <param name="A">Of the first boot.</param>
/// <param name="B">Of the second boot.</param>
/// <param name="Same">Whether it is the same thing; two files may go by one name.</param>
public sealed record ComparedSetting(string Name, string A, string B, bool Same);

/// <summary>One milestone, or several of a kind, in both stories.</summary>
/// <param name="Actor">Who: firmware, guest, exit #1, note, end.</param>
/// <param name="Same">Whether both boots have it; addresses, sizes of images and times do not count.</param>
/// <param name="A">In the first boot, or null where it is not there.</param>
/// <param name="B">In the second boot, or null where it is not there.</param>
public sealed record StoryRow(string Actor, bool Same, StoryCell? A, StoryCell? B)
{
    /// <summary>Whether it decides what becomes of the memory.</summary>
    public required bool ConcernsMemory { get; init; }

    /// <summary>Whether it is told with the time at which it happened.</summary>
    public required bool ShowsTime { get; init; }

    /// <summary>Whether it tells of a run of calls: these are folded, and keep no order among themselves.</summary>
    public required bool OfRun { get; init; }
}

/// <summary>One side of a milestone.</summary>
/// <param name="Text">What: accepts 14 GiB.</param>
/// <param name="Nanoseconds">Virtual time when it was done.</param>
/// <param name="Detail">What explains it: the cause of a failed ExitBootServices, a fault's summary; may be empty.</param>
public sealed record StoryCell(string Text, ulong Nanoseconds, string Detail);

/// <summary>One amount in both boots.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Key">What it is, for programs.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="A">Of the first boot.</param>
/// <param name="B">Of the second boot.</param>
public sealed record ComparedAmount(string Name, string Key, AmountUnit Unit, ulong A, ulong B)
{
    /// <summary>B less A.</summary>
    public Int128 Difference => (Int128)B - A;
}

/// <summary>What an amount counts.</summary>
public enum AmountUnit
{
    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Nanoseconds of virtual time.</summary>
    Nanoseconds,

    /// <summary>Things.</summary>
    Count,
}
