using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Sums up where the machine's RAM ended up.</summary>
internal static class RamAccountant
{
    /// <summary>The account of a boot.</summary>
    /// <param name="total">All RAM in bytes.</param>
    /// <param name="unaccepted">Bytes that are unaccepted at the end.</param>
    /// <param name="events">The event stream.</param>
    /// <param name="knowledge">What the guest understands.</param>
    /// <param name="leftBootServices">Whether an ExitBootServices succeeded: only then is memory lost for good.</param>
    public static RamAccount Sum(
        ulong total, ulong unaccepted, IReadOnlyList<BootEvent> events, GuestKnowledge knowledge, bool leftBootServices)
    {
        ulong atExit = AcceptedBy(events, MemoryAcceptor.FirmwareAtExitBootServices);
        ulong byGuest = AcceptedBy(events, MemoryAcceptor.Guest);
        return new RamAccount(
            total,
            total - unaccepted - atExit - byGuest,
            atExit,
            byGuest,
            unaccepted,
            leftBootServices && !knowledge.FindsUnaccepted ? unaccepted : 0);
    }

    private static ulong AcceptedBy(IReadOnlyList<BootEvent> events, MemoryAcceptor acceptor) => events
        .OfType<MemoryAccepted>()
        .Where(e => e.Acceptor == acceptor)
        .Aggregate(0UL, (sum, e) => sum + e.Range.Length);
}
