using System.Globalization;
using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>TDCALL: page acceptance, and port I/O through the hypervisor.</summary>
/// <remarks>Intel TDX Module ABI reference, TDG.MEM.PAGE.ACCEPT; Guest-Hypervisor Communication Interface, TDG.VP.VMCALL.</remarks>
internal sealed class TdxInstructions(IPlatformHost host) : IPlatformInstructions
{
    public const ulong Success = 0;
    public const ulong PageAlreadyAccepted = 0x00000b0a00000000;
    public const ulong PageSizeMismatch = 0xc0000b0b00000000;
    public const ulong OperandInvalid = 0xc000010000000000;

    private const uint MiscellaneousEnable = 0x1a0;

    // As KVM gives it to guests: fast strings, and neither branch trace storage nor precise sampling.
    private const ulong MiscellaneousFeatures = 0x1801;

    private const ulong VmcallLeaf = 0;
    private const ulong AcceptLeaf = 6;
    private const ulong PortReason = 30;
    private const ulong VmcallSuccess = 0;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => TdxCpuid.Answer(leaf, subleaf);

    public bool TryReadMsr(uint index, out ulong value)
    {
        (bool known, value) = index switch
        {
            MiscellaneousEnable => (true, MiscellaneousFeatures),
            _ => (false, 0ul),
        };
        return known;
    }

    public bool TryWriteMsr(uint index, ulong value) => false;

    public Action Save() => static () => { };

    public PlatformOutcome Execute(PlatformInstruction instruction) => instruction switch
    {
        PlatformInstruction.Tdcall => Tdcall(),
        PlatformInstruction.Hypercall => PlatformOutcome.NotModelled("hypercall"),
        _ => PlatformOutcome.InvalidOpcode(InstructionNames.Of(instruction)),
    };

    private PlatformOutcome Tdcall() => host[Register.Rax] switch
    {
        AcceptLeaf => Return(Accept(host[Register.Rcx])),
        VmcallLeaf when host[Register.R10] == 0 && host[Register.R11] == PortReason => PortAccess(),
        VmcallLeaf => PlatformOutcome.NotModelled(
            "TDCALL TDG.VP.VMCALL 0x" + host[Register.R11].ToString("x", CultureInfo.InvariantCulture)),
        ulong leaf => PlatformOutcome.NotModelled("TDCALL leaf " + leaf.ToString(CultureInfo.InvariantCulture)),
    };

    // The low three bits are the level of the page: 4 KiB, 2 MiB, 1 GiB. Memory is mapped in pages of at most 2 MiB, so
    // that 1 GiB never fits.
    private ulong Accept(ulong operand)
    {
        ulong level = operand & 7;
        ulong bytes = level switch { 0 => GuestAddress.PageSize, 1 => PageOperations.LargeBytes, 2 => 1ul << 30, _ => 0 };
        ulong start = operand & ~0xffful;
        if (bytes == 0 || (operand & 0xff8) != 0 || start % bytes != 0 || !host.Ram.Contains(start))
        {
            return OperandInvalid;
        }

        var page = new MemoryRange(start, bytes);
        if (level > 1 || !host.Ram.Covers(page))
        {
            return PageSizeMismatch;
        }

        PageState first = host.Ledger.States[start];
        if (host.Ledger.States.EndOf(start) < page.End)
        {
            return PageSizeMismatch;
        }

        if (first != PageState.Unaccepted)
        {
            return first == PageState.Private ? PageAlreadyAccepted : OperandInvalid;
        }

        host.Ledger.Apply(PageTransition.Accept, page, MemoryAcceptor.Guest);
        return Success;
    }

    private PlatformOutcome PortAccess()
    {
        int bytes = (int)Math.Min(host[Register.R12], 8);
        ushort port = (ushort)host[Register.R14];
        bool write = host[Register.R13] == 1;
        uint value = (uint)host[Register.R15];
        bool done = write ? host.TryWritePort(port, bytes, value) : host.TryReadPort(port, bytes, out value);
        if (!done)
        {
            return PlatformOutcome.NotModelled(string.Create(
                CultureInfo.InvariantCulture, $"TDCALL: {(write ? "OUT to" : "IN from")} port 0x{port:x}, {bytes} bytes"));
        }

        host[Register.R11] = write ? 0 : value;
        host[Register.R10] = VmcallSuccess;
        return Return(Success);
    }

    private PlatformOutcome Return(ulong status)
    {
        host[Register.Rax] = status;
        return PlatformOutcome.Completed;
    }
}
