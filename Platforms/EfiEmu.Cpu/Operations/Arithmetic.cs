using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Operations;

/// <summary>ADC and SBB of the wide sizes, which the interpreter calls.</summary>
internal static unsafe class Arithmetic
{
    public static void AddWithCarry64(byte* r, int target, ulong b)
    {
        ulong a = *(ulong*)(r + target);
        *(ulong*)(r + target) = AddWithCarry(r, a, b, 64, FlagKind.Result64);
    }

    public static void AddWithCarry32(byte* r, int target, uint b)
    {
        uint a = *(uint*)(r + target);
        *(ulong*)(r + target) = AddWithCarry(r, a, b, 32, FlagKind.Result32);
    }

    public static void SubtractWithBorrow64(byte* r, int target, ulong b)
    {
        ulong a = *(ulong*)(r + target);
        *(ulong*)(r + target) = SubtractWithBorrow(r, a, b, 64, FlagKind.Result64);
    }

    public static void SubtractWithBorrow32(byte* r, int target, uint b)
    {
        uint a = *(uint*)(r + target);
        *(ulong*)(r + target) = SubtractWithBorrow(r, a, b, 32, FlagKind.Result32);
    }

    /// <summary>The low half of a signed product; CF and OF say whether it is the whole.</summary>
    public static void Multiply64(byte* r, int target, long a, long b)
    {
        long high = Math.BigMul(a, b, out long low);
        *(long*)(r + target) = low;
        *(long*)(r + Slot.FlagA) = low;
        *(ulong*)(r + Slot.FlagB) = high == low >> 63 ? 0u : 3u;
        r[Slot.FlagKind] = FlagKind.Result64;
    }

    /// <summary>A rotation whose CF and OF are kept; the other flags stay.</summary>
    public static void RotateLeft64(byte* r, int target, int count)
    {
        ulong result = System.Numerics.BitOperations.RotateLeft(*(ulong*)(r + target), count);
        *(ulong*)(r + target) = result;
        KeepRotation(r, (uint)result & 1, (uint)(result >> 63));
    }

    public static void RotateLeft32(byte* r, int target, int count)
    {
        uint result = System.Numerics.BitOperations.RotateLeft(*(uint*)(r + target), count);
        *(ulong*)(r + target) = result;
        KeepRotation(r, result & 1, result >> 31);
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
