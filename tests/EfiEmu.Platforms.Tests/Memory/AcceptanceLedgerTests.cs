using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests.Memory;

public sealed class AcceptanceLedgerTests
{
    private const int Pages = 1100;
    private const ulong RamBytes = Pages * GuestAddress.PageSize;

    private readonly VirtualClock _clock = new(() => 0);

    [Fact]
    public void Accept_OfARangePartlyAccepted_RecordsAndChargesOnlyTheRest()
    {
        AcceptanceLedger ledger = Ledger();
        ledger.Apply(PageTransition.Accept, new MemoryRange(0x200000, 0x1000), MemoryAcceptor.FirmwareBeforeGuest);
        ledger.Drain();
        ulong before = _clock.Nanoseconds;

        ledger.Apply(PageTransition.Accept, new MemoryRange(0, 0x400000), MemoryAcceptor.Guest);

        AcceptanceCosts costs = AcceptanceCosts.SevSnp;
        Assert.Equal(
            [
                new AcceptanceRecord(MemoryAcceptor.Guest, new MemoryRange(0, 0x200000), costs.LargeNanoseconds),
                new AcceptanceRecord(
                    MemoryAcceptor.Guest, new MemoryRange(0x201000, 0x1ff000), 511 * costs.SmallNanoseconds),
            ],
            ledger.Drain());
        Assert.Equal(costs.LargeNanoseconds + (511 * costs.SmallNanoseconds), _clock.Nanoseconds - before);
        Assert.Empty(ledger.Drain());
    }

    [Fact]
    public void Accept_PageByPage_IsOneRecord()
    {
        AcceptanceLedger ledger = Ledger();
        for (ulong page = 0; page < 100; page++)
        {
            ledger.Apply(PageTransition.Accept, new MemoryRange(page * 4096, 4096), MemoryAcceptor.Guest);
        }

        Assert.Equal(
            [new AcceptanceRecord(MemoryAcceptor.Guest, new MemoryRange(0, 100 * 4096), 100 * AcceptanceCosts.SevSnp.SmallNanoseconds)],
            ledger.Drain());
    }

    [Fact]
    public void Accept_OfASharedPage_ChangesNothing()
    {
        AcceptanceLedger ledger = Ledger();
        ledger.Apply(PageTransition.Share, new MemoryRange(0x5000, 0x1000), MemoryAcceptor.Guest);
        AcceptanceAccount before = ledger.Account;

        PageStateChange change = ledger.Apply(PageTransition.Accept, new MemoryRange(0, 0x10000), MemoryAcceptor.Guest);

        Assert.Equal(new MemoryRange(0x5000, 0x1000), change.Refused);
        Assert.Equal(before, ledger.Account);
        Assert.Equal(0UL, _clock.Nanoseconds);
    }

    [Fact]
    public void Account_AfterAnySequence_CountsEveryPageOnce()
    {
        Gen<(int Start, int Length, PageTransition Transition, MemoryAcceptor Acceptor)[]> steps =
            (from start in Gen.Choose(0, Pages - 1)
             from length in Gen.Choose(1, Pages)
             from transition in Gen.Elements(Enum.GetValues<PageTransition>())
             from acceptor in Gen.Elements(Enum.GetValues<MemoryAcceptor>())
             select (start, Math.Min(length, Pages - start), transition, acceptor)).ArrayOf();

        Properties.Hold(steps, sequence =>
        {
            AcceptanceLedger ledger = Ledger();
            var owners = new MemoryAcceptor?[Pages];
            foreach ((int start, int length, PageTransition transition, MemoryAcceptor acceptor) in sequence)
            {
                var range = new MemoryRange((ulong)start * 4096, (ulong)length * 4096);
                foreach (MemoryRange changed in ledger.Apply(transition, range, acceptor).Changed)
                {
                    Array.Fill(
                        owners,
                        transition == PageTransition.Accept ? acceptor : null,
                        (int)(changed.Start / 4096),
                        (int)(changed.Length / 4096));
                }
            }

            AcceptanceAccount account = ledger.Account;
            Assert.Equal(
                RamBytes,
                account.FirmwareBeforeGuestBytes + account.FirmwareAtExitBootServicesBytes + account.GuestBytes
                    + account.SharedBytes + account.UnacceptedBytes);
            Assert.Equal((ulong)owners.Count(owner => owner == MemoryAcceptor.Guest) * 4096, account.GuestBytes);
            Assert.Equal(
                (ulong)owners.Count(owner => owner == MemoryAcceptor.FirmwareBeforeGuest) * 4096, account.FirmwareBeforeGuestBytes);
            Assert.Equal(owners, Enumerable.Range(0, Pages).Select(page => ledger.AcceptorOf((ulong)page * 4096)));
        });
    }

    [Fact]
    public void Rescind_OfAcceptedPages_TellsThatTranslationsAreStale()
    {
        AcceptanceLedger ledger = Ledger();
        int withdrawn = 0;
        ledger.PagesWithdrawn = () => withdrawn++;
        ledger.Apply(PageTransition.Accept, new MemoryRange(0, 0x2000), MemoryAcceptor.Guest);
        Assert.Equal(0, withdrawn);

        ledger.Apply(PageTransition.Rescind, new MemoryRange(0, 0x1000), MemoryAcceptor.Guest);
        ledger.Apply(PageTransition.Rescind, new MemoryRange(0, 0x1000), MemoryAcceptor.Guest);

        Assert.Equal(1, withdrawn);
    }

    private AcceptanceLedger Ledger() => new(new PageStates(PageState.Unaccepted), AcceptanceCosts.SevSnp, _clock, RamBytes);
}
