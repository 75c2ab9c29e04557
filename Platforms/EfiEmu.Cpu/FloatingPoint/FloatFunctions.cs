using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>x87 functions: scaling, splitting, remainders, powers, logarithms, angles. Rounded once, from some 200 bits.</summary>
/// <remarks>
/// Intel SDM volume 2, the tables of each instruction; volume 1, 8.3.8: hardware promises 1 ulp, and processors differ in the
/// last bit. They reduce angles by a pi of 66 bits, which is the pi of these functions too.
/// </remarks>
internal static class FloatFunctions
{
    private const int LargestAngle = 63;
    private const int LargestStep = 64;

    // Pi to 66 bits.
    private static readonly BigFloat HalfPi = new(BigInteger.Parse("3243F6A8885A308D3", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture), -65);

    public static bool IsTooLarge(ExtendedFloat a) => a is { IsNaN: false, IsInfinity: false, IsUnsupported: false } && a.BiasedExponent - ExtendedFloat.Bias >= LargestAngle;

    public static FloatResult Scale(ExtendedFloat a, ExtendedFloat by, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(a, by) is { } special)
        {
            return special;
        }

        int denormal = FloatArithmetic.Denormal(a, by);
        if (by.IsInfinity)
        {
            bool invalid = by.IsNegative ? a.IsInfinity : a.IsZero;
            return invalid ? FloatArithmetic.Invalid()
                : new FloatResult(by.IsNegative ? ExtendedFloat.Zero(a.IsNegative) : ExtendedFloat.Infinity(a.IsNegative), denormal);
        }

        if (a.IsZero || a.IsInfinity)
        {
            return new FloatResult(a, denormal);
        }

        const int Most = 0x1_0000;
        long whole = by.IsZero ? 0 : FloatFormats.ToInteger(by, 32, RoundingMode.Zero) is (long value, 0 or FloatUnit.Precision, _) ? value : by.IsNegative ? -Most : Most;
        (ulong significand, int exponent) = a.Normalized();
        int scaled = exponent + (int)Math.Clamp(whole, -Most, Most);
        return With(FloatRounding.ToExtended(new ExactFloat(a.IsNegative, scaled, (UInt128)significand << 64), control with { Bits = 64 }), denormal);
    }

    /// <summary>FXTRACT: exponent and significand.</summary>
    public static (FloatResult Exponent, ExtendedFloat Significand) Extract(ExtendedFloat a)
    {
        if (FloatArithmetic.FirstSpecial(a, a) is { } special)
        {
            return (special, special.Value);
        }

        if (a.IsInfinity)
        {
            return (ExtendedFloat.Infinity(false), a);
        }

        if (a.IsZero)
        {
            return (new FloatResult(ExtendedFloat.Infinity(true), FloatUnit.ZeroDivide), a);
        }

        (ulong significand, int exponent) = a.Normalized();
        return (
            new FloatResult(ExtendedFloat.FromInteger(exponent), FloatArithmetic.Denormal(a, a)),
            new ExtendedFloat(significand, (ushort)(ExtendedFloat.Sign(a.IsNegative) | ExtendedFloat.Bias)));
    }

    /// <summary>FPREM and FPREM1: the remainder, the last bits of the quotient, and whether it is only a step.</summary>
    public static (FloatResult Result, int Quotient, bool Partial) Remainder(ExtendedFloat a, ExtendedFloat b, bool nearest, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(a, b) is { } special)
        {
            return (special, 0, false);
        }

        if (a.IsInfinity || b.IsZero)
        {
            return (FloatArithmetic.Invalid(), 0, false);
        }

        int denormal = FloatArithmetic.Denormal(a, b);
        if (a.IsZero || b.IsInfinity)
        {
            return (a.IsZero ? new FloatResult(a, denormal) : Exact(a.IsNegative, BigInteger.Zero, 0, a, denormal, control), 0, false);
        }

        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        int distance = xe - ye;
        if (distance < (nearest ? -1 : 0))
        {
            return (Exact(a.IsNegative, BigInteger.Zero, 0, a, denormal, control), 0, false);
        }

        // So many bits of the quotient in one step.
        bool partial = distance >= LargestStep;
        int step = partial ? (distance & 31) | 32 : distance;
        int unit = distance < 0 ? xe : partial ? ye + distance - step : ye;
        BigInteger dividend = (BigInteger)x << Math.Max(step, 0);
        BigInteger divisor = distance < 0 ? (BigInteger)y << 1 : y;
        BigInteger quotient = BigInteger.DivRem(dividend, divisor, out BigInteger rest);
        bool negative = a.IsNegative;
        if (nearest && !partial && (2 * rest > divisor || (2 * rest == divisor && !quotient.IsEven)))
        {
            quotient++;
            rest = divisor - rest;
            negative = !negative;
        }

        FloatResult result = rest.IsZero
            ? new FloatResult(ExtendedFloat.Zero(a.IsNegative), denormal)
            : Exact(negative, rest, unit - 63, null, denormal, control);
        return (result, (int)(quotient & 7), partial);
    }

    /// <summary>F2XM1. Beyond -1 and 1 the manuals leave the result open: the operand stays.</summary>
    public static FloatResult PowerOfTwoLessOne(ExtendedFloat a, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(a, a) is { } special)
        {
            return special;
        }

        if (a.IsInfinity)
        {
            return a.IsNegative ? ExtendedFloat.FromInteger(-1) : a;
        }

        if (a.IsZero)
        {
            return a;
        }

        BigFloat x = BigFloat.From(a);
        if (x.Magnitude >= 0)
        {
            return x == BigFloat.One ? a
                : x == -BigFloat.One ? new ExtendedFloat(ExtendedFloat.IntegerBit, 0xBFFE)
                : a;
        }

        return Rounded(BigFloat.ExponentialLessOne(x * BigFloat.Ln2), a, a, control);
    }

    /// <summary>FYL2X: y times the binary logarithm of x.</summary>
    public static FloatResult TimesLogarithm(ExtendedFloat x, ExtendedFloat y, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(x, y) is { } special)
        {
            return special;
        }

        int denormal = FloatArithmetic.Denormal(x, y);
        if (x.IsZero)
        {
            return y.IsZero ? FloatArithmetic.Invalid()
                : new FloatResult(ExtendedFloat.Infinity(!y.IsNegative), y.IsInfinity ? 0 : FloatUnit.ZeroDivide);
        }

        if (x.IsNegative)
        {
            return FloatArithmetic.Invalid();
        }

        if (x.IsInfinity)
        {
            return y.IsZero ? FloatArithmetic.Invalid() : new FloatResult(ExtendedFloat.Infinity(y.IsNegative), denormal);
        }

        BigFloat logarithm = Logarithm(BigFloat.From(x));
        if (y.IsInfinity)
        {
            return logarithm.IsZero ? FloatArithmetic.Invalid() : new FloatResult(ExtendedFloat.Infinity(y.IsNegative != logarithm.IsNegative), denormal);
        }

        return y.IsZero || logarithm.IsZero
            ? new FloatResult(ExtendedFloat.Zero(y.IsNegative != logarithm.IsNegative), denormal)
            : Rounded(logarithm * BigFloat.From(y), x, y, control);
    }

    /// <summary>FYL2XP1: y times the binary logarithm of x + 1.</summary>
    public static FloatResult TimesLogarithmOfNext(ExtendedFloat x, ExtendedFloat y, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(x, y) is { } special)
        {
            return special;
        }

        int denormal = FloatArithmetic.Denormal(x, y);
        bool negative = x.IsNegative != y.IsNegative;
        if (x.IsInfinity || (x.IsZero && y.IsInfinity))
        {
            return x.IsNegative || x.IsZero || y.IsZero ? FloatArithmetic.Invalid() : new FloatResult(ExtendedFloat.Infinity(negative), denormal);
        }

        if (x.IsZero || y.IsZero || y.IsInfinity)
        {
            return new FloatResult(y.IsInfinity ? ExtendedFloat.Infinity(negative) : ExtendedFloat.Zero(negative), denormal);
        }

        BigFloat value = BigFloat.From(x);
        BigFloat next = BigFloat.One + value;
        if (next.IsNegative || next.IsZero)
        {
            return FloatArithmetic.Invalid();
        }

        BigFloat logarithm = value.Magnitude < -1
            ? BigFloat.ArcHyperbolicTangent(value / (BigFloat.FromInteger(2) + value)) * BigFloat.FromInteger(2) / BigFloat.Ln2
            : Logarithm(next);
        return Rounded(logarithm * BigFloat.From(y), x, y, control);
    }

    /// <summary>FPATAN: the angle of the point (x, y).</summary>
    public static FloatResult ArcTangent(ExtendedFloat x, ExtendedFloat y, FloatControl control)
    {
        if (FloatArithmetic.FirstSpecial(x, y) is { } special)
        {
            return special;
        }

        BigFloat angle;
        if (y.IsZero || (x.IsInfinity && !y.IsInfinity))
        {
            if (!x.IsNegative)
            {
                return new FloatResult(ExtendedFloat.Zero(y.IsNegative), FloatArithmetic.Denormal(x, y));
            }

            angle = BigFloat.Pi;
        }
        else if (y.IsInfinity || x.IsZero)
        {
            int eighths = !x.IsInfinity ? 4 : x.IsNegative ? 6 : 2;
            angle = BigFloat.Pi * BigFloat.FromInteger(eighths) / BigFloat.FromInteger(8);
        }
        else
        {
            BigFloat across = BigFloat.From(x.Magnitude());
            BigFloat up = BigFloat.From(y.Magnitude());
            bool steep = !(across - up).IsNegative;
            BigFloat within = BigFloat.ArcTangent(steep ? up / across : across / up);
            angle = steep ? within : (BigFloat.Pi / BigFloat.FromInteger(2)) - within;
            angle = x.IsNegative ? BigFloat.Pi - angle : angle;
        }

        return Rounded(y.IsNegative ? -angle : angle, x, y, control);
    }

    public static FloatResult Sine(ExtendedFloat a, FloatControl control) => Trigonometric(a, a, control, static (x, turn) => (turn & 1) == 0
        ? Signed(BigFloat.Sine(x), turn) : Signed(BigFloat.Cosine(x), turn));

    public static FloatResult Cosine(ExtendedFloat a, FloatControl control) => Trigonometric(a, ExtendedFloat.FromInteger(1), control, static (x, turn) => (turn & 1) == 0
        ? Signed(BigFloat.Cosine(x), turn) : Signed(-BigFloat.Sine(x), turn));

    public static FloatResult Tangent(ExtendedFloat a, FloatControl control) => Trigonometric(a, a, control, static (x, turn) => (turn & 1) == 0
        ? BigFloat.Sine(x) / BigFloat.Cosine(x) : -BigFloat.Cosine(x) / BigFloat.Sine(x));

    /// <summary>What FPTAN pushes: one, or the same NaN again.</summary>
    public static FloatResult One(ExtendedFloat a) =>
        FloatArithmetic.FirstSpecial(a, a) ?? (a.IsInfinity ? FloatArithmetic.Invalid() : ExtendedFloat.FromInteger(1));

    private static BigFloat Signed(BigFloat value, int turn) => (turn & 2) != 0 ? -value : value;

    private static FloatResult Trigonometric(ExtendedFloat a, ExtendedFloat ofZero, FloatControl control, Func<BigFloat, int, BigFloat> body)
    {
        if (FloatArithmetic.FirstSpecial(a, a) is { } special)
        {
            return special;
        }

        if (a.IsInfinity)
        {
            return FloatArithmetic.Invalid();
        }

        if (a.IsZero)
        {
            return ofZero;
        }

        BigFloat x = BigFloat.From(a);
        BigInteger turns = (x / HalfPi).Nearest();
        BigFloat rest = x - (BigFloat.FromBig(turns) * HalfPi);
        return Rounded(body(rest, (int)(turns & 3)), a, a, control);
    }

    /// <summary>The binary logarithm of a positive number.</summary>
    private static BigFloat Logarithm(BigFloat x)
    {
        // A significand from about 3/4 to 3/2, so that numbers near 1 keep all their bits.
        int exponent = x.Magnitude;
        BigFloat m = x with { Exponent = x.Exponent - exponent };
        if (!(m - (BigFloat.FromInteger(3) / BigFloat.FromInteger(2))).IsNegative)
        {
            exponent++;
            m = m with { Exponent = m.Exponent - 1 };
        }

        BigFloat above = m - BigFloat.One;
        BigFloat natural = above.IsZero ? BigFloat.Zero
            : BigFloat.ArcHyperbolicTangent(above / (m + BigFloat.One)) * BigFloat.FromInteger(2);
        return BigFloat.FromInteger(exponent) + (natural / BigFloat.Ln2);
    }

    private static FloatResult Rounded(BigFloat value, ExtendedFloat x, ExtendedFloat y, FloatControl control) =>
        With(FloatRounding.ToExtended(value.ToExact(exact: false), control with { Bits = 64 }), FloatArithmetic.Denormal(x, y));

    private static FloatResult Exact(bool negative, BigInteger magnitude, int exponent, ExtendedFloat? whole, int exceptions, FloatControl control)
    {
        ExactFloat exact = whole is { } value
            ? new ExactFloat(negative, value.Normalized().Exponent, (UInt128)value.Normalized().Significand << 64)
            : new BigFloat(negative ? -magnitude : magnitude, exponent).ToExact(exact: true);
        return With(FloatRounding.ToExtended(exact, control with { Bits = 64 }), exceptions);
    }

    private static FloatResult With(FloatResult result, int exceptions) => result with { Exceptions = result.Exceptions | exceptions };
}
