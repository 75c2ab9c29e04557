using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Where the instructions are that have no micro-operation: one family a file, each with its table.</summary>
internal static class InstructionSet
{
    private const int LongestInstruction = 15;

    /// <summary>The operation of an instruction, or null when this processor has none.</summary>
    public static Operation? Find(in Instruction instruction) =>
        GeneralOperations.Find(in instruction)
        ?? ArithmeticOperations.Find(in instruction)
        ?? ShiftOperations.Find(in instruction)
        ?? BitFieldOperations.Find(in instruction)
        ?? StringOperations.Find(in instruction)
        ?? DescriptorOperations.Find(in instruction)
        ?? ControlOperations.Find(in instruction)
        ?? StackOperations.Find(in instruction)
        ?? FarTransferOperations.Find(in instruction)
        ?? SystemOperations.Find(in instruction)
        ?? SegmentBases.Guarded(in instruction, SegmentOperations.Find(in instruction))
        ?? PagingOperations.Find(in instruction)
        ?? DecimalOperations.Find(in instruction)
        ?? FloatStateOperations.Find(in instruction)
        ?? X87MoveOperations.Find(in instruction)
        ?? X87ArithmeticOperations.Find(in instruction)
        ?? X87FunctionOperations.Find(in instruction)
        ?? MmxOperations.Find(in instruction)
        ?? SseMoveOperations.Find(in instruction)
        ?? SseIntegerOperations.Find(in instruction)
        ?? SseShuffleOperations.Find(in instruction)
        ?? SseFloatOperations.Find(in instruction)
        ?? SseConvertOperations.Find(in instruction)
        ?? Sse3Operations.Find(in instruction)
        ?? Sse41Operations.Find(in instruction)
        ?? SseElementOperations.Find(in instruction)
        ?? Sse42Operations.Find(in instruction);

    /// <summary>The stop that an instruction always is, or null for one with an operation.</summary>
    public static ProcessorExit? StopOf(in Instruction instruction) => instruction.Mnemonic switch
    {
        // The decoder gives up after 15 bytes, which is as many as an instruction may have.
        Mnemonic.INVALID when instruction.Length == LongestInstruction => Fault(ExceptionVector.GeneralProtection, "instruction is longer than 15 bytes"),
        Mnemonic.INVALID => Fault(ExceptionVector.InvalidOpcode),
        Mnemonic.Ud0 or Mnemonic.Ud1 or Mnemonic.Ud2 => Fault(ExceptionVector.InvalidOpcode),
        Mnemonic.Int3 => Fault(ExceptionVector.Breakpoint),
        Mnemonic.Int1 => Fault(ExceptionVector.Debug),
        Mnemonic.Int => Fault(ExceptionVector.SoftwareInterrupt, InstructionText.Of(in instruction)) with { Number = instruction.Immediate8 },
        Mnemonic.Hlt => new ProcessorExit(ProcessorExitKind.Halt, 0),
        Mnemonic.Vmgexit => Platform(PlatformInstruction.Vmgexit),
        Mnemonic.Pvalidate => Platform(PlatformInstruction.Pvalidate),
        Mnemonic.Rmpadjust => Platform(PlatformInstruction.Rmpadjust),
        Mnemonic.Tdcall => Platform(PlatformInstruction.Tdcall),
        Mnemonic.Vmcall or Mnemonic.Vmmcall => Platform(PlatformInstruction.Hypercall),
        _ when Find(in instruction) == null => new ProcessorExit(ProcessorExitKind.NotModelled, 0, Detail: InstructionText.Of(in instruction)),
        _ => null,
    };

    private static ProcessorExit Fault(ExceptionVector vector, string? detail = null) =>
        new(ProcessorExitKind.Fault, 0, vector, Detail: detail);

    private static ProcessorExit Platform(PlatformInstruction instruction) =>
        new(ProcessorExitKind.PlatformInstruction, 0, Instruction: instruction);
}
