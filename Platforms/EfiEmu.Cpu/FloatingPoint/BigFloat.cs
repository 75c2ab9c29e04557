using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>A number of some 200 bits, for functions whose results are rounded once, at the end.</summary>
/// <param name="Mantissa">Signed; about <see cref="Bits"/> bits where it is not 0.</param>
/// <param name="Exponent">The power of two that it counts.</param>
internal readonly record struct BigFloat(BigInteger Mantissa, int Exponent)
{
    private const int Bits = 208;

    public static BigFloat Zero => default;

    public static BigFloat One { get; } = FromInteger(1);

    /// <summary>The natural logarithm of 2.</summary>
    public static BigFloat Ln2 { get; } = ArcHyperbolicTangent(FromInteger(1) / FromInteger(3)) * FromInteger(2);

    /// <summary>Pi, by Machin's formula.</summary>
    public static BigFloat Pi { get; } =
        ((ArcTangentSeries(FromInteger(1) / FromInteger(5)) * FromInteger(4)) - ArcTangentSeries(FromInteger(1) / FromInteger(239))) * FromInteger(4);

    public bool IsZero => Mantissa.IsZero;

    public bool IsNegative => Mantissa.Sign < 0;

    /// <summary>The power of two of the leading one.</summary>
    public int Magnitude => (int)BigInteger.Abs(Mantissa).GetBitLength() - 1 + Exponent;

    public static BigFloat FromInteger(long value) => Normalized(value, 0);

    public static BigFloat From(ExtendedFloat value)
    {
        (ulong significand, int exponent) = value.Normalized();
        return Normalized(value.IsNegative ? -(BigInteger)significand : significand, exponent - 63);
    }

    public static BigFloat operator +(BigFloat a, BigFloat b)
    {
        if (a.IsZero || b.IsZero)
        {
            return a.IsZero ? b : a;
        }

        // Beyond twice the precision of the smaller one only the direction counts.
        if (Math.Abs(a.Magnitude - b.Magnitude) > 2 * Bits)
        {
            (BigFloat large, BigFloat small) = a.Magnitude > b.Magnitude ? (a, b) : (b, a);
            return Normalized((large.Mantissa << (2 * Bits)) + small.Mantissa.Sign, large.Exponent - (2 * Bits));
        }

        int exponent = Math.Min(a.Exponent, b.Exponent);
        return Normalized((a.Mantissa << (a.Exponent - exponent)) + (b.Mantissa << (b.Exponent - exponent)), exponent);
    }

    public static BigFloat operator -(BigFloat a) => a with { Mantissa = -a.Mantissa };

    public static BigFloat operator -(BigFloat a, BigFloat b) => a + -b;

    public static BigFloat operator *(BigFloat a, BigFloat b) => Normalized(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);

    public static BigFloat operator /(BigFloat a, BigFloat b) => Normalized((a.Mantissa << (2 * Bits)) / b.Mantissa, a.Exponent - (2 * Bits) - b.Exponent);

    /// <summary>As many bits as rounding looks at; where something is cut off, the last one is a one.</summary>
    /// <param name="exact">False where more was cut off before.</param>
    public ExactFloat ToExact(bool exact)
    {
        BigInteger magnitude = BigInteger.Abs(Mantissa);
        int shift = (int)magnitude.GetBitLength() - 128;
        UInt128 top = (UInt128)(shift >= 0 ? magnitude >> shift : magnitude << -shift);
        bool lost = !exact || (shift > 0 && (magnitude & ((BigInteger.One << shift) - 1)) != 0);
        return new ExactFloat(IsNegative, Magnitude, top | (lost ? 1u : 0u));
    }

    /// <summary>The nearest integer.</summary>
    public BigInteger Nearest() => Exponent >= 0
        ? Mantissa << Exponent
        : (Mantissa + (BigInteger.One << (-Exponent - 1))) >> -Exponent;

    public static BigFloat FromBig(BigInteger value) => Normalized(value, 0);

    /// <summary>e^x - 1 for |x| below 1.</summary>
    public static BigFloat ExponentialLessOne(BigFloat x) => Series(x, static (term, x, n) => term * x / FromInteger(n + 1));

    public static BigFloat Sine(BigFloat x)
    {
        BigFloat square = x * x;
        return Series(x, (term, _, n) => -(term * square) / FromInteger(2L * n * ((2 * n) + 1)));
    }

    public static BigFloat Cosine(BigFloat x)
    {
        BigFloat square = x * x;
        return Series(One, (term, _, n) => -(term * square) / FromInteger(((2L * n) - 1) * 2 * n));
    }

    /// <summary>The arc tangent of a number from 0 to 1.</summary>
    public static BigFloat ArcTangent(BigFloat x)
    {
        const int Halvings = 4;
        for (int k = 0; k < Halvings; k++)
        {
            x /= One + SquareRoot(One + (x * x));
        }

        return ArcTangentSeries(x) * FromInteger(1 << Halvings);
    }

    /// <summary>Half of ln((1 + x) / (1 - x)).</summary>
    public static BigFloat ArcHyperbolicTangent(BigFloat x) => OddSeries(x, x * x);

    private static BigFloat ArcTangentSeries(BigFloat x) => OddSeries(x, -(x * x));

    /// <summary>x + x s / 3 + x s^2 / 5 and so on.</summary>
    private static BigFloat OddSeries(BigFloat x, BigFloat square)
    {
        BigFloat sum = Zero;
        BigFloat power = x;
        for (int n = 1; !power.IsZero && (sum.IsZero || power.Magnitude > sum.Magnitude - Bits); n += 2)
        {
            sum += power / FromInteger(n);
            power *= square;
        }

        return sum;
    }

    private static BigFloat Series(BigFloat first, Func<BigFloat, BigFloat, int, BigFloat> next)
    {
        BigFloat sum = Zero;
        BigFloat term = first;
        for (int n = 1; !term.IsZero && (sum.IsZero || term.Magnitude > sum.Magnitude - Bits); n++)
        {
            sum += term;
            term = next(term, first, n);
        }

        return sum;
    }

    private static BigFloat SquareRoot(BigFloat a)
    {
        // An even exponent, and twice the bits under the root; Newton's steps from above.
        int shift = (2 * Bits) - (int)a.Mantissa.GetBitLength();
        shift += (a.Exponent - shift) & 1;
        BigInteger radicand = shift >= 0 ? a.Mantissa << shift : a.Mantissa >> -shift;
        BigInteger root = BigInteger.One << (((int)radicand.GetBitLength() + 1) / 2);
        for (; ;)
        {
            BigInteger better = (root + (radicand / root)) >> 1;
            if (better >= root)
            {
                return Normalized(root, (a.Exponent - shift) / 2);
            }

            root = better;
        }
    }

    private static BigFloat Normalized(BigInteger mantissa, int exponent)
    {
        int excess = (int)BigInteger.Abs(mantissa).GetBitLength() - Bits;
        return mantissa.IsZero ? Zero
            : excess > 0 ? new BigFloat(mantissa / (BigInteger.One << excess), exponent + excess)
            : new BigFloat(mantissa, exponent);
    }
}
