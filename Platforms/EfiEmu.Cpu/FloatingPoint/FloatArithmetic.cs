using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>Arithmetic of 80-bit numbers, to the last bit and flag.</summary>
/// <remarks>Intel SDM volume 1, sections 4.8 and 8.5: what each operation does with numbers that are none.</remarks>
internal static class FloatArithmetic
{
    public static FloatResult Add(ExtendedFloat a, ExtendedFloat b, FloatControl control)
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
            return ExtendedFloat.Zero(a.IsNegative == b.IsNegative ? a.IsNegative : control.Rounding == RoundingMode.Down);
        }

        if (a.IsZero || b.IsZero)
        {
            return Rounded(a.IsZero ? b : a, control, denormal);
        }

        ExactFloat sum = FloatExact.Sum(a, b);
        return sum.Significand == 0
            ? new FloatResult(ExtendedFloat.Zero(control.Rounding == RoundingMode.Down), denormal)
            : With(Rounded(sum, control), denormal);
    }

    public static FloatResult Subtract(ExtendedFloat a, ExtendedFloat b, FloatControl control) =>
        FirstSpecial(a, b) ?? Add(a, b.Negated(), control);

    public static FloatResult Multiply(ExtendedFloat a, ExtendedFloat b, FloatControl control)
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

        return With(Rounded(FloatExact.Product(a, b), control), denormal);
    }

    public static FloatResult Divide(ExtendedFloat a, ExtendedFloat b, FloatControl control)
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

        return With(Rounded(FloatExact.Quotient(a, b), control), Denormal(a, b));
    }

    public static FloatResult SquareRoot(ExtendedFloat a, FloatControl control)
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

        return With(Rounded(FloatExact.Root(a), control), a.IsDenormal ? FloatUnit.DenormalOperand : 0);
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
    private static FloatResult Rounded(ExtendedFloat value, FloatControl control, int exceptions)
    {
        (ulong significand, int exponent) = value.Normalized();
        return With(FloatRounding.ToExtended(new ExactFloat(value.IsNegative, exponent, (UInt128)significand << 64), control), exceptions);
    }

    private static FloatResult Rounded(ExactFloat value, FloatControl control) =>
        FloatRounding.ToExtended(value, control);

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

    public static int Denormal(ExtendedFloat a, ExtendedFloat b) => a.IsDenormal || b.IsDenormal ? FloatUnit.DenormalOperand : 0;

    public static FloatResult Invalid() => new(ExtendedFloat.DefaultNaN, FloatUnit.InvalidOperation);

    private static FloatResult With(FloatResult result, int exceptions) => result with { Exceptions = result.Exceptions | exceptions };
}
