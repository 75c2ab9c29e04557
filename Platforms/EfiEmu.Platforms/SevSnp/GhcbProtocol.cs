using System.Globalization;
using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The MSR protocol between an SEV guest and its hypervisor: a request in the GHCB MSR, VMGEXIT, the answer in the MSR.</summary>
/// <remarks>AMD, SEV-ES Guest-Hypervisor Communication Block Standardization, section 2.3.1.</remarks>
internal sealed class GhcbProtocol(IPlatformHost host)
{
    public const ulong SevInformationResponse = 0x001;
    public const ulong SevInformationRequest = 0x002;
    public const ulong CpuidRequest = 0x004;
    public const ulong CpuidResponse = 0x005;
    public const ulong PreferredGhcbRequest = 0x010;
    public const ulong PreferredGhcbResponse = 0x011;
    public const ulong RegisterGhcbRequest = 0x012;
    public const ulong RegisterGhcbResponse = 0x013;
    public const ulong PageStateRequest = 0x014;
    public const ulong PageStateResponse = 0x015;
    public const ulong FeaturesRequest = 0x080;
    public const ulong FeaturesResponse = 0x081;
    public const ulong TerminationRequest = 0x100;

    private const ulong CodeMask = 0xfff;
    private const ulong FrameMask = 0x000f_ffff_ffff_f000;
    private const ulong SnpFeature = 1ul << 12;
    private const ulong PageStatePrivate = 1;
    private const ulong PageStateShared = 2;
    private const ulong PageStateRefused = 1ul << 32;

    /// <summary>MSR 0xC0010130.</summary>
    public ulong Msr { get; set; }

    /// <summary>VMGEXIT.</summary>
    public PlatformOutcome Exit() => (Msr & CodeMask) switch
    {
        SevInformationRequest => Answer(
            SevInformationResponse | ((ulong)SevSnpCpuid.EncryptionBit << 24) | (1ul << 32) | (2ul << 48)),
        CpuidRequest => Answer(Cpuid()),
        PreferredGhcbRequest => Answer(PreferredGhcbResponse | ~CodeMask),
        RegisterGhcbRequest => Answer(RegisterGhcbResponse | (Msr & ~CodeMask)),
        PageStateRequest => Answer(ChangePageState()),
        FeaturesRequest => Answer(FeaturesResponse | SnpFeature),
        TerminationRequest => Terminated(),
        0 => PlatformOutcome.NotModelled("VMGEXIT with a communication block at " + new GuestAddress(Msr)),
        _ => PlatformOutcome.NotModelled("VMGEXIT with GHCB MSR 0x" + Msr.ToString("x", CultureInfo.InvariantCulture)),
    };

    private PlatformOutcome Answer(ulong value)
    {
        Msr = value;
        return PlatformOutcome.Completed;
    }

    private ulong Cpuid()
    {
        uint leaf = (uint)(Msr >> 32);
        CpuidResult result = host.Processor.Masked(leaf, 0, SevSnpCpuid.Answer(leaf, 0));
        ulong register = (Msr >> 30) & 3;
        uint value = register switch { 0 => result.Eax, 1 => result.Ebx, 2 => result.Ecx, _ => result.Edx };
        return CpuidResponse | (register << 30) | ((ulong)value << 32);
    }

    private ulong ChangePageState()
    {
        var page = new MemoryRange(Msr & FrameMask, GuestAddress.PageSize);
        PageTransition? transition = ((Msr >> 52) & 0xf) switch
        {
            PageStatePrivate => PageTransition.Reclaim,
            PageStateShared => PageTransition.Share,
            _ => null,
        };
        bool done = transition is { } wanted && host.Ram.Covers(page)
            && host.Ledger.Apply(wanted, page, MemoryAcceptor.Guest).IsLegal;
        return PageStateResponse | (done ? 0 : PageStateRefused);
    }

    private PlatformOutcome Terminated()
    {
        ulong set = (Msr >> 12) & 0xf;
        ulong reason = (Msr >> 16) & 0xff;
        return PlatformOutcome.Fault(0, string.Create(
            CultureInfo.InvariantCulture,
            $"the guest asked its hypervisor to end it: reason set {set}, code {reason} ({Reason(set, reason)})"));
    }

    // Set 0 is the specification's; set 1 is what Linux made of its own.
    private static string Reason(ulong set, ulong reason) => (set, reason) switch
    {
        (0, 0) => "general request",
        (0, 1) => "protocol version not supported",
        (0, 2) => "SEV-SNP features not supported",
        (1, 0) => "Linux: GHCB registration failed",
        (1, 1) => "Linux: page-state change failed",
        (1, 2) => "Linux: PVALIDATE failed",
        (1, 3) => "Linux: not at VMPL0",
        (1, 4) => "Linux: CPUID table is wrong",
        (1, 5) => "Linux: CPUID of the hypervisor is wrong",
        (1, 6) => "Linux: secrets page is wrong",
        (1, 7) => "Linux: no SVSM",
        (1, 8) => "Linux: SVSM at VMPL0",
        (1, 9) => "Linux: SVSM calling area is wrong",
        _ => "unknown",
    };
}
