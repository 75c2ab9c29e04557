using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>The MMX registers, which are the x87 registers.</summary>
internal static class MmxAccess
{
    public static bool IsMmx(Iced.Intel.Register register) => register is >= Iced.Intel.Register.MM0 and <= Iced.Intel.Register.MM7;

    /// <summary>Whether an operand is one of them.</summary>
    public static bool Uses(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) == OpKind.Register && IsMmx(instruction.GetOpRegister(operand)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// An operation on MMX registers: an x87 exception that waits comes first, and what is in the registers are MMX numbers
    /// after it (Intel SDM volume 1, 9.5.1).
    /// </summary>
    public static Operation Transition(Operation body) => (Core core, in Instruction i) =>
    {
        X87Access.Check(core);
        body(core, in i);
        core.System.Float.EnterMmx();
    };
}
