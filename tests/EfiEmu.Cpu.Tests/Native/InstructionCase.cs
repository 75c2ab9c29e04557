using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>One instruction and what it starts from.</summary>
/// <param name="Bytes">Its encoding.</param>
/// <param name="Instruction">The same decoded.</param>
/// <param name="Before">The state before it.</param>
internal sealed record InstructionCase(byte[] Bytes, Instruction Instruction, InstructionState Before)
{
    private readonly Instruction _instruction = Instruction;

    /// <summary>The instruction, without a copy.</summary>
    public ref readonly Instruction InstructionReference => ref _instruction;

    /// <summary>Whether the x87 state, which holds the MMX registers too, is set and compared.</summary>
    public bool UsesFloat { get; } = InstructionForms.UsesFloat(Instruction.Code);
}

/// <summary>Runs one case, to its end or its exception.</summary>
internal interface IInstructionEngine
{
    /// <summary>The state after it.</summary>
    InstructionState Run(InstructionCase made);
}
