using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;

namespace EfiEmu.Cpu.Operations;

/// <summary>ADC and SBB of the wide sizes, which the interpreter calls.</summary>
internal static unsafe class Arithmetic
{
    public static void AddWithCarry<TWidth>(byte* r, int target, ulong b)
        where TWidth : struct, IWidth =>
        TWidth.Set(r + target, AddWithCarry(r, TWidth.Get(r + target), b, TWidth.Bits, Core.KindOf(FlagKind.Result8, TWidth.Bits)));

    public static void SubtractWithBorrow<TWidth>(byte* r, int target, ulong b)
        where TWidth : struct, IWidth =>
        TWidth.Set(r + target, SubtractWithBorrow(r, TWidth.Get(r + target), b, TWidth.Bits, Core.KindOf(FlagKind.Result8, TWidth.Bits)));

    /// <summary>A rotation whose CF and OF are kept; the other flags stay.</summary>
    public static void RotateLeft<TWidth>(byte* r, int target, int count)
        where TWidth : struct, IWidth
    {
        ulong value = TWidth.Get(r + target);
        ulong result = TWidth.Cut((value << count) | (value >> (TWidth.Bits - count)));
        TWidth.Set(r + target, result);
        KeepRotation(r, (uint)result & 1, (uint)(result >> (TWidth.Bits - 1)));
    }

    private static void KeepRotation(byte* r, uint carry, uint top)
    {
        uint kept = carry | ((carry ^ top) << 1);
        if (r[Slot.FlagKind] >= FlagKind.Result8)
        {
            *(ulong*)(r + Slot.FlagB) = (*(ulong*)(r + Slot.FlagB) & 4) | kept;
            return;
        }

        Flags.Set(r, Flags.Carry | Flags.Overflow, carry | ((kept & 2) << 10));
    }

    /// <summary>The sum with CF, of zero-extended operands of so many bits; keeps the flags.</summary>
    public static ulong AddWithCarry(byte* r, ulong a, ulong b, int bits, byte kind)
    {
        ulong result = (a + b + Flags.CarryOf(r)) & (ulong.MaxValue >> (64 - bits));

        // The carry out of each bit position.
        ulong carries = (a & b) | ((a | b) & ~result);
        return Keep(r, result, carries, (a ^ result) & (b ^ result), bits, kind);
    }

    /// <summary>The difference with CF, of zero-extended operands of so many bits; keeps the flags.</summary>
    public static ulong SubtractWithBorrow(byte* r, ulong a, ulong b, int bits, byte kind)
    {
        ulong result = (a - b - Flags.CarryOf(r)) & (ulong.MaxValue >> (64 - bits));
        ulong borrows = (~a & b) | ((~a | b) & result);
        return Keep(r, result, borrows, (a ^ b) & (a ^ result), bits, kind);
    }

    private static ulong Keep(byte* r, ulong result, ulong carries, ulong overflows, int bits, byte kind)
    {
        *(ulong*)(r + Slot.FlagA) = result;
        *(ulong*)(r + Slot.FlagB) = ((carries >> (bits - 1)) & 1) | (((overflows >> (bits - 1)) & 1) << 1) | (((carries >> 3) & 1) << 2);
        r[Slot.FlagKind] = kind;
        return result;
    }
}
