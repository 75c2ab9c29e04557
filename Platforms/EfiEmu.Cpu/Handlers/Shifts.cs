using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>A shift or a rotation by a count from 1 to the size less one; only shifts know flags.</summary>
internal interface IShift
{
    static abstract ulong Of<TWidth>(ulong value, int count)
        where TWidth : struct, IWidth;

    /// <summary>Bit 0 = CF, bit 1 = OF as if the count were 1.</summary>
    static abstract ulong FlagsOf<TWidth>(ulong value, ulong result, int count)
        where TWidth : struct, IWidth;
}

internal readonly struct ShiftLeft : IShift
{
    public static ulong Of<TWidth>(ulong value, int count)
        where TWidth : struct, IWidth => TWidth.Cut(value << count);

    public static ulong FlagsOf<TWidth>(ulong value, ulong result, int count)
        where TWidth : struct, IWidth
    {
        ulong carry = (value >> (TWidth.Bits - count)) & 1;
        return carry | (((result >> (TWidth.Bits - 1)) ^ carry) << 1);
    }
}

internal readonly struct ShiftRight : IShift
{
    public static ulong Of<TWidth>(ulong value, int count)
        where TWidth : struct, IWidth => value >> count;

    public static ulong FlagsOf<TWidth>(ulong value, ulong result, int count)
        where TWidth : struct, IWidth => ((value >> (count - 1)) & 1) | ((value >> (TWidth.Bits - 1)) << 1);
}

internal readonly struct ShiftRightSigned : IShift
{
    public static ulong Of<TWidth>(ulong value, int count)
        where TWidth : struct, IWidth => TWidth.Cut((ulong)(TWidth.Signed(value) >> count));

    public static ulong FlagsOf<TWidth>(ulong value, ulong result, int count)
        where TWidth : struct, IWidth => (value >> (count - 1)) & 1;
}

internal readonly unsafe struct Shift<TShift, TWidth> : IStep
    where TShift : struct, IShift
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TShift.Of<TWidth>(TWidth.Get(r + op->A), (int)op->Immediate));
        return true;
    }
}

internal readonly unsafe struct ShiftFlags<TShift, TWidth> : IStep
    where TShift : struct, IShift
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->A);
        ulong result = TShift.Of<TWidth>(value, (int)op->Immediate);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, TShift.FlagsOf<TWidth>(value, result, (int)op->Immediate));
        return true;
    }
}

/// <summary>By CL; a count of 0 leaves the flags alone.</summary>
internal readonly unsafe struct ShiftFlagsBy<TShift, TWidth> : IStep
    where TShift : struct, IShift
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->A);
        int count = r[op->Index] & (TWidth.Bits - 1);
        ulong result = TShift.Of<TWidth>(value, count);
        TWidth.Set(r + op->A, result);
        if (count != 0)
        {
            Keep.Result<TWidth>(r, result, TShift.FlagsOf<TWidth>(value, result, count));
        }

        return true;
    }
}

/// <summary>By a register, without flags: SHLX and its kin.</summary>
internal readonly unsafe struct ShiftBy<TShift, TWidth> : IStep
    where TShift : struct, IShift
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TShift.Of<TWidth>(TWidth.Get(r + op->B), r[op->Index] & (TWidth.Bits - 1)));
        return true;
    }
}

internal readonly unsafe struct RotateLeft64 : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(ulong*)(r + op->A), (int)op->Immediate);
        return true;
    }
}

internal readonly unsafe struct RotateLeft32 : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(uint*)(r + op->A), (int)op->Immediate);
        return true;
    }
}

internal readonly unsafe struct RotateRight64 : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateRight(*(ulong*)(r + op->A), (int)op->Immediate);
        return true;
    }
}

internal readonly unsafe struct RotateRight32 : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateRight(*(uint*)(r + op->A), (int)op->Immediate);
        return true;
    }
}

internal readonly unsafe struct RotateFlags<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        Arithmetic.RotateLeft<TWidth>(r, op->A, (int)op->Immediate);
        return true;
    }
}

/// <summary>BZHI.</summary>
internal readonly unsafe struct ZeroHighBits<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        int from = r[op->Index];
        bool beyond = from >= TWidth.Bits;
        ulong result = TWidth.Get(r + op->B) & (beyond ? ulong.MaxValue : (1ul << from) - 1);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, beyond ? 1u : 0u);
        return true;
    }
}

internal readonly unsafe struct ByteSwap<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, BinaryPrimitives.ReverseEndianness(TWidth.Get(r + op->A)) >> (64 - TWidth.Bits));
        return true;
    }
}

/// <summary>LZCNT.</summary>
internal readonly unsafe struct LeadingZeros<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->B);
        ulong result = (ulong)(BitOperations.LeadingZeroCount(value) - 64 + TWidth.Bits);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, value == 0 ? 1u : 0u);
        return true;
    }
}

/// <summary>TZCNT.</summary>
internal readonly unsafe struct TrailingZeros<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->B);
        ulong result = value == 0 ? (ulong)TWidth.Bits : (ulong)BitOperations.TrailingZeroCount(value);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, value == 0 ? 1u : 0u);
        return true;
    }
}

/// <summary>BSR; the target stays when there is no bit.</summary>
internal readonly unsafe struct ScanReverse<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->B);
        Keep.Logic<TWidth>(r, value);
        if (value != 0)
        {
            TWidth.Set(r + op->A, (ulong)BitOperations.Log2(value));
        }

        return true;
    }
}

/// <summary>BSF; the target stays when there is no bit.</summary>
internal readonly unsafe struct ScanForward<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong value = TWidth.Get(r + op->B);
        Keep.Logic<TWidth>(r, value);
        if (value != 0)
        {
            TWidth.Set(r + op->A, (ulong)BitOperations.TrailingZeroCount(value));
        }

        return true;
    }
}

/// <summary>IMUL of two operands: the low half, as nobody reads the flags.</summary>
internal readonly unsafe struct Multiply<TWidth, TSecond> : IStep
    where TWidth : struct, IWidth
    where TSecond : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TWidth.Get(r + op->B) * TSecond.Get<TWidth>(r, op));
        return true;
    }
}

/// <summary>IMUL; CF and OF say whether the low half is the whole product.</summary>
internal readonly unsafe struct MultiplyFlags<TWidth, TSecond> : IStep
    where TWidth : struct, IWidth
    where TSecond : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        long a = TWidth.Signed(TWidth.Get(r + op->B));
        long b = TWidth.Signed(TSecond.Get<TWidth>(r, op));
        long high = Math.BigMul(a, b, out long low);
        ulong result = TWidth.Cut((ulong)low);
        bool whole = high == low >> 63 && TWidth.Signed(result) == low;
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, whole ? 0u : 3u);
        return true;
    }
}
