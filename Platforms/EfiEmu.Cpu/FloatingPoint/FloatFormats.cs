using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>Between the 80 bits of the registers and what lies in memory: 32 and 64 bits, and integers.</summary>
internal static class FloatFormats
{
    public const int SingleBits = 24;
    public const int DoubleBits = 53;

    /// <summary>A number as a register gets it: a signalling NaN becomes quiet, with the invalid exception.</summary>
    public static FloatResult Loaded(FloatResult value) =>
        value.Value.IsSignalling ? new FloatResult(value.Value.Quieted(), FloatUnit.InvalidOperation) : value;

    /// <summary>A 32-bit number: always exact.</summary>
    public static FloatResult FromSingle(uint bits) => FromBinary(bits, 23, 8);

    /// <summary>A 64-bit number: always exact.</summary>
    public static FloatResult FromDouble(ulong bits) => FromBinary(bits, 52, 11);

    /// <summary>To 32 (significand of 24) or 64 bits (53).</summary>
    public static (ulong Bits, int Exceptions, bool RoundedUp) ToBinary(ExtendedFloat value, int significandBits, RoundingMode mode)
    {
        int exponentBits = significandBits == SingleBits ? 8 : 11;
        int stored = significandBits - 1;
        ulong sign = (value.IsNegative ? 1UL : 0) << (stored + exponentBits);
        ulong infinity = ((1UL << exponentBits) - 1) << stored;
        if (value.IsUnsupported)
        {
            return ((1UL << (stored + exponentBits)) | infinity | (1UL << (stored - 1)), FloatUnit.InvalidOperation, false);
        }

        if (value.IsNaN)
        {
            ulong payload = value.Quieted().Significand << 1 >> (64 - stored);
            return (sign | infinity | payload, value.IsSignalling ? FloatUnit.InvalidOperation : 0, false);
        }

        if (value.IsInfinity)
        {
            return (sign | infinity, 0, false);
        }

        if (value.IsZero)
        {
            return (sign, 0, false);
        }

        (ulong significand, int exponent) = value.Normalized();
        return FloatRounding.ToBinary(value.IsNegative, exponent, (UInt128)significand << 64, significandBits, exponentBits, mode);
    }

    /// <summary>Whether a number is below the smallest normal one of 32 bits (significand of 24) or 64 (53), rounded.</summary>
    public static bool IsTiny(ExtendedFloat value, int significandBits, RoundingMode mode)
    {
        if (value.IsZero || value.IsInfinity || value.IsNaN || value.IsUnsupported)
        {
            return false;
        }

        (ulong significand, int exponent) = value.Normalized();
        int smallest = significandBits == SingleBits ? -126 : -1022;
        return FloatRounding.IsTiny((UInt128)significand << 64, smallest - exponent, significandBits, value.IsNegative, mode);
    }

    /// <summary>To a signed integer of so many bits; what does not fit becomes the most negative, with the invalid exception.</summary>
    public static (long Value, int Exceptions, bool RoundedUp) ToInteger(ExtendedFloat value, int bits, RoundingMode mode)
    {
        long smallest = long.MinValue >> (64 - bits);
        if (value.IsUnsupported || value.IsNaN || value.IsInfinity)
        {
            return (smallest, FloatUnit.InvalidOperation, false);
        }

        if (value.IsZero)
        {
            return (0, 0, false);
        }

        (ulong significand, int exponent) = value.Normalized();
        (ulong magnitude, bool inexact, bool up) = FloatRounding.ToInteger(value.IsNegative, exponent, significand, mode);
        ulong most = 1UL << (bits - 1);
        bool fits = exponent < 64 && (value.IsNegative ? magnitude <= most : magnitude < most);
        return fits
            ? (value.IsNegative ? (long)(0 - magnitude) : (long)magnitude, inexact ? FloatUnit.Precision : 0, up)
            : (smallest, FloatUnit.InvalidOperation, false);
    }

    private static FloatResult FromBinary(ulong bits, int stored, int exponentBits)
    {
        bool negative = ((bits >> (stored + exponentBits)) & 1) != 0;
        ulong fraction = bits & ((1UL << stored) - 1);
        int exponent = (int)(bits >> stored) & ((1 << exponentBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        ushort sign = ExtendedFloat.Sign(negative);
        if (exponent == (1 << exponentBits) - 1)
        {
            var special = new ExtendedFloat(ExtendedFloat.IntegerBit | (fraction << (63 - stored)), (ushort)(sign | ExtendedFloat.ExponentMask));
            return special;
        }

        if (exponent == 0 && fraction == 0)
        {
            return ExtendedFloat.Zero(negative);
        }

        if (exponent > 0)
        {
            return new ExtendedFloat(
                ExtendedFloat.IntegerBit | (fraction << (63 - stored)), (ushort)(sign | (exponent - bias + ExtendedFloat.Bias)));
        }

        int shift = BitOperations.LeadingZeroCount(fraction);
        int unbiased = 1 - bias - (shift - (63 - stored));
        return new FloatResult(
            new ExtendedFloat(fraction << shift, (ushort)(sign | (unbiased + ExtendedFloat.Bias))), FloatUnit.DenormalOperand);
    }
}
