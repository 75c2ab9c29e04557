using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>PVALIDATE, RMPADJUST, VMGEXIT and the SEV MSRs.</summary>
/// <remarks>AMD64 Architecture Programmer's Manual, volume 3, PVALIDATE and RMPADJUST; volume 2 section 15.36.</remarks>
internal sealed class SevSnpInstructions(IPlatformHost host) : IPlatformInstructions
{
    public const uint GhcbMsr = 0xc0010130;
    public const uint SevStatusMsr = 0xc0010131;

    /// <summary>SEV, SEV-ES and SEV-SNP are on; no feature that a guest of today would refuse.</summary>
    public const ulong SevStatus = 7;

    public const ulong Success = 0;
    public const ulong FailInput = 1;
    public const ulong FailSizeMismatch = 6;

    private readonly GhcbProtocol _ghcb = new(host);

    public CpuidResult Cpuid(uint leaf, uint subleaf) => SevSnpCpuid.Answer(leaf, subleaf);

    public bool TryReadMsr(uint index, out ulong value)
    {
        (bool known, value) = index switch
        {
            GhcbMsr => (true, _ghcb.Msr),
            SevStatusMsr => (true, SevStatus),
            PlainInstructions.MicrocodeRevision => (true, PlainInstructions.AmdMicrocode),
            _ => (false, 0ul),
        };
        return known;
    }

    public bool TryWriteMsr(uint index, ulong value)
    {
        if (index != GhcbMsr)
        {
            return false;
        }

        _ghcb.Msr = value;
        return true;
    }

    public Action Save()
    {
        ulong msr = _ghcb.Msr;
        return () => _ghcb.Msr = msr;
    }

    public PlatformOutcome Execute(PlatformInstruction instruction) => instruction switch
    {
        PlatformInstruction.Vmgexit => _ghcb.Exit(),
        PlatformInstruction.Pvalidate => Pvalidate(),
        PlatformInstruction.Rmpadjust => Rmpadjust(),
        PlatformInstruction.Hypercall => PlatformOutcome.NotModelled("hypercall"),
        _ => PlatformOutcome.InvalidOpcode(InstructionNames.Of(instruction)),
    };

    private PlatformOutcome Pvalidate()
    {
        uint size = (uint)host[Register.Rcx];
        bool validate = ((uint)host[Register.Rdx] & 1) != 0;
        if (size > 1)
        {
            return Return(FailInput, unchanged: false);
        }

        if (!host.TryTranslate(host[Register.Rax], out ulong address))
        {
            return PlatformOutcome.Fault(host[Register.Rax], $"#PF PVALIDATE of {new GuestAddress(host[Register.Rax])}: not present in the guest's page tables");
        }

        MemoryRange page = PageAt(address, size);
        if (!host.Ram.Covers(page))
        {
            return PlatformOutcome.Fault(page.Start, $"#PF PVALIDATE of {new GuestAddress(page.Start)}: no RAM there");
        }

        PageState first = host.Ledger.States[page.Start];
        if (host.Ledger.States.EndOf(page.Start) < page.End)
        {
            return Return(FailSizeMismatch, unchanged: false);
        }

        if (first == PageState.Shared)
        {
            return PlatformOutcome.Fault(page.Start, $"#VC PVALIDATE of {new GuestAddress(page.Start)}: the page is shared");
        }

        PageStateChange change = host.Ledger.Apply(
            validate ? PageTransition.Accept : PageTransition.Rescind, page, MemoryAcceptor.Guest);
        return Return(Success, unchanged: change.Changed.Count == 0);
    }

    // The guest runs at VMPL0 and may adjust the rights of every other level; rights of other levels are not kept.
    private PlatformOutcome Rmpadjust()
    {
        uint size = (uint)host[Register.Rcx];
        ulong level = host[Register.Rdx] & 0xff;
        if (size > 1 || level == 0)
        {
            return Return(FailInput, unchanged: false);
        }

        if (!host.TryTranslate(host[Register.Rax], out ulong address))
        {
            return PlatformOutcome.Fault(host[Register.Rax], $"#PF RMPADJUST of {new GuestAddress(host[Register.Rax])}: not present in the guest's page tables");
        }

        MemoryRange page = PageAt(address, size);
        if (!host.Ram.Covers(page))
        {
            return PlatformOutcome.Fault(page.Start, $"#PF RMPADJUST of {new GuestAddress(page.Start)}: no RAM there");
        }

        return host.Ledger.States[page.Start] != PageState.Private
            ? PlatformOutcome.Fault(page.Start, $"#VC RMPADJUST of {new GuestAddress(page.Start)}: the page is not validated")
            : Return(Success, unchanged: false);
    }

    private static MemoryRange PageAt(ulong address, uint size)
    {
        ulong bytes = size == 0 ? GuestAddress.PageSize : PageOperations.LargeBytes;
        return new MemoryRange(address & ~(bytes - 1), bytes);
    }

    // CF says that the page already was what it should become; the other flags follow the return code.
    private PlatformOutcome Return(ulong code, bool unchanged)
    {
        host[Register.Rax] = code;
        ulong flags = host.Rflags & ~(RflagsBits.Arithmetic);
        flags |= unchanged ? RflagsBits.Carry : 0;
        flags |= code == 0 ? RflagsBits.Zero : 0;
        flags |= ulong.PopCount(code) % 2 == 0 ? RflagsBits.Parity : 0;
        host.Rflags = flags;
        return PlatformOutcome.Completed;
    }
}

/// <summary>The arithmetic flags in RFLAGS.</summary>
internal static class RflagsBits
{
    public const ulong Carry = 0x001;
    public const ulong Parity = 0x004;
    public const ulong Zero = 0x040;
    public const ulong Arithmetic = 0x8d5;
}
