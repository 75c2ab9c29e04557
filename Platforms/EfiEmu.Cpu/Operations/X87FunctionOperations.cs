using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>x87 scaling, remainders, decimal numbers and transcendental functions.</summary>
internal static class X87FunctionOperations
{
    private const int DecimalBytes = 10;
    private const ulong LargestDecimal = 999_999_999_999_999_999;

    public static Operation? Find(in Instruction instruction) => Body(instruction.Mnemonic) is { } body ? X87Access.Waiting(body) : null;

    private static Operation? Body(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Fscale => static (Core core, in Instruction _) => Both(core, FloatFunctions.Scale, pops: false),
        Mnemonic.Fxtract => Extract,
        Mnemonic.Fprem => static (Core core, in Instruction _) => Remainder(core, nearest: false),
        Mnemonic.Fprem1 => static (Core core, in Instruction _) => Remainder(core, nearest: true),
        Mnemonic.Fbld => LoadDecimal,
        Mnemonic.Fbstp => StoreDecimal,
        Mnemonic.F2xm1 => static (Core core, in Instruction _) => Alone(core, FloatFunctions.PowerOfTwoLessOne),
        Mnemonic.Fyl2x => static (Core core, in Instruction _) => Both(core, FloatFunctions.TimesLogarithm, pops: true),
        Mnemonic.Fyl2xp1 => static (Core core, in Instruction _) => Both(core, FloatFunctions.TimesLogarithmOfNext, pops: true),
        Mnemonic.Fpatan => static (Core core, in Instruction _) => Both(core, FloatFunctions.ArcTangent, pops: true),
        Mnemonic.Fsin => static (Core core, in Instruction _) => Trigonometric(core, static (a, control) => (FloatFunctions.Sine(a, control), null)),
        Mnemonic.Fcos => static (Core core, in Instruction _) => Trigonometric(core, static (a, control) => (FloatFunctions.Cosine(a, control), null)),
        Mnemonic.Fsincos => static (Core core, in Instruction _) => Trigonometric(core, static (a, control) => (FloatFunctions.Sine(a, control), FloatFunctions.Cosine(a, control))),
        Mnemonic.Fptan => static (Core core, in Instruction _) => Trigonometric(core, static (a, control) => (FloatFunctions.Tangent(a, control), FloatFunctions.One(a))),
        _ => null,
    };

    private static void Alone(Core core, Func<ExtendedFloat, FloatControl, FloatResult> body)
    {
        FloatUnit unit = core.System.Float;
        if (X87Access.TryRead(core, 0, out ExtendedFloat value))
        {
            X87Access.Write(core, 0, body(value, unit.Rules));
        }
        else
        {
            unit[0] = ExtendedFloat.DefaultNaN;
        }
    }

    /// <summary>A function of ST(0) and ST(1): into ST(0), or into ST(1) which a pop makes the top.</summary>
    private static void Both(Core core, Func<ExtendedFloat, ExtendedFloat, FloatControl, FloatResult> body, bool pops)
    {
        FloatUnit unit = core.System.Float;
        bool present = X87Access.TryRead(core, 0, out ExtendedFloat top) & X87Access.TryRead(core, 1, out ExtendedFloat next);
        int target = pops ? 1 : 0;
        if (present)
        {
            X87Access.Write(core, target, body(top, next, unit.Rules));
        }
        else
        {
            unit[target] = ExtendedFloat.DefaultNaN;
        }

        if (pops)
        {
            unit.Pop();
        }
    }

    /// <summary>A function of an angle, with a second result pushed over it for FSINCOS and FPTAN. C2 says that the angle is too large.</summary>
    private static void Trigonometric(Core core, Func<ExtendedFloat, FloatControl, (FloatResult First, FloatResult? Second)> body)
    {
        FloatUnit unit = core.System.Float;
        bool pushes = body(ExtendedFloat.Zero(false), unit.Rules).Second is not null;
        unit.SetConditions(FloatUnit.C2, 0);
        bool present = !unit.IsEmpty(0);
        bool overflows = pushes && !unit.IsEmpty(7);
        if (!present || overflows)
        {
            unit.SetConditions(FloatUnit.C1, present ? FloatUnit.C1 : 0);
            X87Access.Raise(core, FloatUnit.StackFault);
            unit[0] = ExtendedFloat.DefaultNaN;
            if (pushes)
            {
                unit.Rotate(-1);
                unit[0] = ExtendedFloat.DefaultNaN;
            }

            return;
        }

        ExtendedFloat angle = unit[0];
        if (FloatFunctions.IsTooLarge(angle))
        {
            unit.SetConditions(FloatUnit.C1 | FloatUnit.C2, FloatUnit.C2);
            return;
        }

        (FloatResult first, FloatResult? second) = body(angle, unit.Rules);
        if (second is { } pushed)
        {
            X87Access.Raise(core, first.Exceptions | pushed.Exceptions);
            unit[0] = first.Value;
            unit.Rotate(-1);
            unit[0] = pushed.Value;
            unit.SetConditions(FloatUnit.C1, pushed.RoundedUp ? FloatUnit.C1 : 0);
            return;
        }

        X87Access.Write(core, 0, first);
    }

    /// <summary>The exponent in place of the number, and the significand pushed over it.</summary>
    private static void Extract(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        bool overflows = !unit.IsEmpty(7);
        bool present = !unit.IsEmpty(0);
        if (!present || overflows)
        {
            unit.SetConditions(FloatUnit.C1, present ? FloatUnit.C1 : 0);
            X87Access.Raise(core, FloatUnit.StackFault);
            unit[0] = ExtendedFloat.DefaultNaN;
            unit.Rotate(-1);
            unit[0] = ExtendedFloat.DefaultNaN;
            return;
        }

        (FloatResult exponent, ExtendedFloat significand) = FloatFunctions.Extract(unit[0]);
        X87Access.Raise(core, exponent.Exceptions);
        unit[0] = exponent.Value;
        unit.Rotate(-1);
        unit[0] = significand;
        unit.SetConditions(FloatUnit.C1, 0);
    }

    /// <summary>The remainder, or a step towards it, which C2 says; else C0, C3 and C1 are the last bits of the quotient.</summary>
    private static void Remainder(Core core, bool nearest)
    {
        FloatUnit unit = core.System.Float;
        unit.SetConditions(FloatUnit.C2, 0);
        bool present = X87Access.TryRead(core, 0, out ExtendedFloat top) & X87Access.TryRead(core, 1, out ExtendedFloat divisor);
        if (!present)
        {
            unit[0] = ExtendedFloat.DefaultNaN;
            return;
        }

        (FloatResult result, int quotient, bool partial) = FloatFunctions.Remainder(top, divisor, nearest, unit.Rules);
        X87Access.Raise(core, result.Exceptions);
        unit[0] = result.Value;
        if (result.Value.IsNaN)
        {
            // There is no quotient to tell of.
            unit.SetConditions(FloatUnit.C1, 0);
            return;
        }

        int conditions = partial ? FloatUnit.C2
            : ((quotient & 4) != 0 ? FloatUnit.C0 : 0) | ((quotient & 2) != 0 ? FloatUnit.C3 : 0) | ((quotient & 1) != 0 ? FloatUnit.C1 : 0);
        unit.SetConditions(FloatUnit.ConditionBits, conditions);
    }

    private static void LoadDecimal(Core core, in Instruction i)
    {
        Span<byte> digits = stackalloc byte[DecimalBytes];
        core.Memory.ReadBytes(core.EffectiveAddress(in i), digits);
        long value = 0;
        for (int at = DecimalBytes - 2; at >= 0; at--)
        {
            value = (value * 100) + ((digits[at] >> 4) * 10) + (digits[at] & 15);
        }

        ExtendedFloat magnitude = ExtendedFloat.FromInteger(value);
        X87Access.Push(core, (digits[9] & 0x80) != 0 ? magnitude.Negated() : magnitude);
    }

    private static void StoreDecimal(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        ulong address = core.EffectiveAddress(in i);
        core.Memory.CheckWrite(address, DecimalBytes);
        Span<byte> digits = stackalloc byte[DecimalBytes];
        bool present = X87Access.TryRead(core, 0, out ExtendedFloat value);
        (long whole, int exceptions, bool up) = FloatFormats.ToInteger(value, 64, unit.Rounding);
        ulong magnitude = (ulong)Int128.Abs(whole);
        bool fits = present && (exceptions & FloatUnit.InvalidOperation) == 0 && magnitude <= LargestDecimal;
        if (fits)
        {
            X87Access.Raise(core, exceptions);
            for (int at = 0; at < DecimalBytes - 1; at++)
            {
                digits[at] = (byte)((magnitude / 10 % 10 << 4) | (magnitude % 10));
                magnitude /= 100;
            }

            digits[9] = (byte)(value.IsNegative ? 0x80 : 0);
        }
        else
        {
            X87Access.Raise(core, FloatUnit.InvalidOperation);

            // The packed indefinite.
            BinaryPrimitives.WriteUInt32BigEndian(digits[6..], 0x00C0_FFFF);
        }

        core.Memory.WriteBytes(address, digits);
        unit.SetConditions(FloatUnit.C1, fits && up ? FloatUnit.C1 : 0);
        unit.Pop();
    }
}
