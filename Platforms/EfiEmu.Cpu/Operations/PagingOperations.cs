using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// Control registers, EFER and INVLPG (Intel SDM Vol. 2, MOV to and from control registers; Vol. 3A 9.8.5). Paging is that of long mode, or
/// off: the page tables of 32-bit paging, and real mode, are not modelled. A bit that no processor with these features has is a #GP.
/// </summary>
internal static class PagingOperations
{
    public const uint EferIndex = 0xC000_0080;

    private const ulong Cr0ExtensionType = 1ul << 4;
    private const ulong NotWriteThrough = 1ul << 29;
    private const ulong CacheDisable = 1ul << 30;

    // PE MP EM TS ET NE WP AM NW CD PG: the other bits of the lower half are read as zero whatever is written.
    private const ulong KnownCr0 = 0xE005_003F;

    // VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP FSGSBASE SMEP SMAP.
    private const ulong KnownCr4 = 0x31_0FFF;

    // PCIDE and OSXSAVE: features that this processor does not report. LA57 is none of its bits.
    private const ulong UnknownModes = 0x6_0000;

    // SCE, LME, LMA and NXE.
    private const ulong KnownEfer = 0xD01;
    private const ulong LongestCr3 = (1ul << 52) - 1;
    private const ulong LongestCr8 = 0xF;

    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Mov_r64_cr or Code.Mov_r32_cr => static (Core core, in Instruction i) => core.Write(in i, 0, Read(core, in i)),
        Code.Mov_cr_r64 or Code.Mov_cr_r32 => Write,
        Code.Invlpg_m => static (Core core, in Instruction _) => core.Space.Flush(),
        _ => null,
    };

    /// <summary>WRMSR of EFER.</summary>
    /// <exception cref="GuestStopException">#GP for a bit that is not there, and for LME while paging is on.</exception>
    public static void WriteEfer(Core core, ulong value)
    {
        SystemRegisters system = core.System;
        if ((value & ~KnownEfer) != 0)
        {
            throw Reserved("EFER", value);
        }

        // LMA follows from the others, whatever is written.
        value = (value & ~SystemRegisters.EferLongActive) | (system.Efer & SystemRegisters.EferLongActive);
        if (((value ^ system.Efer) & SystemRegisters.EferLongEnable) != 0 && system.IsPaging)
        {
            throw Reserved("EFER, while paging is on,", value);
        }

        ulong changed = value ^ system.Efer;
        system.Efer = value;
        if ((changed & SystemRegisters.EferNoExecute) != 0)
        {
            core.Space.Flush();
        }
    }

    private static ulong Read(Core core, in Instruction i) => i.Op1Register switch
    {
        Iced.Intel.Register.CR0 => core.System.Cr0,
        Iced.Intel.Register.CR2 => core.System.Cr2,
        Iced.Intel.Register.CR3 => core.System.Cr3,
        Iced.Intel.Register.CR4 => core.System.Cr4,
        Iced.Intel.Register.CR8 => core.System.Cr8,
        _ => throw GuestStopException.Fault(ExceptionVector.InvalidOpcode),
    };

    private static void Write(Core core, in Instruction i)
    {
        ulong value = core.Read(in i, 1);
        switch (i.Op0Register)
        {
            case Iced.Intel.Register.CR0:
                WriteCr0(core, in i, value);
                return;
            case Iced.Intel.Register.CR2:
                core.System.Cr2 = value;
                return;
            case Iced.Intel.Register.CR3 when value > LongestCr3:
                throw Reserved("CR3", value);
            case Iced.Intel.Register.CR3:
                core.System.Cr3 = value;
                core.Space.Flush();
                return;
            case Iced.Intel.Register.CR4:
                WriteCr4(core, in i, value);
                return;
            case Iced.Intel.Register.CR8:
                core.System.Cr8 = value <= LongestCr8 ? value : throw Reserved("CR8", value);
                return;
            default:
                throw GuestStopException.Fault(ExceptionVector.InvalidOpcode);
        }
    }

    private static void WriteCr0(Core core, in Instruction i, ulong value)
    {
        bool isInvalid = value > uint.MaxValue || (value & (NotWriteThrough | CacheDisable)) == NotWriteThrough;
        if (isInvalid)
        {
            throw Reserved("CR0", value);
        }

        SystemRegisters system = core.System;
        bool pages = (value & SystemRegisters.Cr0Paging) != 0;
        if ((value & SystemRegisters.Cr0Protection) == 0)
        {
            throw pages ? Reserved("CR0", value) : GuestStopException.NotModelled($"{InstructionText.Of(in i)} to real mode");
        }

        ulong efer = system.Efer & ~SystemRegisters.EferLongActive;
        if (pages)
        {
            bool isCodeLong = !system.IsLongActive && system.Segments[SegmentRegisters.Code].Descriptor.IsLong;
            if ((efer & SystemRegisters.EferLongEnable) == 0)
            {
                throw GuestStopException.NotModelled($"{InstructionText.Of(in i)} to 32-bit paging");
            }

            if ((system.Cr4 & SystemRegisters.Cr4WideEntries) == 0 || isCodeLong)
            {
                throw Reserved("CR0, on the way to long mode,", value);
            }

            efer |= SystemRegisters.EferLongActive;
        }
        else if (core.Mode == CodeMode.Long)
        {
            throw Reserved("CR0, in 64-bit mode,", value);
        }

        value = (value & KnownCr0) | Cr0ExtensionType;
        bool isPaging = ((value ^ system.Cr0) & (SystemRegisters.Cr0WriteProtect | SystemRegisters.Cr0Paging)) != 0;
        system.Cr0 = value;
        system.Efer = efer;
        if (isPaging)
        {
            core.Space.Flush();
            core.UpdateMode();
        }
    }

    private static void WriteCr4(Core core, in Instruction i, ulong value)
    {
        if ((value & ~(KnownCr4 | UnknownModes)) != 0)
        {
            throw Reserved("CR4", value);
        }

        if ((value & UnknownModes) != 0)
        {
            throw GuestStopException.NotModelled(InstructionText.Of(in i));
        }

        if ((value & SystemRegisters.Cr4WideEntries) == 0 && core.System.IsLongActive)
        {
            throw Reserved("CR4, in long mode,", value);
        }

        core.System.Cr4 = value;
        core.Space.Flush();
    }

    private static GuestStopException Reserved(string register, ulong value) => GuestStopException.Fault(
        ExceptionVector.GeneralProtection, FormattableString.Invariant($"{register} does not take 0x{value:X}"));
}
