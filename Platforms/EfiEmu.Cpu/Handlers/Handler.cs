// The host code of one micro-operation: does its work, then calls the handler of the next as its last act, so that the compiler
// makes a jump of the call. Returns null when the slice of the run is over, or the micro-operation that stops the processor.
global using unsafe Handler = delegate*<
    byte*, EfiEmu.Cpu.Translation.MicroOp*, EfiEmu.Cpu.Translation.Block*, EfiEmu.Cpu.Execution.Interpreter, EfiEmu.Cpu.Translation.MicroOp*>;

using System.Runtime.CompilerServices;

namespace EfiEmu.Cpu.Handlers;

/// <summary>How handlers are compiled.</summary>
internal static class Compilation
{
    /// <summary>At once with all optimisations: only these turn the last call into a jump.</summary>
    public const MethodImplOptions Handler = MethodImplOptions.AggressiveOptimization;
}
