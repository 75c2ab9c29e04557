using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>An operation of two operands.</summary>
internal unsafe interface IBinary
{
    static abstract ulong Of(ulong a, ulong b);

    /// <summary>Keeps the flags of an operation on zero-extended operands.</summary>
    static abstract void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth;
}

internal readonly unsafe struct Add : IBinary
{
    public static ulong Of(ulong a, ulong b) => a + b;

    public static void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth => Keep.Addition<TWidth>(r, result, b);
}

internal readonly unsafe struct Subtract : IBinary
{
    public static ulong Of(ulong a, ulong b) => a - b;

    public static void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth => Keep.Subtraction<TWidth>(r, a, b);
}

internal readonly unsafe struct And : IBinary
{
    public static ulong Of(ulong a, ulong b) => a & b;

    public static void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth => Keep.Logic<TWidth>(r, result);
}

internal readonly unsafe struct Or : IBinary
{
    public static ulong Of(ulong a, ulong b) => a | b;

    public static void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth => Keep.Logic<TWidth>(r, result);
}

internal readonly unsafe struct Xor : IBinary
{
    public static ulong Of(ulong a, ulong b) => a ^ b;

    public static void KeepFlags<TWidth>(byte* r, ulong a, ulong b, ulong result)
        where TWidth : struct, IWidth => Keep.Logic<TWidth>(r, result);
}

/// <summary>Addition, subtraction, logic and comparison.</summary>
internal static unsafe class ArithmeticHandlers
{
    /// <summary>Without flags, because nobody reads them.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Plain<TBinary, TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TBinary : struct, IBinary
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        TWidth.Set(r + op->A, TBinary.Of(TWidth.Get(r + op->A), TSource.Get<TWidth>(r, op)));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* WithFlags<TBinary, TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TBinary : struct, IBinary
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        ulong result = TWidth.Cut(TBinary.Of(a, b));
        TBinary.KeepFlags<TWidth>(r, a, b, result);
        TWidth.Set(r + op->A, result);
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>The flags alone: CMP as a subtraction, TEST as a conjunction.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* FlagsOnly<TBinary, TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TBinary : struct, IBinary
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        TBinary.KeepFlags<TWidth>(r, a, b, TBinary.Of(a, b));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Not<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, ~TWidth.Get(r + op->A));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Negate<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, 0 - TWidth.Get(r + op->A));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* NegateFlags<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong b = TWidth.Get(r + op->A);
        Keep.Subtraction<TWidth>(r, 0, b);
        TWidth.Set(r + op->A, 0 - b);
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>INC, whose CF stays.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* IncrementFlags<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong carry = Flags.CarryOf(r);
        ulong result = TWidth.Cut(TWidth.Get(r + op->A) + 1);
        bool overflow = result == 1ul << (TWidth.Bits - 1);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, carry | (overflow ? 2u : 0u) | ((result & 15) == 0 ? 4u : 0u));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>DEC, whose CF stays.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* DecrementFlags<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong carry = Flags.CarryOf(r);
        ulong result = TWidth.Cut(TWidth.Get(r + op->A) - 1);
        bool overflow = result == (1ul << (TWidth.Bits - 1)) - 1;
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, carry | (overflow ? 2u : 0u) | ((result & 15) == 15 ? 4u : 0u));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* AddWithCarry<TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        Arithmetic.AddWithCarry<TWidth>(r, op->A, TSource.Get<TWidth>(r, op));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* SubtractWithBorrow<TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        Arithmetic.SubtractWithBorrow<TWidth>(r, op->A, TSource.Get<TWidth>(r, op));
        return op[1].Handler(r, op + 1, block, self);
    }
}
