using System.Globalization;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>What a verdict is reached on: what happened, and nothing that the guest is said to be.</summary>
internal sealed record VerdictEvidence
{
    /// <summary>How the boot ended.</summary>
    public required BootEnd End { get; init; }

    /// <summary>Why, as a clause.</summary>
    public required string Reason { get; init; }

    /// <summary>What the guest returned, or null.</summary>
    public required EfiStatus? Status { get; init; }

    /// <summary>The ExitBootServices calls.</summary>
    public required IReadOnlyList<ExitBootServicesAttempt> Attempts { get; init; }

    /// <summary>The RAM account.</summary>
    public required RamAccount Ram { get; init; }

    /// <summary>What the guest understands.</summary>
    public required GuestKnowledge Knowledge { get; init; }

    /// <summary>What the guest told its kernel of the memory, where the boot went so far.</summary>
    public required KernelMemory? Kernel { get; init; }

    /// <summary>The lowest address that is unaccepted at the end.</summary>
    public required ulong LowestUnaccepted { get; init; }

    /// <summary>Virtual nanoseconds that acceptance took before the guest.</summary>
    public required ulong AcceptanceBeforeGuest { get; init; }

    /// <summary>What the guest called after a failed ExitBootServices and should not have.</summary>
    public required IReadOnlyList<string> CallsAfterFailedExit { get; init; }
}

/// <summary>The one sentence that an engineer takes away from a boot, and a second one where the guest was merely lucky.</summary>
internal static class Verdict
{
    /// <summary>What the boot says about its guest.</summary>
    public static string Of(VerdictEvidence boot)
    {
        bool left = boot.Attempts.Any(a => a.Status == EfiStatus.Success);
        string verdict = boot.End switch
        {
            BootEnd.ExitBootServices or BootEnd.HandOff => OfMemory(boot),
            BootEnd.Returned when left => OfMemory(boot) + " " + Sentence(boot.Reason),
            BootEnd.Returned or BootEnd.WaitsForInput => Sentence(boot.Reason),
            BootEnd.GaveUp => OfGivingUp(boot),
            BootEnd.Fault => $"The guest faulted: {boot.Reason}.",
            BootEnd.NotModelled => $"EfiEmu cannot go on: {boot.Reason}.",
            _ => $"The boot was stopped: {boot.Reason}.",
        };
        return verdict + OfLuck(boot.CallsAfterFailedExit);
    }

    private static string OfGivingUp(VerdictEvidence boot)
    {
        string once = boot.Attempts.Count == 1 ? " without fetching the map again" : "";
        return $"The guest does not survive this firmware: ExitBootServices failed {Times(boot.Attempts.Count)} ({boot.Attempts[^1].Cause}), "
            + $"and it gave up with {boot.Status}{once}.";
    }

    private static string OfLuck(IReadOnlyList<string> calls) => calls.Count == 0
        ? ""
        : $" After a failed ExitBootServices it called {string.Join(", ", calls)}: UEFI permits the memory allocation services alone there, edk2 lets it.";

    private static string OfMemory(VerdictEvidence boot)
    {
        RamAccount ram = boot.Ram;
        string attempt = Attempt(boot.Attempts);
        if (boot.Kernel is { } kernel && OfKernel(boot, kernel, attempt) is { } wrong)
        {
            return wrong;
        }

        if (ram.LostToGuest > 0)
        {
            return $"This guest leaves boot services {attempt} but will not see the memory above {Size(boot.LowestUnaccepted)}: nobody accepted it for "
                + $"the guest, which shows no knowledge of unaccepted memory, so it loses {Size(ram.LostToGuest)} of its {Size(ram.Total)}.";
        }

        if (ram.AcceptedAtExitBootServices > 0)
        {
            return OfAcceptanceAtExit(ram, boot.Knowledge, attempt);
        }

        if (ram.Unaccepted > 0)
        {
            return boot.Knowledge.AskedToAccept
                ? $"This guest knows unaccepted memory: it asked firmware to leave {Size(ram.Unaccepted)} unaccepted, left boot services {attempt}, and loses nothing."
                : $"This guest knows unaccepted memory: it takes {Size(ram.Unaccepted)} over unaccepted, left boot services {attempt}, and loses nothing.";
        }

        if (ram.AcceptedByGuest > 0)
        {
            return $"This guest knows unaccepted memory: it accepted {Size(ram.AcceptedByGuest)} itself, left boot services {attempt}, and loses nothing.";
        }

        return boot.AcceptanceBeforeGuest == 0
            ? $"This guest leaves boot services {attempt} with all of its {Size(ram.Total)} to use."
            : $"Firmware accepted all {Size(ram.Total)} before this guest, in {Quantities.Seconds(boot.AcceptanceBeforeGuest, 3)} of virtual time; "
                + $"the guest needs to know nothing of unaccepted memory and leaves boot services {attempt}.";
    }

    private static string OfAcceptanceAtExit(RamAccount ram, GuestKnowledge knowledge, string attempt)
    {
        string accepted = Size(ram.AcceptedAtExitBootServices);
        if (!knowledge.FindsUnaccepted)
        {
            return $"This guest knows nothing of unaccepted memory and survives: firmware accepted {accepted} for it inside "
                + $"ExitBootServices, and it left {attempt} with the map that it fetched again.";
        }

        string why = knowledge.AskedToAccept
            ? "its AllowUnacceptedMemory came too late"
            : "it never called AllowUnacceptedMemory";
        return $"Firmware accepted {accepted} inside ExitBootServices although this guest knows unaccepted memory: {why}; it left {attempt}.";
    }

    // What is wrong with the memory that the kernel was told of; null when nothing is.
    private static string? OfKernel(VerdictEvidence boot, KernelMemory kernel, string attempt)
    {
        RamAccount ram = boot.Ram;
        bool unexplained = kernel.MissingBytes > 0 && ram.AcceptedAtExitBootServices + ram.AcceptedByGuest + ram.Unaccepted == 0;
        if (kernel.PhantomBytes > 0 || unexplained)
        {
            string phantom = kernel.PhantomBytes == 0 ? "" : $"takes {Size(kernel.PhantomBytes)} for RAM that firmware never left to it";
            string missing = kernel.MissingBytes == 0 ? "" : $"misses {Size(kernel.MissingBytes)} of what firmware did leave to it";
            return $"This guest leaves boot services {attempt} with a wrong map: its kernel "
                + $"{string.Join(" and ", new[] { phantom, missing }.Where(part => part.Length > 0))}.";
        }

        if (kernel.UnacceptedBytes > 0 && ram.Unaccepted > 0 && !boot.Knowledge.InstalledTable)
        {
            return $"This guest leaves boot services {attempt} with a trap: its kernel takes {Size(ram.Unaccepted)} for RAM that nobody accepted, "
                + "and has no table that says so.";
        }

        return kernel.MissingBytes > 0
            ? $"This guest leaves boot services {attempt}, but its kernel loses {Size(kernel.MissingBytes)} of its {Size(ram.Total)}: "
                + $"{WhyMissing(boot)}, and the kernel's map {Called(kernel)}."
            : null;
    }

    private static string WhyMissing(VerdictEvidence boot)
    {
        RamAccount ram = boot.Ram;
        if (ram.AcceptedAtExitBootServices > 0)
        {
            return $"firmware accepted {Size(ram.AcceptedAtExitBootServices)} inside ExitBootServices, which is after the guest made the map for its kernel";
        }

        return ram.AcceptedByGuest > 0
            ? $"the guest accepted {Size(ram.AcceptedByGuest)} itself, which firmware's memory map goes on calling unaccepted"
            : $"nobody accepted what lies above {Size(boot.LowestUnaccepted)}";
    }

    // What the table has at the first byte that is missing.
    private static string Called(KernelMemory kernel) => kernel.Entries
        .Where(e => kernel.FirstMissing >= e.Start && kernel.FirstMissing - e.Start < e.Bytes)
        .Select(e => $"calls it {e.TypeName}")
        .FirstOrDefault("does not list it");

    private static string Attempt(IReadOnlyList<ExitBootServicesAttempt> attempts)
    {
        int count = attempts.TakeWhile(a => a.Status != EfiStatus.Success).Count() + 1;
        return count == 1 ? "at the first attempt" : string.Create(CultureInfo.InvariantCulture, $"at attempt {count}");
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
