using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Acceptance as the boot's policy offers it, on the boot's machine, with its line in the report.</summary>
internal sealed class AcceptanceServices(AcceptancePolicy policy, Machine machine, BootRecorder recorder) : IMemoryAcceptance
{
    /// <inheritdoc/>
    public bool OffersMemoryAccept => policy.OffersMemoryAccept && machine.Platform.RequiresAcceptance;

    /// <inheritdoc/>
    public bool OffersNegotiation => policy.OffersNegotiation && machine.Platform.RequiresAcceptance;

    /// <inheritdoc/>
    public EfiStatus Accept(GuestAddress start, ulong bytes, MemoryAcceptor acceptor)
    {
        if (machine.Platform.EndsGuestOnSecondAcceptance && machine.FirstAccepted(start, bytes) is { } page)
        {
            machine.AcceptMemory(start, page.Value - start.Value, acceptor);
            RecordNew();
            string where = acceptor == MemoryAcceptor.FirmwareAtExitBootServices ? " inside ExitBootServices" : "";
            throw new BootStoppedException(
                BootEnd.Fault,
                $"firmware has the hypervisor end it{where}: PVALIDATE of {page} finds that page validated already, by {Whom(page)}")
            {
                Address = page,
            };
        }

        EfiStatus status = machine.AcceptMemory(start, bytes, acceptor);
        RecordNew();
        return status;
    }

    private string Whom(GuestAddress page) => machine.AcceptorOf(page) == MemoryAcceptor.Guest ? "the guest" : "firmware";

    /// <summary>Records what was accepted since the last time, by whatever way.</summary>
    public void RecordNew()
    {
        foreach (AcceptanceRecord record in machine.DrainAcceptanceRecords())
        {
            recorder.Add(new MemoryAccepted(record.Acceptor, record.Range, record.CostNanoseconds));
        }
    }
}
