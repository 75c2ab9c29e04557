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
}
