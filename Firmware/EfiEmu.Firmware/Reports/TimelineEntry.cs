namespace EfiEmu.Firmware.Reports;

/// <summary>One line of the timeline, before it is laid out.</summary>
/// <param name="Actor">Who: firmware, guest, exit #1.</param>
/// <param name="Text">What.</param>
/// <param name="At">When it was done.</param>
/// <param name="Tone">How it shows.</param>
internal sealed record TimelineEntry(string Actor, string Text, BootTime At, Tone Tone = Tone.Normal)
{
    /// <summary>Whether this is an ExitBootServices attempt, which always shows its time.</summary>
    public bool IsExit { get; init; }

    /// <summary>What it tells, fact by fact; none for what no two guests have in common.</summary>
    public IReadOnlyList<TimelineFact> Facts { get; init; } = [];
}

/// <summary>A fact of the timeline without addresses, image sizes and counts: what two boots can have in common.</summary>
/// <param name="Verb">What is done: accepts, finds no; empty where the actor says it.</param>
/// <param name="Object">To what: 14 GiB, Tcg2.</param>
internal sealed record TimelineFact(string Verb, string Object)
{
    /// <summary>Whether it is one of a run of calls, which are folded and keep no order.</summary>
    public bool OfRun { get; init; }

    /// <summary>Whether it decides what becomes of the memory.</summary>
    public bool ConcernsMemory { get; init; }

    /// <summary>Whether the time at which it happened is worth telling.</summary>
    public bool ShowsTime { get; init; }

    /// <summary>What explains it; may be empty.</summary>
    public string Detail { get; init; } = string.Empty;
}
