using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>What a condition decides, strings, and operations that have no handler of their own.</summary>
internal static unsafe class ControlHandlers
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* SetIf(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        r[op->A] = Flags.Condition(r, op->Extra) ? (byte)1 : (byte)0;
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>CMOV; 32 bits clear the upper half even when the condition does not hold.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* MoveIf<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, TWidth.Get(r + (Flags.Condition(r, op->Extra) ? op->B : op->A)));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* MoveString(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Strings.Move(op);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* StoreString(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Strings.Store(op);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Operations.Run(op);
        return op[1].Handler(r, op + 1, block, self);
    }
}
