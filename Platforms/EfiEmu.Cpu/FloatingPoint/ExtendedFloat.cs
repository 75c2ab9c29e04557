namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>A number of the x87 registers: 80 bits, the leading bit of the significand explicit.</summary>
/// <param name="Significand">64 bits; bit 63 is the integer.</param>
/// <param name="Head">The sign in bit 15, the biased exponent below.</param>
/// <remarks>Intel SDM volume 1, section 4.2.2 and 8.2.</remarks>
internal readonly record struct ExtendedFloat(ulong Significand, ushort Head)
{
    public const int Bias = 16383;
    public const int ExponentMask = 0x7FFF;
    public const ulong IntegerBit = 1UL << 63;
    private const ulong QuietBit = 1UL << 62;

    public static ExtendedFloat DefaultNaN => new(IntegerBit | QuietBit, 0xFFFF);

    public bool IsNegative => (Head & 0x8000) != 0;

    public int BiasedExponent => Head & ExponentMask;

    public bool IsZero => BiasedExponent == 0 && Significand == 0;

    public bool IsInfinity => BiasedExponent == ExponentMask && Significand == IntegerBit;

    public bool IsNaN => BiasedExponent == ExponentMask && Significand > IntegerBit;

    public bool IsSignalling => IsNaN && (Significand & QuietBit) == 0;

    /// <summary>A pattern that stands for no number: the integer bit is clear where the exponent asks for it.</summary>
    public bool IsUnsupported => BiasedExponent != 0 && (Significand & IntegerBit) == 0;

    /// <summary>Too small for the integer bit; pseudo-denormals, which have it, count.</summary>
    public bool IsDenormal => BiasedExponent == 0 && Significand != 0;

    public static ExtendedFloat Zero(bool negative) => new(0, Sign(negative));

    public static ExtendedFloat Infinity(bool negative) => new(IntegerBit, (ushort)(Sign(negative) | ExponentMask));

    public static ushort Sign(bool negative) => negative ? (ushort)0x8000 : (ushort)0;

    public ExtendedFloat Negated() => this with { Head = (ushort)(Head ^ 0x8000) };

    public ExtendedFloat Magnitude() => this with { Head = (ushort)(Head & ExponentMask) };

    public ExtendedFloat Quieted() => this with { Significand = Significand | QuietBit };

    /// <summary>The significand with its leading one at bit 63, and the exponent that goes with it, without bias.</summary>
    public (ulong Significand, int Exponent) Normalized()
    {
        int exponent = Math.Max(BiasedExponent, 1) - Bias;
        int shift = global::System.Numerics.BitOperations.LeadingZeroCount(Significand);
        return (Significand << shift, exponent - shift);
    }

    public static ExtendedFloat FromInteger(long value)
    {
        if (value == 0)
        {
            return Zero(false);
        }

        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        int shift = global::System.Numerics.BitOperations.LeadingZeroCount(magnitude);
        return new ExtendedFloat(magnitude << shift, (ushort)(Sign(value < 0) | (Bias + 63 - shift)));
    }
}
