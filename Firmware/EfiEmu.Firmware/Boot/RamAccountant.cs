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
    /// <param name="kernel">What the guest told its kernel, where the boot went so far: then nothing has to be inferred.</param>
    public static RamAccount Sum(
        ulong total, ulong unaccepted, IReadOnlyList<BootEvent> events, GuestKnowledge knowledge, bool leftBootServices, KernelMemory? kernel)
    {
        ulong atExit = AcceptedBy(events, MemoryAcceptor.FirmwareAtExitBootServices);
        ulong byGuest = AcceptedBy(events, MemoryAcceptor.Guest);
        return new RamAccount(
            total,
            total - unaccepted - atExit - byGuest,
            atExit,
            byGuest,
            unaccepted,
            Lost(unaccepted, knowledge, leftBootServices, kernel));
    }

    private static ulong Lost(ulong unaccepted, GuestKnowledge knowledge, bool leftBootServices, KernelMemory? kernel)
    {
        if (kernel is not null)
        {
            return kernel.MissingBytes;
        }

        return leftBootServices && !knowledge.FindsUnaccepted ? unaccepted : 0;
    }

    private static ulong AcceptedBy(IReadOnlyList<BootEvent> events, MemoryAcceptor acceptor) => events
        .OfType<MemoryAccepted>()
        .Where(e => e.Acceptor == acceptor)
        .Aggregate(0UL, (sum, e) => sum + e.Range.Length);
}
