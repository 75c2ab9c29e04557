using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// Control registers, EFER and INVLPG (Intel SDM Vol. 2, MOV to and from control registers). What would leave 64-bit mode or 4-level
/// paging is not modelled; a bit that no processor with these features has is a #GP.
/// </summary>
internal static class PagingOperations
{
    public const uint EferIndex = 0xC000_0080;

    // PE and PG: without them there is no 64-bit mode.
    private const ulong FixedCr0 = 0x8000_0001;
    private const ulong Cr0ExtensionType = 1ul << 4;
    private const ulong NotWriteThrough = 1ul << 29;
    private const ulong CacheDisable = 1ul << 30;

    // PE MP EM TS ET NE WP AM NW CD PG: the other bits of the lower half are read as zero whatever is written.
    private const ulong KnownCr0 = 0xE005_003F;

    // PAE, which 64-bit mode needs.
    private const ulong FixedCr4 = 0x20;

    // VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP FSGSBASE SMEP SMAP.
    private const ulong KnownCr4 = 0x31_0FFF;

    // LA57, PCIDE and OSXSAVE: features that this processor does not report.
    private const ulong UnknownModes = 0x6_1000;

    // LME and LMA.
    private const ulong FixedEfer = 0x500;

    // SCE and NXE beside them.
    private const ulong KnownEfer = 0xD01;
    private const ulong LongestCr3 = (1ul << 52) - 1;
    private const ulong LongestCr8 = 0xF;

    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Mov_r64_cr => static (Core core, in Instruction i) => core.Write(in i, 0, Read(core, in i)),
        Code.Mov_cr_r64 => Write,
        Code.Invlpg_m => static (Core core, in Instruction _) => core.Space.Flush(),
        _ => null,
    };

    /// <summary>WRMSR of EFER.</summary>
    /// <exception cref="GuestStopException">#GP for a bit that is not there; not modelled: LME.</exception>
    public static void WriteEfer(Core core, ulong value)
    {
        SystemRegisters system = core.System;
        if ((value & ~KnownEfer) != 0)
        {
            throw Reserved("EFER", value);
        }

        if (((value ^ system.Efer) & FixedEfer) != 0)
        {
            throw GuestStopException.NotModelled(FormattableString.Invariant($"wrmsr 0x{EferIndex:X8}, 0x{value:X}"));
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

        if ((value & FixedCr0) != FixedCr0)
        {
            throw GuestStopException.NotModelled(InstructionText.Of(in i));
        }

        value = (value & KnownCr0) | Cr0ExtensionType;
        bool isPaging = ((value ^ core.System.Cr0) & SystemRegisters.Cr0WriteProtect) != 0;
        core.System.Cr0 = value;
        if (isPaging)
        {
            core.Space.Flush();
        }
    }

    private static void WriteCr4(Core core, in Instruction i, ulong value)
    {
        if ((value & ~(KnownCr4 | UnknownModes)) != 0)
        {
            throw Reserved("CR4", value);
        }

        if ((value & UnknownModes) != 0 || (value & FixedCr4) == 0)
        {
            throw GuestStopException.NotModelled(InstructionText.Of(in i));
        }

        core.System.Cr4 = value;
        core.Space.Flush();
    }

    private static GuestStopException Reserved(string register, ulong value) => GuestStopException.Fault(
        ExceptionVector.GeneralProtection, FormattableString.Invariant($"{register} does not take 0x{value:X}"));
}
