// The host code of one micro-operation or of a few that follow each other: does its work, then calls the handler of the next as
// its last act, so that the compiler makes a jump of the call. Returns null when the slice of the run is over, or the
// micro-operation that stops the processor.
global using unsafe Handler = delegate*<
    byte*, EfiEmu.Cpu.Translation.MicroOp*, EfiEmu.Cpu.Translation.Block*, EfiEmu.Cpu.Execution.Interpreter, EfiEmu.Cpu.Translation.MicroOp*>;

using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>How handlers are compiled.</summary>
internal static class Compilation
{
    /// <summary>At once with all optimisations: only these turn the last call into a jump.</summary>
    public const MethodImplOptions Handler = MethodImplOptions.AggressiveOptimization;

    /// <summary>As a handler, and apart from the handler that calls it, which then needs no frame.</summary>
    public const MethodImplOptions SlowTwin = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}

/// <summary>A micro-operation within a block.</summary>
internal unsafe interface IStep
{
    /// <summary>Does it, or changes nothing and returns false: then <see cref="Slow"/> must.</summary>
    static abstract bool Do(byte* r, MicroOp* op);

    /// <summary>A handler that does it whatever it takes.</summary>
    static virtual MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self) => op;
}

/// <summary>The micro-operation that ends a block with one of two ways on.</summary>
internal unsafe interface IDecision
{
    /// <summary>True when the branch is taken.</summary>
    static abstract bool Taken(byte* r, MicroOp* op);
}

/// <summary>A micro-operation that is a handler of its own.</summary>
internal unsafe interface IHandler
{
    static abstract MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self);
}
