using System.Numerics;

namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>
/// Arithmetic of the SSE families on numbers of 32 or 64 bits, as MXCSR asks for it: rounding, denormals as zero, flushing to
/// zero. Collects the exceptions of all elements of one instruction.
/// </summary>
/// <remarks>
/// Intel SDM volume 1, chapter 11.5 and appendix E. Done in integers, so that a report does not depend on the host.
/// </remarks>
internal struct SimdFloat(uint mxcsr, bool wide)
{
    private const int BeforeExecution = FloatUnit.InvalidOperation | FloatUnit.DenormalOperand | FloatUnit.ZeroDivide;
    private const int Collected = 0x3F;
    private const int MaskShift = 7;

    private readonly uint _mxcsr = mxcsr;

    /// <summary>Stored bits of the significand.</summary>
    private readonly int _stored = wide ? 52 : 23;
    private readonly int _exponentBits = wide ? 11 : 8;
    private int _raised;

    public readonly RoundingMode Rounding => (RoundingMode)((_mxcsr >> 13) & 3);

    private readonly bool DenormalsAreZero => (_mxcsr & 0x40) != 0;

    private readonly bool FlushesToZero => (_mxcsr & 0x8000) != 0;

    private readonly int Masked => (int)(_mxcsr >> MaskShift) & Collected;

    private readonly ulong Sign => 1UL << (_stored + _exponentBits);

    private readonly ulong Infinity => ((1UL << _exponentBits) - 1) << _stored;

    private readonly ulong Quiet => 1UL << (_stored - 1);

    private readonly ulong DefaultNaN => Sign | Infinity | Quiet;

    /// <summary>
    /// MXCSR with the exceptions of this instruction, and whether one of them is unmasked: exceptions of operands keep results,
    /// and so exceptions of results, from coming about.
    /// </summary>
    public readonly (uint Mxcsr, bool Faults) Outcome
    {
        get
        {
            int early = _raised & BeforeExecution;
            return (early & ~Masked) != 0
                ? (_mxcsr | (uint)early, true)
                : (_mxcsr | (uint)_raised, (_raised & ~Masked) != 0);
        }
    }

    public ulong Add(ulong a, ulong b)
    {
        if (TakeNaN(a, b, out ulong nan))
        {
            return nan;
        }

        ExtendedFloat x = Take(ref a);
        ExtendedFloat y = Take(ref b);
        if (x.IsInfinity || y.IsInfinity)
        {
            return x.IsInfinity && y.IsInfinity && x.IsNegative != y.IsNegative ? Invalid() : Kept(a, b, x.IsInfinity ? a : b);
        }

        if (x.IsZero && y.IsZero)
        {
            return x.IsNegative == y.IsNegative ? a : Rounding == RoundingMode.Down ? Sign : 0;
        }

        NoteDenormals(a, b);
        if (x.IsZero || y.IsZero)
        {
            return Rounded(x.IsZero ? y : x);
        }

        ExactFloat sum = FloatExact.Sum(x, y);
        return sum.Significand != 0 ? Rounded(sum) : Rounding == RoundingMode.Down ? Sign : 0;
    }

    public ulong Subtract(ulong a, ulong b) => IsNaN(a) || IsNaN(b) ? Add(a, b) : Add(a, b ^ Sign);

    public ulong Multiply(ulong a, ulong b)
    {
        if (TakeNaN(a, b, out ulong nan))
        {
            return nan;
        }

        ExtendedFloat x = Take(ref a);
        ExtendedFloat y = Take(ref b);
        ulong sign = (a ^ b) & Sign;
        if (x.IsInfinity || y.IsInfinity)
        {
            return x.IsZero || y.IsZero ? Invalid() : Kept(a, b, sign | Infinity);
        }

        NoteDenormals(a, b);
        return x.IsZero || y.IsZero ? sign : Rounded(FloatExact.Product(x, y));
    }

    public ulong Divide(ulong a, ulong b)
    {
        if (TakeNaN(a, b, out ulong nan))
        {
            return nan;
        }

        ExtendedFloat x = Take(ref a);
        ExtendedFloat y = Take(ref b);
        ulong sign = (a ^ b) & Sign;
        if (x.IsInfinity || y.IsInfinity)
        {
            return x.IsInfinity && y.IsInfinity ? Invalid() : Kept(a, b, x.IsInfinity ? sign | Infinity : sign);
        }

        if (y.IsZero)
        {
            if (x.IsZero)
            {
                return Invalid();
            }

            _raised |= FloatUnit.ZeroDivide;
            return sign | Infinity;
        }

        NoteDenormals(a, b);
        return x.IsZero ? sign : Rounded(FloatExact.Quotient(x, y));
    }

    public ulong SquareRoot(ulong a)
    {
        if (TakeNaN(a, a, out ulong nan))
        {
            return nan;
        }

        ExtendedFloat x = Take(ref a);
        if (x.IsZero)
        {
            return a;
        }

        if (x.IsNegative)
        {
            return Invalid();
        }

        NoteDenormals(a, a);
        return x.IsInfinity ? a : Rounded(FloatExact.Root(x));
    }

    /// <summary>MIN and MAX: the second operand unless the first is truly less (or greater), so for NaN and for two zeros.</summary>
    public ulong Choose(ulong a, ulong b, bool greater)
    {
        if (IsNaN(a) || IsNaN(b))
        {
            _raised |= FloatUnit.InvalidOperation;
            return DenormalsAreZero && IsDenormal(b) ? b & Sign : b;
        }

        ExtendedFloat x = Take(ref a);
        ExtendedFloat y = Take(ref b);
        NoteDenormals(a, b);
        FloatOrder order = FloatComparison.Compare(x, y, quiet: true).Order;
        return order == (greater ? FloatOrder.Greater : FloatOrder.Less) ? a : b;
    }

    /// <summary>The order of two numbers; a quiet NaN is an invalid operand unless the comparison is quiet.</summary>
    public FloatOrder Compare(ulong a, ulong b, bool quiet)
    {
        if (IsNaN(a) || IsNaN(b))
        {
            _raised |= !quiet || IsSignalling(a) || IsSignalling(b) ? FloatUnit.InvalidOperation : 0;
            return FloatOrder.Unordered;
        }

        ExtendedFloat x = Take(ref a);
        ExtendedFloat y = Take(ref b);
        NoteDenormals(a, b);
        return FloatComparison.Compare(x, y, quiet: true).Order;
    }

    /// <summary>To a signed integer of so many bits; what does not fit becomes the most negative.</summary>
    public ulong ToInteger(ulong a, int bits, RoundingMode mode)
    {
        ExtendedFloat x = IsNaN(a) ? ExtendedFloat.DefaultNaN : Take(ref a);
        (long value, int exceptions, _) = FloatFormats.ToInteger(x, bits, mode);
        _raised |= exceptions;
        return (ulong)value;
    }

    public ulong FromInteger(long value)
    {
        if (value == 0)
        {
            return 0;
        }

        (ulong significand, int exponent) = ExtendedFloat.FromInteger(value).Normalized();
        return Rounded(new ExactFloat(value < 0, exponent, (UInt128)significand << 64));
    }

    /// <summary>From the other format: 32 bits to 64, or 64 to 32.</summary>
    public ulong Convert(ulong a)
    {
        var other = new SimdFloat(_mxcsr, wide: _stored == 23);
        ulong sign = (a & other.Sign) != 0 ? Sign : 0;
        if (other.IsNaN(a))
        {
            _raised |= other.IsSignalling(a) ? FloatUnit.InvalidOperation : 0;
            ulong payload = a & (other.Infinity ^ (other.Sign - 1));
            int narrower = other._stored - _stored;
            return sign | Infinity | Quiet | (narrower > 0 ? payload >> narrower : payload << -narrower);
        }

        ExtendedFloat x = other.Take(ref a);
        if (x.IsInfinity || x.IsZero)
        {
            return x.IsInfinity ? sign | Infinity : sign;
        }

        _raised |= other.IsDenormal(a) ? FloatUnit.DenormalOperand : 0;
        return Rounded(x);
    }

    /// <summary>ROUND: to an integer in the same format.</summary>
    public ulong RoundToInteger(ulong a, RoundingMode mode, bool quietPrecision)
    {
        if (TakeNaN(a, a, out ulong nan))
        {
            return nan;
        }

        ExtendedFloat x = Take(ref a);
        FloatResult result = FloatArithmetic.RoundToInteger(x, mode);
        _raised |= quietPrecision ? 0 : result.Exceptions & FloatUnit.Precision;
        return x.IsInfinity ? a : FloatFormats.ToBinary(result.Value, _stored + 1, RoundingMode.Nearest).Bits;
    }

    private readonly bool IsNaN(ulong a) => (a & ~Sign) > Infinity;

    private readonly bool IsSignalling(ulong a) => IsNaN(a) && (a & Quiet) == 0;

    private readonly bool IsDenormal(ulong a) => (a & Infinity) == 0 && (a & ~Sign) != 0;

    /// <summary>The answer where an operand is a NaN: the first that is one, quiet.</summary>
    private bool TakeNaN(ulong a, ulong b, out ulong nan)
    {
        _raised |= IsSignalling(a) || IsSignalling(b) ? FloatUnit.InvalidOperation : 0;
        nan = (IsNaN(a) ? a : b) | Quiet;
        return IsNaN(a) || IsNaN(b);
    }

    /// <summary>A number as the wider format has it; a denormal becomes zero where MXCSR says so.</summary>
    private readonly ExtendedFloat Take(ref ulong a)
    {
        if (DenormalsAreZero && IsDenormal(a))
        {
            a &= Sign;
        }

        ulong fraction = a & ((1UL << _stored) - 1);
        int exponent = (int)((a & Infinity) >> _stored);
        bool negative = (a & Sign) != 0;
        int bias = (1 << (_exponentBits - 1)) - 1;
        ushort sign = ExtendedFloat.Sign(negative);
        if ((a & Infinity) == Infinity)
        {
            return ExtendedFloat.Infinity(negative);
        }

        if (exponent != 0)
        {
            return new ExtendedFloat(ExtendedFloat.IntegerBit | (fraction << (63 - _stored)), (ushort)(sign | (exponent - bias + ExtendedFloat.Bias)));
        }

        if (fraction == 0)
        {
            return ExtendedFloat.Zero(negative);
        }

        int shift = BitOperations.LeadingZeroCount(fraction);
        return new ExtendedFloat(fraction << shift, (ushort)(sign | (1 - bias - (shift - (63 - _stored)) + ExtendedFloat.Bias)));
    }

    private ulong Invalid()
    {
        _raised |= FloatUnit.InvalidOperation;
        return DefaultNaN;
    }

    private ulong Kept(ulong a, ulong b, ulong result)
    {
        NoteDenormals(a, b);
        return result;
    }

    private void NoteDenormals(ulong a, ulong b) => _raised |= IsDenormal(a) || IsDenormal(b) ? FloatUnit.DenormalOperand : 0;

    private ulong Rounded(ExtendedFloat value)
    {
        (ulong significand, int exponent) = value.Normalized();
        return Rounded(new ExactFloat(value.IsNegative, exponent, (UInt128)significand << 64));
    }

    private ulong Rounded(ExactFloat value)
    {
        int bits = _stored + 1;
        int below = 2 - (1 << (_exponentBits - 1)) - value.Exponent;
        (ulong result, int exceptions, _) = FloatRounding.ToBinary(value.Negative, value.Exponent, value.Significand, bits, _exponentBits, Rounding);
        if (FloatRounding.IsTiny(value.Significand, below, bits, value.Negative, Rounding))
        {
            if ((Masked & FloatUnit.Underflow) == 0)
            {
                exceptions |= FloatUnit.Underflow;
            }
            else if (FlushesToZero)
            {
                exceptions |= FloatUnit.Underflow | FloatUnit.Precision;
                result = value.Negative ? Sign : 0;
            }
        }

        // Beside one that is not masked, precision is what rounding alone loses, as if exponents had no end.
        bool faults = (exceptions & ~Masked & (FloatUnit.Overflow | FloatUnit.Underflow)) != 0;
        bool exact = value.Significand << bits == 0;
        _raised |= faults ? (exceptions & ~FloatUnit.Precision) | (exact ? 0 : FloatUnit.Precision) : exceptions;
        return result;
    }
}
