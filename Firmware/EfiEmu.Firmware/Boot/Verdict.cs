using System.Globalization;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The one sentence that an engineer takes away from a boot.</summary>
internal static class Verdict
{
    /// <summary>What the boot says about its guest.</summary>
    /// <param name="end">How the boot ended.</param>
    /// <param name="reason">Why, as a clause.</param>
    /// <param name="status">What the guest returned, or null.</param>
    /// <param name="attempts">The ExitBootServices calls.</param>
    /// <param name="ram">The RAM account.</param>
    /// <param name="knowledge">What the guest understands.</param>
    /// <param name="lowestUnaccepted">The lowest address that is unaccepted at the end.</param>
    /// <param name="acceptanceBeforeGuest">Virtual nanoseconds that acceptance took before the guest.</param>
    public static string Of(
        BootEnd end,
        string reason,
        EfiStatus? status,
        IReadOnlyList<ExitBootServicesAttempt> attempts,
        RamAccount ram,
        GuestKnowledge knowledge,
        ulong lowestUnaccepted,
        ulong acceptanceBeforeGuest)
    {
        bool left = attempts.Any(a => a.Status == EfiStatus.Success);
        return end switch
        {
            BootEnd.ExitBootServices => OfMemory(attempts, ram, knowledge, lowestUnaccepted, acceptanceBeforeGuest),
            BootEnd.HandOff => OfMemory(attempts, ram, knowledge, lowestUnaccepted, acceptanceBeforeGuest),
            BootEnd.Returned when left => OfMemory(attempts, ram, knowledge, lowestUnaccepted, acceptanceBeforeGuest) + " " + Sentence(reason),
            BootEnd.Returned => Sentence(reason),
            BootEnd.GaveUp => string.Create(
                CultureInfo.InvariantCulture,
                $"The guest does not survive this firmware: ExitBootServices failed {Times(attempts.Count)} ({attempts[^1].Cause}), and it gave up with {status}."),
            BootEnd.Fault => $"The guest faulted: {reason}.",
            BootEnd.NotModelled => $"EfiEmu cannot go on: {reason}.",
            _ => $"The boot was stopped: {reason}.",
        };
    }

    private static string OfMemory(
        IReadOnlyList<ExitBootServicesAttempt> attempts,
        RamAccount ram,
        GuestKnowledge knowledge,
        ulong lowestUnaccepted,
        ulong acceptanceBeforeGuest)
    {
        int count = attempts.TakeWhile(a => a.Status != EfiStatus.Success).Count() + 1;
        string attempt = count == 1 ? "at the first attempt" : string.Create(CultureInfo.InvariantCulture, $"at attempt {count}");
        if (ram.LostToGuest > 0)
        {
            return $"This guest leaves boot services {attempt} but will not see the memory above {Size(lowestUnaccepted)}: nobody accepted it for "
                + $"the guest, which shows no knowledge of unaccepted memory, so it loses {Size(ram.LostToGuest)} of its {Size(ram.Total)}.";
        }

        if (ram.AcceptedAtExitBootServices > 0)
        {
            return knowledge.FindsUnaccepted
                ? $"Firmware accepted {Size(ram.AcceptedAtExitBootServices)} inside ExitBootServices although this guest knows unaccepted memory; it left {attempt}."
                : $"This guest knows nothing of unaccepted memory and survives: firmware accepted {Size(ram.AcceptedAtExitBootServices)} for it inside "
                    + $"ExitBootServices, and it left {attempt} with the map that it fetched again.";
        }

        if (ram.Unaccepted > 0)
        {
            return knowledge.AskedToAccept
                ? $"This guest knows unaccepted memory: it asked firmware to leave {Size(ram.Unaccepted)} unaccepted, left boot services {attempt}, and loses nothing."
                : $"This guest knows unaccepted memory: it takes {Size(ram.Unaccepted)} over unaccepted, left boot services {attempt}, and loses nothing.";
        }

        return acceptanceBeforeGuest == 0
            ? $"This guest leaves boot services {attempt} with all of its {Size(ram.Total)} to use."
            : $"Firmware accepted all {Size(ram.Total)} before this guest, in {Quantities.Seconds(acceptanceBeforeGuest, 3)} of virtual time; "
                + $"the guest needs to know nothing of unaccepted memory and leaves boot services {attempt}.";
    }

    private static string Times(int count) => count switch
    {
        1 => "once",
        2 => "twice",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} times"),
    };

    private static string Sentence(string reason) => char.ToUpperInvariant(reason[0]) + reason[1..] + ".";

    private static string Size(ulong bytes) => Quantities.Bytes(bytes);
}
