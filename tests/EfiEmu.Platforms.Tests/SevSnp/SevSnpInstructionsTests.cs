using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.SevSnp;

public sealed class SevSnpInstructionsTests
{
    private const ulong Page = 0x1200000;
    private const ulong Carry = 1;
    private const ulong Zero = 0x40;

    private readonly FakeHost _host = new(TestLayouts.TwoBlocks, AcceptanceCosts.SevSnp);
    private readonly SevSnpInstructions _snp;

    public SevSnpInstructionsTests() => _snp = new SevSnpInstructions(_host);

    [Fact]
    public void Pvalidate_OfAnUnacceptedPage_AcceptsItForTheGuest()
    {
        (ulong code, bool unchanged) = Pvalidate(Page, size: 0, validate: 1);

        Assert.Equal((SevSnpInstructions.Success, false), (code, unchanged));
        Assert.Equal(Zero, _host.Rflags & Zero);
        Assert.Equal(PageState.Private, _host.Ledger.States[Page]);
        Assert.Equal(PageState.Unaccepted, _host.Ledger.States[Page + 4096]);
        Assert.Equal(
            [new AcceptanceRecord(MemoryAcceptor.Guest, new MemoryRange(Page, 4096), AcceptanceCosts.SevSnp.SmallNanoseconds)],
            _host.Ledger.Drain());
        Assert.Equal(AcceptanceCosts.SevSnp.SmallNanoseconds, _host.Clock.Nanoseconds);
    }

    [Fact]
    public void Pvalidate_OfAValidatedPage_SetsCarryAndCostsNothing()
    {
        Pvalidate(Page, 0, 1);
        ulong before = _host.Clock.Nanoseconds;

        Assert.Equal((SevSnpInstructions.Success, true), Pvalidate(Page, 0, 1));
        Assert.Equal(before, _host.Clock.Nanoseconds);
    }

    [Fact]
    public void Pvalidate_OfTwoMiB_AcceptsThemAtOnce()
    {
        Assert.Equal((SevSnpInstructions.Success, false), Pvalidate(Page, 1, 1));

        Assert.Equal(new MemoryRange(Page, 0x200000), Assert.Single(_host.Ledger.Drain()).Range);
        Assert.Equal(AcceptanceCosts.SevSnp.LargeNanoseconds, _host.Clock.Nanoseconds);
    }

    [Fact]
    public void Pvalidate_OfTwoMiBInSmallPages_IsASizeMismatch()
    {
        Pvalidate(Page + 0x5000, 0, 1);

        Assert.Equal((SevSnpInstructions.FailSizeMismatch, false), Pvalidate(Page, 1, 1));
        Assert.Equal(0UL, _host.Rflags & Zero);
    }

    [Fact]
    public void Pvalidate_WithAnotherSize_IsInvalidInput() =>
        Assert.Equal((SevSnpInstructions.FailInput, false), Pvalidate(Page, 2, 1));

    [Fact]
    public void Pvalidate_WithoutValidation_GivesThePageUp()
    {
        Pvalidate(Page, 0, 1);

        Assert.Equal((SevSnpInstructions.Success, false), Pvalidate(Page, 0, 0));
        Assert.Equal(PageState.Unaccepted, _host.Ledger.States[Page]);
    }

    [Theory]
    [InlineData(0x100000UL)]
    [InlineData(0xfffffffffffff000UL)]
    public void Pvalidate_OutsideRam_Faults(ulong address)
    {
        _host[Register.Rax] = address;
        _host[Register.Rdx] = 1;

        PlatformOutcome outcome = _snp.Execute(PlatformInstruction.Pvalidate);

        Assert.Equal((PlatformOutcomeKind.Fault, address), (outcome.Kind, outcome.Address));
    }

    [Fact]
    public void Acceptance_AsLinuxDoesIt_TurnsOnePagePrivate()
    {
        ulong saved = ReadMsr(SevSnpInstructions.GhcbMsr);
        Assert.Equal(GhcbProtocol.PageStateResponse, Vmgexit((1ul << 52) | Page | GhcbProtocol.PageStateRequest));
        _snp.TryWriteMsr(SevSnpInstructions.GhcbMsr, saved);

        Assert.Equal((SevSnpInstructions.Success, false), Pvalidate(Page, 0, 1));
        Assert.Equal(4096UL, _host.Ledger.Account.GuestBytes);
    }

    [Fact]
    public void PageStateChange_ToSharedAndBack_NeedsValidationAgain()
    {
        Pvalidate(Page, 0, 1);
        Assert.Equal(GhcbProtocol.PageStateResponse, Vmgexit((2ul << 52) | Page | GhcbProtocol.PageStateRequest));
        Assert.Equal(PageState.Shared, _host.Ledger.States[Page]);

        _host[Register.Rax] = Page;
        Assert.Equal(PlatformOutcomeKind.Fault, _snp.Execute(PlatformInstruction.Pvalidate).Kind);

        Assert.Equal(GhcbProtocol.PageStateResponse, Vmgexit((1ul << 52) | Page | GhcbProtocol.PageStateRequest));
        Assert.Equal(PageState.Unaccepted, _host.Ledger.States[Page]);
    }

    [Theory]
    [InlineData((1ul << 52) | 0x100000 | 0x014)]
    [InlineData((3ul << 52) | Page | 0x014)]
    public void PageStateChange_ThatCannotBe_AnswersWithAnErrorInTheHighHalf(ulong request)
    {
        ulong answer = Vmgexit(request);

        Assert.Equal(GhcbProtocol.PageStateResponse, answer & 0xfff);
        Assert.NotEqual(0UL, answer >> 32);
    }

    [Fact]
    public void Vmgexit_ForSevInformation_SpeaksOfProtocolOneToTwoAndTheEncryptionBit()
    {
        ulong answer = Vmgexit(GhcbProtocol.SevInformationRequest);

        Assert.Equal((0x001UL, 51UL, 1UL, 2UL), (answer & 0xfff, (answer >> 24) & 0xff, (answer >> 32) & 0xffff, answer >> 48));
    }

    [Fact]
    public void Vmgexit_ForFeatures_HasSnpOnly() =>
        Assert.Equal(0x1081UL, Vmgexit(GhcbProtocol.FeaturesRequest));

    [Fact]
    public void Vmgexit_ForCpuid_AnswersOneRegister()
    {
        ulong answer = Vmgexit((0x8000001ful << 32) | (1ul << 30) | GhcbProtocol.CpuidRequest);

        Assert.Equal(_snp.Cpuid(0x8000001f, 0).Ebx, (uint)(answer >> 32));
        Assert.Equal(GhcbProtocol.CpuidResponse, answer & 0xfff);
    }

    [Fact]
    public void Vmgexit_ToTerminate_EndsTheGuestWithItsReason()
    {
        _snp.TryWriteMsr(SevSnpInstructions.GhcbMsr, 0x100 | (1ul << 12) | (2ul << 16));

        PlatformOutcome outcome = _snp.Execute(PlatformInstruction.Vmgexit);

        Assert.Equal(PlatformOutcomeKind.Fault, outcome.Kind);
        Assert.Contains("reason set 1, code 2 (Linux: PVALIDATE failed)", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x80a000UL)]
    [InlineData(0x7ffUL)]
    public void Vmgexit_WithWhatIsNotTheMsrProtocol_IsNotModelled(ulong msr)
    {
        _snp.TryWriteMsr(SevSnpInstructions.GhcbMsr, msr);

        Assert.Equal(PlatformOutcomeKind.NotModelled, _snp.Execute(PlatformInstruction.Vmgexit).Kind);
    }

    [Fact]
    public void Rmpadjust_AtVmpl0_SucceedsOnAValidatedPage()
    {
        Pvalidate(Page, 0, 1);
        _host[Register.Rax] = Page;
        _host[Register.Rcx] = 0;
        _host[Register.Rdx] = 1;

        Assert.Equal(PlatformOutcomeKind.Completed, _snp.Execute(PlatformInstruction.Rmpadjust).Kind);
        Assert.Equal(0UL, _host[Register.Rax]);
    }

    [Fact]
    public void Rmpadjust_OfAPageThatNobodyValidated_Faults()
    {
        _host[Register.Rax] = Page;
        _host[Register.Rdx] = 1;

        Assert.Equal(PlatformOutcomeKind.Fault, _snp.Execute(PlatformInstruction.Rmpadjust).Kind);
    }

    [Fact]
    public void SevStatus_IsSevEsSnpAndNothingElse() => Assert.Equal(7UL, ReadMsr(SevSnpInstructions.SevStatusMsr));

    [Fact]
    public void Tdcall_OnAmd_IsAnInvalidOpcode() =>
        Assert.StartsWith("#UD TDCALL", _snp.Execute(PlatformInstruction.Tdcall).Detail, StringComparison.Ordinal);

    [Fact]
    public void WriteMsr_OfSevStatus_IsRefused() => Assert.False(_snp.TryWriteMsr(SevSnpInstructions.SevStatusMsr, 0));

    private (ulong Code, bool Unchanged) Pvalidate(ulong address, uint size, uint validate)
    {
        _host[Register.Rax] = address;
        _host[Register.Rcx] = size;
        _host[Register.Rdx] = validate;
        Assert.Equal(PlatformOutcomeKind.Completed, _snp.Execute(PlatformInstruction.Pvalidate).Kind);

        // Bits that are no arithmetic flags stay as they were.
        Assert.Equal(2UL, _host.Rflags & ~0x8d5UL);
        return (_host[Register.Rax], (_host.Rflags & Carry) != 0);
    }

    private ulong Vmgexit(ulong request)
    {
        Assert.True(_snp.TryWriteMsr(SevSnpInstructions.GhcbMsr, request));
        Assert.Equal(PlatformOutcomeKind.Completed, _snp.Execute(PlatformInstruction.Vmgexit).Kind);
        return ReadMsr(SevSnpInstructions.GhcbMsr);
    }

    private ulong ReadMsr(uint index)
    {
        Assert.True(_snp.TryReadMsr(index, out ulong value));
        return value;
    }
}
