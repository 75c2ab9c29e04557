using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
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

/// <summary>Shifts, rotations, bit fields and bit scans.</summary>
internal static unsafe class ShiftHandlers
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Shift<TShift, TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TShift : struct, IShift
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, TShift.Of<TWidth>(TWidth.Get(r + op->A), (int)op->Immediate));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ShiftFlags<TShift, TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TShift : struct, IShift
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + op->A);
        ulong result = TShift.Of<TWidth>(value, (int)op->Immediate);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, TShift.FlagsOf<TWidth>(value, result, (int)op->Immediate));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>By a register, without flags: SHLX and its kin.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ShiftBy<TShift, TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TShift : struct, IShift
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, TShift.Of<TWidth>(TWidth.Get(r + op->B), r[op->Index] & (TWidth.Bits - 1)));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Rotate64(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(ulong*)(r + op->A), (int)op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Rotate32(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateLeft(*(uint*)(r + op->A), (int)op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* RotateRight64(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateRight(*(ulong*)(r + op->A), (int)op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* RotateRight32(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(ulong*)(r + op->A) = BitOperations.RotateRight(*(uint*)(r + op->A), (int)op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* RotateFlags<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        Arithmetic.RotateLeft<TWidth>(r, op->A, (int)op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>BZHI.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ZeroHighBits<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        int from = r[op->Index];
        bool beyond = from >= TWidth.Bits;
        ulong result = TWidth.Get(r + op->B) & (beyond ? ulong.MaxValue : (1ul << from) - 1);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, beyond ? 1u : 0u);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ByteSwap<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        TWidth.Set(r + op->A, BinaryPrimitives.ReverseEndianness(TWidth.Get(r + op->A)) >> (64 - TWidth.Bits));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>LZCNT.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* LeadingZeros<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + op->B);
        ulong result = (ulong)(BitOperations.LeadingZeroCount(value) - 64 + TWidth.Bits);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, value == 0 ? 1u : 0u);
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>TZCNT.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* TrailingZeros<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + op->B);
        ulong result = value == 0 ? (ulong)TWidth.Bits : (ulong)BitOperations.TrailingZeroCount(value);
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, value == 0 ? 1u : 0u);
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>BSR; the target stays when there is no bit.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ScanReverse<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + op->B);
        Keep.Logic<TWidth>(r, value);
        if (value != 0)
        {
            TWidth.Set(r + op->A, (ulong)BitOperations.Log2(value));
        }

        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>BSF; the target stays when there is no bit.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* ScanForward<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + op->B);
        Keep.Logic<TWidth>(r, value);
        if (value != 0)
        {
            TWidth.Set(r + op->A, (ulong)BitOperations.TrailingZeroCount(value));
        }

        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>IMUL of two operands: the low half, as nobody reads the flags.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Multiply<TWidth, TSecond>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TSecond : struct, IOperand
    {
        TWidth.Set(r + op->A, TWidth.Get(r + op->B) * TSecond.Get<TWidth>(r, op));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>IMUL; CF and OF say whether the low half is the whole product.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* MultiplyFlags<TWidth, TSecond>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TSecond : struct, IOperand
    {
        long a = TWidth.Signed(TWidth.Get(r + op->B));
        long b = TWidth.Signed(TSecond.Get<TWidth>(r, op));
        long high = Math.BigMul(a, b, out long low);
        ulong result = TWidth.Cut((ulong)low);
        bool whole = high == low >> 63 && TWidth.Signed(result) == low;
        TWidth.Set(r + op->A, result);
        Keep.Result<TWidth>(r, result, whole ? 0u : 3u);
        return op[1].Handler(r, op + 1, block, self);
    }
}
