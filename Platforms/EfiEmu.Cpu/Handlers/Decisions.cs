using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>CMP and the jump that reads it.</summary>
internal readonly unsafe struct Compare<TCondition, TWidth, TSource> : IDecision
    where TCondition : struct, ICondition
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Taken(byte* r, MicroOp* op)
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        Keep.Subtraction<TWidth>(r, a, b);
        return TCondition.Holds<TWidth>(a, b);
    }
}

/// <summary>TEST and the jump that reads it.</summary>
internal readonly unsafe struct Test<TCondition, TWidth, TSource> : IDecision
    where TCondition : struct, ICondition
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Taken(byte* r, MicroOp* op)
    {
        ulong a = TWidth.Get(r + op->A) & TSource.Get<TWidth>(r, op);
        Keep.Logic<TWidth>(r, a);
        return TCondition.Holds<TWidth>(a, 0);
    }
}

/// <summary>A jump on the result that an earlier instruction kept.</summary>
internal readonly unsafe struct OnResult<TCondition> : IDecision
    where TCondition : struct, ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Taken(byte* r, MicroOp* op) => TCondition.Holds<Width64>(*(ulong*)(r + Slot.FlagA), 0);
}

/// <summary>A jump on flags of any kind.</summary>
internal readonly unsafe struct OnFlags : IDecision
{
    public static bool Taken(byte* r, MicroOp* op) => Flags.Condition(r, op->Extra);
}

internal readonly unsafe struct Always : IDecision
{
    public static bool Taken(byte* r, MicroOp* op) => true;
}

internal readonly unsafe struct Never : IDecision
{
    public static bool Taken(byte* r, MicroOp* op) => false;
}
