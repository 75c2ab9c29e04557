using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// CPUID, model-specific registers, ports, counters, debug registers, and what is kept of CR0 by instructions of its own.
/// </summary>
internal static class SystemOperations
{
    private const uint FsBase = 0xC000_0100;
    private const uint GsBase = 0xC000_0101;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Cpuid => Identify,
        Mnemonic.Rdtsc => static (Core core, in Instruction _) => SetPair(core, core.Bus.ReadTimestampCounter(core.RetiredBeforeCurrent)),
        Mnemonic.Rdtscp => ReadCounterAndProcessor,
        Mnemonic.Rdrand or Mnemonic.Rdseed => Random,
        Mnemonic.Rdmsr => ReadModelSpecific,
        Mnemonic.Wrmsr => WriteModelSpecific,
        Mnemonic.In => ReadPort,
        Mnemonic.Out => WritePort,
        Mnemonic.Cli => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) &= ~0x200ul,
        Mnemonic.Sti => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) |= 0x200,
        Mnemonic.Clac => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) &= ~0x4_0000ul,
        Mnemonic.Stac => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) |= 0x4_0000,
        Mnemonic.Mov => MoveSpecial(in instruction),
        Mnemonic.Lmsw => null,
        Mnemonic.Smsw => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Cr0),
        Mnemonic.Clts => static (Core core, in Instruction _) => core.System.Cr0 &= ~8ul,
        Mnemonic.Clflush or Mnemonic.Clflushopt or Mnemonic.Clwb =>
            static (Core core, in Instruction i) => core.Memory.Read(core.EffectiveAddress(in i), 1),
        Mnemonic.Wbinvd or Mnemonic.Wbnoinvd or Mnemonic.Invd => static (Core _, in Instruction _) => { },
        _ => null,
    };

    private static void SetPair(Core core, ulong value)
    {
        core.Gpr(Slot.Rax) = (uint)value;
        core.Gpr(Slot.Rdx) = value >> 32;
    }

    private static void Identify(Core core, in Instruction i)
    {
        CpuidResult result = core.Bus.Cpuid((uint)core.Gpr(Slot.Rax), (uint)core.Gpr(Slot.Rcx));
        core.Gpr(Slot.Rax) = result.Eax;
        core.Gpr(Slot.Rbx) = result.Ebx;
        core.Gpr(Slot.Rcx) = result.Ecx;
        core.Gpr(Slot.Rdx) = result.Edx;
    }

    private static void ReadCounterAndProcessor(Core core, in Instruction i)
    {
        SetPair(core, core.Bus.ReadTimestampCounter(core.RetiredBeforeCurrent));
        core.Gpr(Slot.Rcx) = 0;
    }

    private static void Random(Core core, in Instruction i)
    {
        core.Write(in i, 0, core.Bus.NextRandom());
        core.SetFlags(Flags.Arithmetic, Flags.Carry);
    }

    private static void ReadModelSpecific(Core core, in Instruction i)
    {
        uint index = (uint)core.Gpr(Slot.Rcx);
        ulong value = index switch
        {
            FsBase => core.Gpr(Slot.FsBase),
            GsBase => core.Gpr(Slot.GsBase),
            PagingOperations.EferIndex => core.System.Efer,
            _ when core.Bus.TryReadMsr(index, out ulong known) => known,
            _ => throw GuestStopException.NotModelled(FormattableString.Invariant($"rdmsr 0x{index:X8}")),
        };
        SetPair(core, value);
    }

    private static void WriteModelSpecific(Core core, in Instruction i)
    {
        uint index = (uint)core.Gpr(Slot.Rcx);
        ulong value = (core.Gpr(Slot.Rdx) << 32) | (uint)core.Gpr(Slot.Rax);
        switch (index)
        {
            case FsBase:
                SegmentOperations.SetBase(core, Slot.FsBase, value);
                return;
            case GsBase:
                SegmentOperations.SetBase(core, Slot.GsBase, value);
                return;
            case PagingOperations.EferIndex:
                PagingOperations.WriteEfer(core, value);
                return;
            default:
                if (!core.Bus.TryWriteMsr(index, value))
                {
                    throw GuestStopException.NotModelled(FormattableString.Invariant($"wrmsr 0x{index:X8}, 0x{value:X}"));
                }

                return;
        }
    }

    private static void ReadPort(Core core, in Instruction i)
    {
        ushort port = (ushort)(i.Op1Kind == OpKind.Register ? core.Gpr(Slot.Rdx) : i.Immediate8);
        int bytes = RegisterMap.Bits(i.Op0Register) / 8;
        if (!core.Bus.TryReadPort(port, bytes, core.RetiredBeforeCurrent, out uint value))
        {
            throw GuestStopException.NotModelled(FormattableString.Invariant($"{InstructionText.Of(in i)} (port 0x{port:X})"));
        }

        core.Write(in i, 0, value);
    }

    private static void WritePort(Core core, in Instruction i)
    {
        ushort port = (ushort)(i.Op0Kind == OpKind.Register ? core.Gpr(Slot.Rdx) : i.Immediate8);
        int bytes = RegisterMap.Bits(i.Op1Register) / 8;
        if (!core.Bus.TryWritePort(port, bytes, core.RetiredBeforeCurrent, (uint)core.Read(in i, 1)))
        {
            throw GuestStopException.NotModelled(FormattableString.Invariant($"{InstructionText.Of(in i)} (port 0x{port:X})"));
        }
    }

    /// <summary>MOV from and to debug registers.</summary>
    private static Operation? MoveSpecial(in Instruction instruction) => instruction.Code switch
    {
        Code.Mov_r64_dr or Code.Mov_r32_dr => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Debug[i.Op1Register - Iced.Intel.Register.DR0 & 7]),
        Code.Mov_dr_r64 or Code.Mov_dr_r32 => static (Core core, in Instruction i) => core.System.Debug[i.Op0Register - Iced.Intel.Register.DR0 & 7] = core.Read(in i, 1),
        _ => null,
    };
}
