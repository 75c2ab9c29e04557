using Iced.Intel;

namespace EfiEmu.Cpu.Execution;

/// <summary>Instructions as text, in Intel syntax.</summary>
internal static class InstructionText
{
    public static string Of(in Instruction instruction)
    {
        if (instruction.IsInvalid)
        {
            return "(bad)";
        }

        IntelFormatter formatter = new();
        StringOutput output = new();
        formatter.Format(in instruction, output);
        return output.ToStringAndReset();
    }
}
