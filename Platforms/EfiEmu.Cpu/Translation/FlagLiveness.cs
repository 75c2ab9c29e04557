using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>Finds the instructions of a block whose flags nobody can see.</summary>
/// <remarks>
/// Whoever stops the processor sees the flags, so they count as read where an instruction may fault: flags are dead only when
/// overwritten before any touch of memory.
/// </remarks>
internal static class FlagLiveness
{
    private const RflagsBits Arithmetic =
        RflagsBits.OF | RflagsBits.SF | RflagsBits.ZF | RflagsBits.AF | RflagsBits.CF | RflagsBits.PF;

    public static void Mark(ReadOnlySpan<Instruction> block, Span<bool> needed)
    {
        RflagsBits live = Arithmetic;
        for (int i = block.Length - 1; i >= 0; i--)
        {
            ref readonly Instruction instruction = ref block[i];
            RflagsBits modified = instruction.RflagsModified & Arithmetic;
            needed[i] = (modified & live) != 0;
            if (!IsQuiet(in instruction))
            {
                live = Arithmetic;
            }
            else if (!IsShiftByRegister(in instruction))
            {
                // A count of 0 would leave the flags alone.
                live = (live & ~modified) | (instruction.RflagsRead & Arithmetic);
            }
        }
    }

    /// <summary>True when an instruction can neither fault nor stop, and is known to write its flags or not.</summary>
    private static bool IsQuiet(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Lea or Mnemonic.Nop => true,
        Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1 or Mnemonic.Prefetcht2 or Mnemonic.Prefetchnta => true,
        Mnemonic.Mov => !TouchesMemory(in instruction)
            && Execution.RegisterMap.Bits(instruction.Op0Register) != 0
            && (instruction.Op1Kind != OpKind.Register || Execution.RegisterMap.Bits(instruction.Op1Register) != 0),
        Mnemonic.Movzx or Mnemonic.Movsx or Mnemonic.Movsxd or Mnemonic.Add or Mnemonic.Sub or Mnemonic.And or Mnemonic.Or
            or Mnemonic.Xor or Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Adc or Mnemonic.Sbb or Mnemonic.Neg or Mnemonic.Not
            or Mnemonic.Inc or Mnemonic.Dec or Mnemonic.Bswap or Mnemonic.Imul or Mnemonic.Shlx or Mnemonic.Shrx
            or Mnemonic.Sarx or Mnemonic.Bzhi or Mnemonic.Lzcnt or Mnemonic.Tzcnt or Mnemonic.Cdqe or Mnemonic.Cwde
            or Mnemonic.Xchg => !TouchesMemory(in instruction),
        Mnemonic.Shl or Mnemonic.Shr or Mnemonic.Sar when IsShiftByRegister(in instruction) => !TouchesMemory(in instruction),
        Mnemonic.Shl or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror =>
            !TouchesMemory(in instruction) && instruction.Op1Kind != OpKind.Register && (instruction.Immediate8 & 0x1F) != 0,
        _ => (instruction.IsJccShortOrNear || instruction.ConditionCode != ConditionCode.None) && !TouchesMemory(in instruction),
    };

    private static bool IsShiftByRegister(in Instruction instruction) =>
        instruction.Mnemonic is Mnemonic.Shl or Mnemonic.Shr or Mnemonic.Sar && instruction.Op1Kind == OpKind.Register;

    private static bool TouchesMemory(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) is OpKind.Memory)
            {
                return true;
            }
        }

        return false;
    }
}
