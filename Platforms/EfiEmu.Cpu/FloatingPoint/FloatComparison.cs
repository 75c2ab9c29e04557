namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>How two numbers stand to each other.</summary>
internal enum FloatOrder
{
    Greater,
    Less,
    Equal,
    Unordered,
}

/// <summary>Comparison and classification.</summary>
internal static class FloatComparison
{
    /// <summary>Compares.</summary>
    /// <param name="quiet">True for FUCOM, to which a quiet NaN is no exception.</param>
    public static (FloatOrder Order, int Exceptions) Compare(ExtendedFloat a, ExtendedFloat b, bool quiet)
    {
        if (a.IsUnsupported || b.IsUnsupported)
        {
            return (FloatOrder.Unordered, FloatUnit.InvalidOperation);
        }

        if (a.IsNaN || b.IsNaN)
        {
            bool invalid = !quiet || a.IsSignalling || b.IsSignalling;
            return (FloatOrder.Unordered, invalid ? FloatUnit.InvalidOperation : 0);
        }

        int denormal = a.IsDenormal || b.IsDenormal ? FloatUnit.DenormalOperand : 0;
        return (Order(a, b), denormal);
    }

    /// <summary>FXAM's class of a register: C3, C2 and C0.</summary>
    public static int Classify(ExtendedFloat value, bool empty) =>
        empty ? FloatUnit.C3 | FloatUnit.C0
        : value.IsUnsupported ? 0
        : value.IsNaN ? FloatUnit.C0
        : value.IsInfinity ? FloatUnit.C2 | FloatUnit.C0
        : value.IsZero ? FloatUnit.C3
        : value.IsDenormal ? FloatUnit.C3 | FloatUnit.C2
        : FloatUnit.C2;

    private static FloatOrder Order(ExtendedFloat a, ExtendedFloat b)
    {
        if (a.IsZero && b.IsZero)
        {
            return FloatOrder.Equal;
        }

        if (a.IsNegative != b.IsNegative)
        {
            return a.IsNegative ? FloatOrder.Less : FloatOrder.Greater;
        }

        int magnitudes = Magnitude(a, b);
        return magnitudes == 0 ? FloatOrder.Equal
            : (magnitudes > 0) != a.IsNegative ? FloatOrder.Greater
            : FloatOrder.Less;
    }

    // A pseudo-denormal has the exponent of the smallest normal numbers.
    private static int Magnitude(ExtendedFloat a, ExtendedFloat b)
    {
        int exponents = Math.Max(a.BiasedExponent, 1).CompareTo(Math.Max(b.BiasedExponent, 1));
        return exponents != 0 ? exponents : a.Significand.CompareTo(b.Significand);
    }
}
