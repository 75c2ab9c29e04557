namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>A result before it is rounded: nothing of it is lost, or only a one in bit 0 is left of what is.</summary>
/// <param name="Negative">The sign.</param>
/// <param name="Exponent">The power of two of the leading one.</param>
/// <param name="Significand">The leading one at bit 127, or 0 for a sum that is 0.</param>
internal readonly record struct ExactFloat(bool Negative, int Exponent, UInt128 Significand);

/// <summary>The operations themselves, on numbers that are neither zero, infinite nor NaN.</summary>
internal static class FloatExact
{
    public static ExactFloat Sum(ExtendedFloat a, ExtendedFloat b)
    {
        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        bool swap = xe < ye || (xe == ye && x < y);
        (ulong large, int exponent, bool negative) = swap ? (y, ye, b.IsNegative) : (x, xe, a.IsNegative);
        (ulong small, int other) = swap ? (x, xe) : (y, ye);
        UInt128 left = (UInt128)large << 63;
        UInt128 right = FloatRounding.ShiftRight((UInt128)small << 63, exponent - other);
        UInt128 sum = a.IsNegative == b.IsNegative ? left + right : left - right;
        int shift = (int)UInt128.LeadingZeroCount(sum);
        return sum == 0 ? default : new ExactFloat(negative, exponent + 1 - shift, sum << shift);
    }

    public static ExactFloat Product(ExtendedFloat a, ExtendedFloat b)
    {
        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        UInt128 product = (UInt128)x * y;
        int shift = (int)UInt128.LeadingZeroCount(product);
        return new ExactFloat(a.IsNegative != b.IsNegative, xe + ye + 1 - shift, product << shift);
    }

    public static ExactFloat Quotient(ExtendedFloat a, ExtendedFloat b)
    {
        (ulong x, int xe) = a.Normalized();
        (ulong y, int ye) = b.Normalized();
        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem((UInt128)x << 64, y);

        // 65 or 64 bits of quotient; two more tell which way to round, the remainder breaks the tie.
        (UInt128 more, UInt128 rest) = UInt128.DivRem(remainder << 62, y);
        int shift = (int)UInt128.LeadingZeroCount(quotient);
        UInt128 significand = (quotient << shift) | (more << (shift - 62)) | (rest != 0 ? 1u : 0u);
        return new ExactFloat(a.IsNegative != b.IsNegative, xe - ye + 63 - shift, significand);
    }

    /// <summary>The square root of a positive number.</summary>
    public static ExactFloat Root(ExtendedFloat a)
    {
        (ulong x, int exponent) = a.Normalized();
        bool odd = (exponent & 1) != 0;
        (ulong root, UInt128 rest) = SquareRoot(odd ? (UInt128)x << 64 : (UInt128)x << 63);
        UInt128 trial = ((UInt128)root << 2) | 1;
        UInt128 widened = rest << 2;
        bool next = widened >= trial;
        UInt128 last = next ? widened - trial : widened;
        UInt128 significand = ((UInt128)root << 64) | (next ? (UInt128)1 << 63 : 0) | (last != 0 ? 1u : 0u);
        return new ExactFloat(false, (exponent - (odd ? 1 : 0)) / 2, significand);
    }

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
}
