using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>A result and the exceptions that came with it.</summary>
/// <param name="Value">The masked answer.</param>
/// <param name="Exceptions">Bits of the status word.</param>
/// <param name="RoundedUp">Whether rounding made the magnitude larger: C1.</param>
internal readonly record struct FloatResult(ExtendedFloat Value, int Exceptions = 0, bool RoundedUp = false)
{
    public static implicit operator FloatResult(ExtendedFloat value) => new(value);
}

/// <summary>What the control word asks of a result.</summary>
/// <param name="Bits">Bits of its significand.</param>
/// <param name="Rounding">How it is rounded.</param>
/// <param name="Unmasked">The exceptions that are not masked.</param>
internal readonly record struct FloatControl(int Bits, RoundingMode Rounding, int Unmasked)
{
    /// <summary>All of the significand, all exceptions masked.</summary>
    public static FloatControl Full(RoundingMode rounding) => new(64, rounding, 0);
}

/// <summary>Brings exact or nearly exact results to a format: significand bits, rounding mode, range of exponents.</summary>
internal static class FloatRounding
{
    private const int LargestExponent = ExtendedFloat.ExponentMask - 1 - ExtendedFloat.Bias;
    private const int SmallestExponent = 1 - ExtendedFloat.Bias;

    // Intel SDM volume 1, 8.5.4 and 8.5.5: the bias adjustment of the 80-bit format.
    private const int Wrap = 24576;

    /// <summary>Rounds to an 80-bit number. Where an overflow or underflow is not masked, the exponent wraps by 24576; what is too far even then is zero or infinite.</summary>
    public static FloatResult ToExtended(ExactFloat value, FloatControl control)
    {
        (bool negative, int exponent, UInt128 significand) = value;
        int bits = control.Bits;
        RoundingMode mode = control.Rounding;
        int wrapped = 0;
        int tiny = SmallestExponent - exponent;
        if (tiny > 0)
        {
            if ((control.Unmasked & FloatUnit.Underflow) == 0 || !IsTiny(significand, tiny, bits, negative, mode))
            {
                return Denormal(value, tiny, control);
            }

            exponent += Wrap;
            wrapped = FloatUnit.Underflow;
            if (exponent < SmallestExponent)
            {
                return new FloatResult(ExtendedFloat.Zero(negative), FloatUnit.Underflow | FloatUnit.Precision);
            }
        }

        (ulong rounded, bool lost, bool roundedUp) = Round(significand, bits, negative, mode, out bool carried);
        if (carried)
        {
            rounded = ExtendedFloat.IntegerBit;
            exponent++;
        }

        if (exponent > LargestExponent)
        {
            if ((control.Unmasked & FloatUnit.Overflow) == 0)
            {
                return TooLarge(negative, bits, mode);
            }

            if (exponent - Wrap > LargestExponent)
            {
                return new FloatResult(ExtendedFloat.Infinity(negative), FloatUnit.Overflow | FloatUnit.Precision, RoundedUp: true);
            }

            exponent -= Wrap;
            wrapped = FloatUnit.Overflow;
        }

        return new FloatResult(
            new ExtendedFloat(rounded, (ushort)(ExtendedFloat.Sign(negative) | (exponent + ExtendedFloat.Bias))),
            wrapped | (lost ? FloatUnit.Precision : 0),
            roundedUp);
    }

    private static FloatResult Denormal(ExactFloat value, int tiny, FloatControl control)
    {
        (bool negative, _, UInt128 significand) = value;
        (ulong denormal, bool inexact, bool up) = Round(ShiftRight(significand, tiny), control.Bits, negative, control.Rounding, out bool grewNormal);
        int exceptions = inexact ? FloatUnit.Precision | UnderflowOf(significand, tiny, control.Bits, negative, control.Rounding) : 0;
        int biased = grewNormal || (denormal & ExtendedFloat.IntegerBit) != 0 ? 1 : 0;
        return new FloatResult(
            new ExtendedFloat(grewNormal ? ExtendedFloat.IntegerBit : denormal, (ushort)(ExtendedFloat.Sign(negative) | biased)), exceptions, up);
    }

    /// <summary>Rounds to an IEEE format with an implicit leading one: 24 and 8 bits, or 53 and 11.</summary>
    /// <returns>The bits of the number, and the exceptions.</returns>
    public static (ulong Bits, int Exceptions, bool RoundedUp) ToBinary(
        bool negative, int exponent, UInt128 significand, int significandBits, int exponentBits, RoundingMode mode)
    {
        int bias = (1 << (exponentBits - 1)) - 1;
        int stored = significandBits - 1;
        ulong sign = (negative ? 1UL : 0) << (stored + exponentBits);
        int tiny = 1 - bias - exponent;
        UInt128 placed = tiny > 0 ? ShiftRight(significand, tiny) : significand;
        (ulong rounded, bool lost, bool up) = Round(placed, significandBits, negative, mode, out bool carried);
        ulong kept = carried ? 1UL << significandBits : rounded >> (64 - significandBits);
        int exceptions = lost ? FloatUnit.Precision | UnderflowOf(significand, tiny, significandBits, negative, mode) : 0;

        // The leading one of a normal number adds one to the exponent below it, and so does a carry.
        ulong magnitude = kept + ((ulong)(tiny > 0 ? 0 : exponent + bias - 1) << stored);
        ulong infinity = ((1UL << exponentBits) - 1) << stored;
        if (tiny <= 0 && exponent + bias + (carried ? 1 : 0) >= (1 << exponentBits) - 1)
        {
            bool toInfinity = IsAway(negative, mode);
            return (sign | (toInfinity ? infinity : infinity - 1), FloatUnit.Overflow | FloatUnit.Precision, toInfinity);
        }

        return (sign | magnitude, exceptions, up);
    }

    /// <summary>Rounds to an integer.</summary>
    /// <param name="exponent">The power of two of the leading one.</param>
    /// <param name="significand">The leading one at bit 63.</param>
    /// <returns>The magnitude, saturated at 2^64 - 1, whether something was lost, and whether the magnitude grew.</returns>
    public static (ulong Magnitude, bool Inexact, bool RoundedUp) ToInteger(bool negative, int exponent, ulong significand, RoundingMode mode)
    {
        if (exponent > 63)
        {
            return (ulong.MaxValue, false, false);
        }

        UInt128 value = ShiftRight((UInt128)significand << 64, 63 - exponent);
        ulong whole = (ulong)(value >> 64);
        ulong fraction = (ulong)value;
        bool up = fraction != 0 && Increments(negative, (whole & 1) != 0, fraction, mode);
        return (up && whole != ulong.MaxValue ? whole + 1 : whole, fraction != 0, up);
    }

    /// <summary>Shifts right and keeps what falls out as a one in bit 0.</summary>
    public static UInt128 ShiftRight(UInt128 value, int count)
    {
        if (count <= 0)
        {
            return value;
        }

        if (count > 127)
        {
            return value == UInt128.Zero ? UInt128.Zero : UInt128.One;
        }

        UInt128 kept = value >> count;
        return kept << count == value ? kept : kept | 1;
    }

    private static int UnderflowOf(UInt128 significand, int tiny, int bits, bool negative, RoundingMode mode) =>
        IsTiny(significand, tiny, bits, negative, mode) ? FloatUnit.Underflow : 0;

    /// <summary>Whether a number is tiny: so after rounding, as if exponents had no end.</summary>
    /// <param name="below">How far its exponent lies below the smallest of a normal number.</param>
    public static bool IsTiny(UInt128 significand, int below, int bits, bool negative, RoundingMode mode)
    {
        if (below <= 0)
        {
            return false;
        }

        Round(significand, bits, negative, mode, out bool carried);
        return below > 1 || !carried;
    }

    private static FloatResult TooLarge(bool negative, int bits, RoundingMode mode)
    {
        bool toInfinity = IsAway(negative, mode);
        ulong largest = ulong.MaxValue << (64 - bits);
        ExtendedFloat value = toInfinity
            ? ExtendedFloat.Infinity(negative)
            : new ExtendedFloat(largest, (ushort)(ExtendedFloat.Sign(negative) | (ExtendedFloat.ExponentMask - 1)));
        return new FloatResult(value, FloatUnit.Overflow | FloatUnit.Precision, toInfinity);
    }

    private static bool IsAway(bool negative, RoundingMode mode) => mode switch
    {
        RoundingMode.Nearest => true,
        RoundingMode.Down => negative,
        RoundingMode.Up => !negative,
        _ => false,
    };

    /// <summary>The top bits of a significand, left-aligned in 64.</summary>
    private static (ulong Significand, bool Inexact, bool RoundedUp) Round(
        UInt128 significand, int bits, bool negative, RoundingMode mode, out bool carried)
    {
        int dropped = 128 - bits;
        ulong kept = (ulong)(significand >> dropped);
        UInt128 rest = significand << bits;
        carried = false;
        if (rest == 0)
        {
            return (kept << (64 - bits), false, false);
        }

        ulong fraction = (ulong)(rest >> 64) | ((ulong)rest != 0 ? 1UL : 0);
        bool up = Increments(negative, (kept & 1) != 0, fraction, mode);
        if (up)
        {
            kept++;
            carried = bits == 64 ? kept == 0 : BitOperations.Log2(kept) == bits;
        }

        return (carried ? 0 : kept << (64 - bits), true, up);
    }

    // The fraction is of 2^64, and not 0.
    private static bool Increments(bool negative, bool odd, ulong fraction, RoundingMode mode) => mode switch
    {
        RoundingMode.Nearest => fraction > ExtendedFloat.IntegerBit || (fraction == ExtendedFloat.IntegerBit && odd),
        RoundingMode.Down => negative,
        RoundingMode.Up => !negative,
        _ => false,
    };
}
