namespace EfiEmu.Firmware.Reports.Comparison;

/// <summary>The numbers of two boots.</summary>
internal static class ComparedAmounts
{
    /// <summary>Both RAM accounts, in the order of a report.</summary>
    public static IReadOnlyList<ComparedAmount> Ram(RamAccount a, RamAccount b) =>
    [
        new("all RAM", "totalBytes", AmountUnit.Bytes, a.Total, b.Total),
        new("accepted before the guest", "acceptedBeforeGuestBytes", AmountUnit.Bytes, a.AcceptedBeforeGuest, b.AcceptedBeforeGuest),
        new("accepted inside ExitBootServices", "acceptedAtExitBootServicesBytes", AmountUnit.Bytes, a.AcceptedAtExitBootServices, b.AcceptedAtExitBootServices),
        new("accepted by the guest", "acceptedByGuestBytes", AmountUnit.Bytes, a.AcceptedByGuest, b.AcceptedByGuest),
        new("left unaccepted", "unacceptedBytes", AmountUnit.Bytes, a.Unaccepted, b.Unaccepted),
        new("lost to the guest", "lostToGuestBytes", AmountUnit.Bytes, a.LostToGuest, b.LostToGuest),
    ];

    /// <summary>What the boots took.</summary>
    public static IReadOnlyList<ComparedAmount> Measures(BootReport a, BootReport b) =>
    [
        new("ExitBootServices calls", "exitBootServicesCalls", AmountUnit.Count, (ulong)a.ExitBootServices.Count, (ulong)b.ExitBootServices.Count),
        new("service calls", "serviceCalls", AmountUnit.Count, Calls(a), Calls(b)),
        new("descriptors at the end", "finalDescriptors", AmountUnit.Count, Descriptors(a), Descriptors(b)),
        new("virtual time to the end", "virtualNanoseconds", AmountUnit.Nanoseconds, a.VirtualNanoseconds, b.VirtualNanoseconds),
        new("of it, accepting memory", "acceptanceNanoseconds", AmountUnit.Nanoseconds, AcceptanceTime(a, _ => true), AcceptanceTime(b, _ => true)),
    ];

    /// <summary>The virtual time that acceptance took, of those who are asked for.</summary>
    public static ulong AcceptanceTime(BootReport report, Func<Sdk.MemoryAcceptor, bool> by) => report.Events.OfType<MemoryAccepted>()
        .Where(e => by(e.Acceptor)).Aggregate(0UL, (sum, e) => sum + e.CostNanoseconds);

    private static ulong Calls(BootReport report) => report.Services.Aggregate(0UL, (sum, s) => sum + s.Calls);

    private static ulong Descriptors(BootReport report) => report.MemoryMaps.Count == 0 ? 0 : (ulong)report.MemoryMaps[^1].Descriptors.Count;
}
