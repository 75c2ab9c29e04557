using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>What two boots mean for those who use the machine.</summary>
internal static class Conclusion
{
    /// <summary>The answer: what each guest comes to, and what of it costs or saves.</summary>
    public static string Of(BootReport a, BootReport b, Phrases phrases)
    {
        (string fateA, string fateB) = (Fate(a), Fate(b));
        List<string> sentences = fateA == fateB
            ? [$"{(phrases.Setting == ComparedSettings.Guest ? "Either guest" : "Either way the guest")} {fateA}."]
            : [phrases.Sentence($"{phrases.Subject(true)} {fateA}; {phrases.Subject(false)} {fateB}")];
        if (Waiting(a, b, phrases) is { } waiting)
        {
            sentences.Add(waiting);
        }

        if (fateA == fateB && sentences.Count == 1)
        {
            sentences.Add("Nothing changes for its memory.");
        }

        return string.Join(' ', sentences);
    }

    // Time that users wait for before the guest runs on its own.
    private static string? Waiting(BootReport a, BootReport b, Phrases phrases)
    {
        ulong timeA = FirmwareTime(a);
        ulong timeB = FirmwareTime(b);
        ulong more = Math.Max(timeA, timeB) - Math.Min(timeA, timeB);
        return Quantities.Seconds(more, 3) == Quantities.Seconds(0, 3)
            ? null
            : $"Firmware spends {Quantities.Seconds(more, 3)} {(timeB < timeA ? "less" : "more")} on acceptance {phrases.Place(false)}.";
    }

    private static ulong FirmwareTime(BootReport report) => ComparedAmounts.AcceptanceTime(report, by => by != MemoryAcceptor.Guest);

    private static string Fate(BootReport report)
    {
        string? end = End(report);
        int failures = report.ExitBootServices.TakeWhile(e => e.Status.IsError).Count();
        if (failures == report.ExitBootServices.Count)
        {
            return end ?? "ends without leaving boot services";
        }

        string leaving = failures == 0 ? "leaves at the first attempt" : $"needs {Number(failures + 1)} attempts to leave";
        return string.Join(" and ", new[] { Memory(report), leaving, end }.OfType<string>());
    }

    private static string Memory(BootReport report)
    {
        RamAccount ram = report.Ram;
        List<string> parts = [];
        if (ram.AcceptedAtExitBootServices > 0)
        {
            ulong time = ComparedAmounts.AcceptanceTime(report, by => by == MemoryAcceptor.FirmwareAtExitBootServices);
            parts.Add($"has {Quantities.Bytes(ram.AcceptedAtExitBootServices)} accepted for it inside ExitBootServices ({Quantities.Seconds(time, 3)})");
        }

        if (ram.AcceptedByGuest > 0)
        {
            parts.Add($"accepts {Quantities.Bytes(ram.AcceptedByGuest)} itself");
        }

        if (ram.Unaccepted > ram.LostToGuest)
        {
            parts.Add($"takes {Quantities.Bytes(ram.Unaccepted - ram.LostToGuest)} over unaccepted");
        }

        if (ram.LostToGuest > 0)
        {
            parts.Add($"loses {Quantities.Bytes(ram.LostToGuest)} of {Quantities.Bytes(ram.Total)}");
        }

        if (parts.Count == 0)
        {
            ulong time = ComparedAmounts.AcceptanceTime(report, by => by == MemoryAcceptor.FirmwareBeforeGuest);
            parts.Add(time > 0
                ? $"finds all {Quantities.Bytes(ram.Total)} accepted before it starts ({Quantities.Seconds(time, 3)})"
                : $"has all {Quantities.Bytes(ram.Total)} to use");
        }

        return string.Join(", ", parts);
    }

    // How the boot ended where that is not what it was asked for, or is all that there is to tell.
    private static string? End(BootReport report) => report.Outcome switch
    {
        { End: BootEnd.Fault } => "faults",
        { End: BootEnd.NotModelled } => "does what EfiEmu does not model",
        { End: BootEnd.Budget } => "is stopped at a budget",
        { End: BootEnd.WaitsForInput } => "waits for a key that nobody presses",
        { End: BootEnd.GaveUp } => $"gives up after {Number(report.ExitBootServices.Count)} failed ExitBootServices",
        { End: BootEnd.Returned, Status: { } status } => $"returns {status}",
        { End: BootEnd.Returned } => "returns",
        _ => null,
    };

    private static string Number(int number) => number switch
    {
        1 => "one",
        2 => "two",
        3 => "three",
        _ => Quantities.Count((ulong)number),
    };
}
