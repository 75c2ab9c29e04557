using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>
/// Handlers of some steps, and of some steps and the decision that ends the block. Each micro-operation stays in its place: where
/// a step has to go the slow way, the rest of the block runs through the handlers of its own micro-operations.
/// </summary>
internal static unsafe class Runs
{
    /// <summary>The most micro-operations that one handler does.</summary>
    public const int Longest = 4;

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Do<TFirst>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Do<TFirst, TSecond>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TSecond : struct, IStep
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (!TSecond.Do(r, op + 1))
        {
            return TSecond.Slow(r, op + 1, block, self);
        }

        return op[2].Handler(r, op + 2, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Do<TFirst, TSecond, TThird>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TSecond : struct, IStep
        where TThird : struct, IStep
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (!TSecond.Do(r, op + 1))
        {
            return TSecond.Slow(r, op + 1, block, self);
        }

        if (!TThird.Do(r, op + 2))
        {
            return TThird.Slow(r, op + 2, block, self);
        }

        return op[3].Handler(r, op + 3, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Do<TFirst, TSecond, TThird, TFourth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TSecond : struct, IStep
        where TThird : struct, IStep
        where TFourth : struct, IStep
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (!TSecond.Do(r, op + 1))
        {
            return TSecond.Slow(r, op + 1, block, self);
        }

        if (!TThird.Do(r, op + 2))
        {
            return TThird.Slow(r, op + 2, block, self);
        }

        if (!TFourth.Do(r, op + 3))
        {
            return TFourth.Slow(r, op + 3, block, self);
        }

        return op[4].Handler(r, op + 4, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* End<TDecision>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TDecision : struct, IDecision
    {
        if (TDecision.Taken(r, op))
        {
            Block* taken = block->Taken;
            return Chain.Enter(r, taken) ? Chain.First(taken)->Handler(r, Chain.First(taken), taken, self) : Chain.TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return Chain.Enter(r, next) ? Chain.First(next)->Handler(r, Chain.First(next), next, self) : Chain.NextSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* End<TFirst, TDecision>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TDecision : struct, IDecision
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (TDecision.Taken(r, op + 1))
        {
            Block* taken = block->Taken;
            return Chain.Enter(r, taken) ? Chain.First(taken)->Handler(r, Chain.First(taken), taken, self) : Chain.TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return Chain.Enter(r, next) ? Chain.First(next)->Handler(r, Chain.First(next), next, self) : Chain.NextSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* End<TFirst, TSecond, TDecision>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TSecond : struct, IStep
        where TDecision : struct, IDecision
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (!TSecond.Do(r, op + 1))
        {
            return TSecond.Slow(r, op + 1, block, self);
        }

        if (TDecision.Taken(r, op + 2))
        {
            Block* taken = block->Taken;
            return Chain.Enter(r, taken) ? Chain.First(taken)->Handler(r, Chain.First(taken), taken, self) : Chain.TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return Chain.Enter(r, next) ? Chain.First(next)->Handler(r, Chain.First(next), next, self) : Chain.NextSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* End<TFirst, TSecond, TThird, TDecision>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TFirst : struct, IStep
        where TSecond : struct, IStep
        where TThird : struct, IStep
        where TDecision : struct, IDecision
    {
        if (!TFirst.Do(r, op))
        {
            return TFirst.Slow(r, op, block, self);
        }

        if (!TSecond.Do(r, op + 1))
        {
            return TSecond.Slow(r, op + 1, block, self);
        }

        if (!TThird.Do(r, op + 2))
        {
            return TThird.Slow(r, op + 2, block, self);
        }

        if (TDecision.Taken(r, op + 3))
        {
            Block* taken = block->Taken;
            return Chain.Enter(r, taken) ? Chain.First(taken)->Handler(r, Chain.First(taken), taken, self) : Chain.TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return Chain.Enter(r, next) ? Chain.First(next)->Handler(r, Chain.First(next), next, self) : Chain.NextSlow(r, op, block, self);
    }
}
