using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>The flags that the manuals leave undefined after an instruction.</summary>
internal static class UndefinedFlags
{
    public static ulong Of(in Instruction instruction)
    {
        RflagsBits undefined = instruction.RflagsUndefined;
        ulong flags = 0;

        // OF after a rotate through carry is defined for a count of 1 alone, which the decoder's table does not say.
        bool single = instruction.Op1Kind == OpKind.Immediate8 && instruction.Immediate8 == 1;
        flags |= instruction.Mnemonic is Mnemonic.Rcl or Mnemonic.Rcr && !single ? 0x800u : 0;
        flags |= undefined.HasFlag(RflagsBits.OF) ? 0x800u : 0;
        flags |= undefined.HasFlag(RflagsBits.SF) ? 0x80u : 0;
        flags |= undefined.HasFlag(RflagsBits.ZF) ? 0x40u : 0;
        flags |= undefined.HasFlag(RflagsBits.AF) ? 0x10u : 0;
        flags |= undefined.HasFlag(RflagsBits.PF) ? 0x4u : 0;
        flags |= undefined.HasFlag(RflagsBits.CF) ? 0x1u : 0;
        return flags;
    }
}
