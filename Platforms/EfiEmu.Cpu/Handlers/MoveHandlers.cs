using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>Moves between registers, and addresses.</summary>
internal static unsafe class MoveHandlers
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Move<TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        TWidth.Set(r + op->A, TSource.Get<TWidth>(r, op));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>The whole register from a narrower one.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Extend<TLoad>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TLoad : struct, ILoad
    {
        TLoad.Put(r + op->A, TLoad.Get(r + op->B));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Lea<TWidth, TAddress>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TAddress : struct, IAddress
    {
        TWidth.Set(r + op->A, TAddress.Of(r, op));
        return op[1].Handler(r, op + 1, block, self);
    }
}
