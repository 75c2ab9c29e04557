using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// CPUID, model-specific registers, ports, counters, control and segment registers. A write that would change how addresses are
/// translated is not modelled.
/// </summary>
internal static class SystemOperations
{
    private const uint Efer = 0xC000_0080;
    private const uint FsBase = 0xC000_0100;
    private const uint GsBase = 0xC000_0101;

    // TS, EM, MP, NE, AM, NW and CD of CR0 change nothing here; PE, PG and WP would.
    private const ulong FreeCr0 = 0x6004_003E;

    // CR4: VME PVI TSD DE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP FSGSBASE SMEP SMAP; not PSE, PAE, LA57, PCIDE, OSXSAVE.
    private const ulong FreeCr4 = 0x31_0FCF;

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
        Mnemonic.Lgdt => LoadTable,
        Mnemonic.Lidt => LoadTable,
        Mnemonic.Sgdt => static (Core core, in Instruction i) => StoreTable(core, in i, core.System.GdtLimit, core.System.GdtBase),
        Mnemonic.Sidt => static (Core core, in Instruction i) => StoreTable(core, in i, core.System.IdtLimit, core.System.IdtBase),
        Mnemonic.Str => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.TaskRegister),
        Mnemonic.Sldt => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.LocalTable),
        Mnemonic.Ltr => static (Core core, in Instruction i) => core.System.TaskRegister = (ushort)core.Read(in i, 0),
        Mnemonic.Lldt => static (Core core, in Instruction i) => core.System.LocalTable = (ushort)core.Read(in i, 0),
        Mnemonic.Clflush or Mnemonic.Clflushopt or Mnemonic.Clwb =>
            static (Core core, in Instruction i) => core.Memory.Read(core.EffectiveAddress(in i), 1),
        Mnemonic.Wbinvd or Mnemonic.Wbnoinvd or Mnemonic.Invd or Mnemonic.Invlpg => static (Core _, in Instruction _) => { },
        Mnemonic.Rdfsbase => static (Core core, in Instruction i) => core.Write(in i, 0, core.Gpr(Slot.FsBase)),
        Mnemonic.Rdgsbase => static (Core core, in Instruction i) => core.Write(in i, 0, core.Gpr(Slot.GsBase)),
        Mnemonic.Wrfsbase => static (Core core, in Instruction i) => SetBase(core, Slot.FsBase, core.Read(in i, 0)),
        Mnemonic.Wrgsbase => static (Core core, in Instruction i) => SetBase(core, Slot.GsBase, core.Read(in i, 0)),
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
            _ when core.Bus.TryReadMsr(index, out ulong known) => known,
            Efer => SystemRegisters.EferAtStart,
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
                SetBase(core, Slot.FsBase, value);
                return;
            case GsBase:
                SetBase(core, Slot.GsBase, value);
                return;
            default:
                bool unchanged = index == Efer && value == SystemRegisters.EferAtStart;
                if (!core.Bus.TryWriteMsr(index, value) && !unchanged)
                {
                    throw GuestStopException.NotModelled(FormattableString.Invariant($"wrmsr 0x{index:X8}, 0x{value:X}"));
                }

                return;
        }
    }

    private static void SetBase(Core core, int slot, ulong value)
    {
        if (!GuestMemory.IsCanonical(value))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "segment base is not canonical");
        }

        core.Gpr(slot) = value;
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

    /// <summary>MOV from and to control, debug and segment registers.</summary>
    private static Operation? MoveSpecial(in Instruction instruction) => instruction.Code switch
    {
        Code.Mov_r64_cr => static (Core core, in Instruction i) => core.Write(in i, 0, ReadControl(core, in i)),
        Code.Mov_cr_r64 => WriteControl,
        Code.Mov_r64_dr => static (Core core, in Instruction i) => core.Write(in i, 0, core.System.Debug[i.Op1Register - Iced.Intel.Register.DR0 & 7]),
        Code.Mov_dr_r64 => static (Core core, in Instruction i) => core.System.Debug[i.Op0Register - Iced.Intel.Register.DR0 & 7] = core.Read(in i, 1),
        Code.Mov_rm16_Sreg or Code.Mov_r32m16_Sreg or Code.Mov_r64m16_Sreg => StoreSegment,
        Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16 => LoadSegment,
        _ => null,
    };

    private static ulong ReadControl(Core core, in Instruction i) => i.Op1Register switch
    {
        Iced.Intel.Register.CR0 => core.System.Cr0,
        Iced.Intel.Register.CR2 => core.System.Cr2,
        Iced.Intel.Register.CR3 => core.System.Cr3,
        Iced.Intel.Register.CR4 => core.System.Cr4,
        Iced.Intel.Register.CR8 => core.System.Cr8,
        _ => throw GuestStopException.Fault(ExceptionVector.InvalidOpcode),
    };

    private static void WriteControl(Core core, in Instruction i)
    {
        ulong value = core.Read(in i, 1);
        switch (i.Op0Register)
        {
            case Iced.Intel.Register.CR0 when ((value ^ core.System.Cr0) & ~FreeCr0) == 0:
                core.System.Cr0 = value;
                return;
            case Iced.Intel.Register.CR2:
                core.System.Cr2 = value;
                return;
            case Iced.Intel.Register.CR3 when value == core.System.Cr3:
                return;
            case Iced.Intel.Register.CR4 when ((value ^ core.System.Cr4) & ~FreeCr4) == 0:
                core.System.Cr4 = value;
                return;
            case Iced.Intel.Register.CR8:
                core.System.Cr8 = value;
                return;
            default:
                throw GuestStopException.NotModelled(InstructionText.Of(in i));
        }
    }

    private static void StoreSegment(Core core, in Instruction i)
    {
        ulong selector = core.System.Segments[i.Op1Register - Iced.Intel.Register.ES];
        if (i.Op0Kind == OpKind.Memory)
        {
            core.Memory.Write(core.EffectiveAddress(in i), selector, 2);
        }
        else
        {
            core.Write(in i, 0, selector);
        }
    }

    private static void LoadSegment(Core core, in Instruction i)
    {
        int segment = i.Op0Register - Iced.Intel.Register.ES;
        ulong selector = i.Op1Kind == OpKind.Memory ? core.Memory.Read(core.EffectiveAddress(in i), 2) : core.Read(in i, 1);
        if (segment == 1)
        {
            throw GuestStopException.Fault(ExceptionVector.InvalidOpcode);
        }

        core.System.Segments[segment] = (ushort)selector;
        if (segment >= 4)
        {
            // Loading FS or GS loads a base of 0 from a flat descriptor.
            core.Gpr(segment == 4 ? Slot.FsBase : Slot.GsBase) = 0;
        }
    }

    private static void LoadTable(Core core, in Instruction i)
    {
        Span<byte> image = stackalloc byte[10];
        core.Memory.ReadBytes(core.EffectiveAddress(in i), image);
        ushort limit = BinaryPrimitives.ReadUInt16LittleEndian(image);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(image[2..]);
        if (i.Mnemonic == Mnemonic.Lgdt)
        {
            (core.System.GdtLimit, core.System.GdtBase) = (limit, address);
        }
        else
        {
            (core.System.IdtLimit, core.System.IdtBase) = (limit, address);
        }
    }

    private static void StoreTable(Core core, in Instruction i, ushort limit, ulong address)
    {
        Span<byte> image = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16LittleEndian(image, limit);
        BinaryPrimitives.WriteUInt64LittleEndian(image[2..], address);
        core.Memory.WriteBytes(core.EffectiveAddress(in i), image);
    }
}
