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

/// <summary>Without flags, because nobody reads them.</summary>
internal readonly unsafe struct Plain<TBinary, TWidth, TSource> : IStep
    where TBinary : struct, IBinary
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TBinary.Of(TWidth.Get(r + op->A), TSource.Get<TWidth>(r, op)));
        return true;
    }
}

internal readonly unsafe struct WithFlags<TBinary, TWidth, TSource> : IStep
    where TBinary : struct, IBinary
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        ulong result = TWidth.Cut(TBinary.Of(a, b));
        TBinary.KeepFlags<TWidth>(r, a, b, result);
        TWidth.Set(r + op->A, result);
        return true;
    }
}

/// <summary>The flags alone: CMP as a subtraction, TEST as a conjunction.</summary>
internal readonly unsafe struct FlagsOnly<TBinary, TWidth, TSource> : IStep
    where TBinary : struct, IBinary
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        TBinary.KeepFlags<TWidth>(r, a, b, TBinary.Of(a, b));
        return true;
    }
}

internal readonly unsafe struct Complement<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, ~TWidth.Get(r + op->A));
        return true;
    }
}

internal readonly unsafe struct Negate<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, 0 - TWidth.Get(r + op->A));
        return true;
    }
}

internal readonly unsafe struct NegateFlags<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong b = TWidth.Get(r + op->A);
        Keep.Subtraction<TWidth>(r, 0, b);
        TWidth.Set(r + op->A, 0 - b);
        return true;
    }
}

/// <summary>INC, whose CF stays.</summary>
internal readonly unsafe struct IncrementFlags<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong carry = Flags.CarryOf(r);
        ulong result = TWidth.Cut(TWidth.Get(r + op->A) + 1);
        bool overflow = result == 1ul << (TWidth.Bits - 1);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, carry | (overflow ? 2u : 0u) | ((result & 15) == 0 ? 4u : 0u));
        return true;
    }
}

/// <summary>DEC, whose CF stays.</summary>
internal readonly unsafe struct DecrementFlags<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong carry = Flags.CarryOf(r);
        ulong result = TWidth.Cut(TWidth.Get(r + op->A) - 1);
        bool overflow = result == (1ul << (TWidth.Bits - 1)) - 1;
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, carry | (overflow ? 2u : 0u) | ((result & 15) == 15 ? 4u : 0u));
        return true;
    }
}

internal readonly unsafe struct AddWithCarry<TWidth, TSource> : IStep
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        Arithmetic.AddWithCarry<TWidth>(r, op->A, TSource.Get<TWidth>(r, op));
        return true;
    }
}

internal readonly unsafe struct SubtractWithBorrow<TWidth, TSource> : IStep
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        Arithmetic.SubtractWithBorrow<TWidth>(r, op->A, TSource.Get<TWidth>(r, op));
        return true;
    }
}
