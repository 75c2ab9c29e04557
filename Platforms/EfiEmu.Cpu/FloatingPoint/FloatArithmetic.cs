using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>Arithmetic of 80-bit numbers, to the last bit and flag.</summary>
/// <remarks>Intel SDM volume 1, sections 4.8 and 8.5: what each operation does with numbers that are none.</remarks>
internal static class FloatArithmetic
{
    public static FloatResult Add(ExtendedFloat a, ExtendedFloat b, int bits, RoundingMode mode)
    {
        if (FirstSpecial(a, b) is { } special)
        {
            return special;
        }

        int denormal = Denormal(a, b);
        if (a.IsInfinity || b.IsInfinity)
        {
            return a.IsInfinity && b.IsInfinity && a.IsNegative != b.IsNegative
                ? Invalid()
                : new FloatResult(a.IsInfinity ? a : b, denormal);
        }

        if (a.IsZero && b.IsZero)
        {
            return ExtendedFloat.Zero(a.IsNegative == b.IsNegative ? a.IsNegative : mode == RoundingMode.Down);
        }

        if (a.IsZero || b.IsZero)
        {
            return Rounded(a.IsZero ? b : a, bits, mode, denormal);
        }

        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        bool swap = xe < ye || (xe == ye && x < y);
        (ulong large, int exponent, bool negative) = swap ? (y, ye, b.IsNegative) : (x, xe, a.IsNegative);
        (ulong small, int other) = swap ? (x, xe) : (y, ye);
        UInt128 left = (UInt128)large << 63;
        UInt128 right = FloatRounding.ShiftRight((UInt128)small << 63, exponent - other);
        UInt128 sum = a.IsNegative == b.IsNegative ? left + right : left - right;
        if (sum == 0)
        {
            return new FloatResult(ExtendedFloat.Zero(mode == RoundingMode.Down), denormal);
        }

        int shift = (int)UInt128.LeadingZeroCount(sum);
        return With(FloatRounding.ToExtended(negative, exponent + 1 - shift, sum << shift, bits, mode), denormal);
    }

    public static FloatResult Subtract(ExtendedFloat a, ExtendedFloat b, int bits, RoundingMode mode) =>
        FirstSpecial(a, b) ?? Add(a, b.Negated(), bits, mode);

    public static FloatResult Multiply(ExtendedFloat a, ExtendedFloat b, int bits, RoundingMode mode)
    {
        if (FirstSpecial(a, b) is { } special)
        {
            return special;
        }

        int denormal = Denormal(a, b);
        bool negative = a.IsNegative != b.IsNegative;
        if (a.IsInfinity || b.IsInfinity)
        {
            return a.IsZero || b.IsZero ? Invalid() : new FloatResult(ExtendedFloat.Infinity(negative), denormal);
        }

        if (a.IsZero || b.IsZero)
        {
            return new FloatResult(ExtendedFloat.Zero(negative), denormal);
        }

        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        UInt128 product = (UInt128)x * y;
        int shift = (int)UInt128.LeadingZeroCount(product);
        return With(FloatRounding.ToExtended(negative, xe + ye + 1 - shift, product << shift, bits, mode), denormal);
    }

    public static FloatResult Divide(ExtendedFloat a, ExtendedFloat b, int bits, RoundingMode mode)
    {
        if (FirstSpecial(a, b) is { } special)
        {
            return special;
        }

        bool negative = a.IsNegative != b.IsNegative;
        if (a.IsInfinity || b.IsInfinity)
        {
            return a.IsInfinity && b.IsInfinity ? Invalid()
                : new FloatResult(a.IsInfinity ? ExtendedFloat.Infinity(negative) : ExtendedFloat.Zero(negative), Denormal(a, b));
        }

        if (b.IsZero)
        {
            return a.IsZero ? Invalid() : new FloatResult(ExtendedFloat.Infinity(negative), FloatUnit.ZeroDivide);
        }

        if (a.IsZero)
        {
            return new FloatResult(ExtendedFloat.Zero(negative), Denormal(a, b));
        }

        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem((UInt128)x << 64, y);

        // 65 or 64 bits of quotient; two more tell which way to round, the remainder breaks the tie.
        (UInt128 more, UInt128 rest) = UInt128.DivRem(remainder << 62, y);
        int shift = (int)UInt128.LeadingZeroCount(quotient);
        UInt128 significand = (quotient << shift) | (more << (shift - 62)) | (rest != 0 ? 1u : 0u);
        return With(FloatRounding.ToExtended(negative, xe - ye + 63 - shift, significand, bits, mode), Denormal(a, b));
    }

    public static FloatResult SquareRoot(ExtendedFloat a, int bits, RoundingMode mode)
    {
        if (a.IsUnsupported)
        {
            return Invalid();
        }

        if (a.IsNaN)
        {
            return new FloatResult(a.Quieted(), a.IsSignalling ? FloatUnit.InvalidOperation : 0);
        }

        if (a.IsZero)
        {
            return a;
        }

        if (a.IsNegative)
        {
            return Invalid();
        }

        if (a.IsInfinity)
        {
            return a;
        }

        (ulong x, int exponent) = a.Normalized();
        bool odd = (exponent & 1) != 0;
        (ulong root, UInt128 rest) = SquareRoot(odd ? (UInt128)x << 64 : (UInt128)x << 63);
        (bool next, UInt128 last) = NextBit(root, rest);
        UInt128 significand = ((UInt128)root << 64) | (next ? (UInt128)1 << 63 : 0) | (last != 0 ? 1u : 0u);
        return With(
            FloatRounding.ToExtended(false, (exponent - (odd ? 1 : 0)) / 2, significand, bits, mode), a.IsDenormal ? FloatUnit.DenormalOperand : 0);
    }

    /// <summary>Rounds to an integer in the format itself: FRNDINT.</summary>
    public static FloatResult RoundToInteger(ExtendedFloat a, RoundingMode mode)
    {
        if (a.IsUnsupported)
        {
            return Invalid();
        }

        if (a.IsNaN)
        {
            return new FloatResult(a.Quieted(), a.IsSignalling ? FloatUnit.InvalidOperation : 0);
        }

        if (a.IsZero || a.IsInfinity)
        {
            return a;
        }

        (ulong significand, int exponent) = a.Normalized();
        if (exponent >= 63)
        {
            return a;
        }

        int denormal = a.IsDenormal ? FloatUnit.DenormalOperand : 0;
        (ulong magnitude, bool inexact, bool up) = FloatRounding.ToInteger(a.IsNegative, exponent, significand, mode);
        ExtendedFloat value = magnitude == 0 ? ExtendedFloat.Zero(a.IsNegative) : Whole(magnitude, a.IsNegative);
        return new FloatResult(value, denormal | (inexact ? FloatUnit.Precision : 0), up);
    }

    /// <summary>Brings a number to the precision that the control word asks for.</summary>
    private static FloatResult Rounded(ExtendedFloat value, int bits, RoundingMode mode, int exceptions)
    {
        (ulong significand, int exponent) = value.Normalized();
        return With(FloatRounding.ToExtended(value.IsNegative, exponent, (UInt128)significand << 64, bits, mode), exceptions);
    }

    private static ExtendedFloat Whole(ulong magnitude, bool negative)
    {
        int shift = BitOperations.LeadingZeroCount(magnitude);
        return new ExtendedFloat(magnitude << shift, (ushort)(ExtendedFloat.Sign(negative) | (ExtendedFloat.Bias + 63 - shift)));
    }

    /// <summary>The answer where an operand is no number, or null: the NaN of the larger significand, quiet.</summary>
    public static FloatResult? FirstSpecial(ExtendedFloat a, ExtendedFloat b)
    {
        if (a.IsUnsupported || b.IsUnsupported)
        {
            return Invalid();
        }

        if (!a.IsNaN && !b.IsNaN)
        {
            return null;
        }

        int exceptions = a.IsSignalling || b.IsSignalling ? FloatUnit.InvalidOperation : 0;
        ExtendedFloat chosen = !b.IsNaN ? a : !a.IsNaN ? b : Larger(a, b);
        return new FloatResult(chosen.Quieted(), exceptions);
    }

    // Of a signalling and a quiet NaN the quiet one, of two of a kind the one with the larger significand, then the positive.
    private static ExtendedFloat Larger(ExtendedFloat a, ExtendedFloat b) =>
        a.IsSignalling != b.IsSignalling ? (a.IsSignalling ? b : a)
        : a.Significand != b.Significand ? (a.Significand > b.Significand ? a : b)
        : a.IsNegative ? b : a;

    private static int Denormal(ExtendedFloat a, ExtendedFloat b) => a.IsDenormal || b.IsDenormal ? FloatUnit.DenormalOperand : 0;

    private static FloatResult Invalid() => new(ExtendedFloat.DefaultNaN, FloatUnit.InvalidOperation);

    private static FloatResult With(FloatResult result, int exceptions) => result with { Exceptions = result.Exceptions | exceptions };

    private static (ulong Root, UInt128 Remainder) SquareRoot(UInt128 radicand)
    {
        ulong root = 0;
        UInt128 rest = 0;
        for (int at = 126; at >= 0; at -= 2)
        {
            rest = (rest << 2) | ((radicand >> at) & 3);
            UInt128 trial = ((UInt128)root << 2) | 1;
            root <<= 1;
            if (rest >= trial)
            {
                rest -= trial;
                root |= 1;
            }
        }

        return (root, rest);
    }

    private static (bool Set, UInt128 Remainder) NextBit(UInt128 root, UInt128 rest)
    {
        UInt128 trial = (root << 2) | 1;
        UInt128 widened = rest << 2;
        return widened >= trial ? (true, widened - trial) : (false, widened);
    }
}
