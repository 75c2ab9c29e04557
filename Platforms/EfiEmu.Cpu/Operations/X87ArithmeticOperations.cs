using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>x87 arithmetic and comparison. The functions of the trigonometric kind are not modelled.</summary>
internal static class X87ArithmeticOperations
{
    private delegate FloatResult Binary(ExtendedFloat a, ExtendedFloat b, int bits, RoundingMode mode);

    public static Operation? Find(in Instruction instruction)
    {
        if (BodyOf(instruction.Mnemonic) is { } body)
        {
            bool pops = instruction.Mnemonic is Mnemonic.Faddp or Mnemonic.Fsubp or Mnemonic.Fsubrp or Mnemonic.Fmulp or Mnemonic.Fdivp or Mnemonic.Fdivrp;
            return (Core core, in Instruction i) => Calculate(core, in i, body, pops);
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Fsqrt => static (Core core, in Instruction i) => Alone(core, in i, FloatArithmetic.SquareRoot),
            Mnemonic.Frndint => static (Core core, in Instruction i) => Alone(core, in i, static (a, _, mode) => FloatArithmetic.RoundToInteger(a, mode)),
            Mnemonic.Fabs => static (Core core, in Instruction i) => Alone(core, in i, static (a, _, _) => a.Magnitude()),
            Mnemonic.Fchs => static (Core core, in Instruction i) => Alone(core, in i, static (a, _, _) => a.Negated()),
            Mnemonic.Fcom or Mnemonic.Ficom => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: false, pops: 0),
            Mnemonic.Fcomp or Mnemonic.Ficomp => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: false, pops: 1),
            Mnemonic.Fcompp => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: false, pops: 2),
            Mnemonic.Fucom => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: true, pops: 0),
            Mnemonic.Fucomp => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: true, pops: 1),
            Mnemonic.Fucompp => static (Core core, in Instruction i) => CompareToStatus(core, in i, quiet: true, pops: 2),
            Mnemonic.Fcomi => static (Core core, in Instruction i) => CompareToFlags(core, in i, quiet: false, pop: false),
            Mnemonic.Fcomip => static (Core core, in Instruction i) => CompareToFlags(core, in i, quiet: false, pop: true),
            Mnemonic.Fucomi => static (Core core, in Instruction i) => CompareToFlags(core, in i, quiet: true, pop: false),
            Mnemonic.Fucomip => static (Core core, in Instruction i) => CompareToFlags(core, in i, quiet: true, pop: true),
            Mnemonic.Ftst => static (Core core, in Instruction i) => SetOrder(core, in i, Compared(core, in i, 0, ExtendedFloat.Zero(false), quiet: false)),
            Mnemonic.Fxam => Examine,
            _ => null,
        };
    }

    private static Binary? BodyOf(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Fadd or Mnemonic.Faddp or Mnemonic.Fiadd => FloatArithmetic.Add,
        Mnemonic.Fsub or Mnemonic.Fsubp or Mnemonic.Fisub => FloatArithmetic.Subtract,
        Mnemonic.Fsubr or Mnemonic.Fsubrp or Mnemonic.Fisubr => static (a, b, bits, mode) => FloatArithmetic.Subtract(b, a, bits, mode),
        Mnemonic.Fmul or Mnemonic.Fmulp or Mnemonic.Fimul => FloatArithmetic.Multiply,
        Mnemonic.Fdiv or Mnemonic.Fdivp or Mnemonic.Fidiv => FloatArithmetic.Divide,
        Mnemonic.Fdivr or Mnemonic.Fdivrp or Mnemonic.Fidivr => static (a, b, bits, mode) => FloatArithmetic.Divide(b, a, bits, mode),
        _ => null,
    };

    // ST(0) with memory, or the first operand with the second.
    private static void Calculate(Core core, in Instruction i, Binary body, bool pops)
    {
        FloatUnit unit = core.System.Float;
        bool fromMemory = X87Access.IndexOf(in i, 0) < 0;
        int target = fromMemory ? 0 : X87Access.IndexOf(in i, 0);
        FloatResult loaded = fromMemory ? X87Access.ReadMemory(core, in i) : default;
        bool present = X87Access.TryRead(core, in i, target, out ExtendedFloat left);
        ExtendedFloat right = loaded.Value;
        if (!fromMemory)
        {
            present &= X87Access.TryRead(core, in i, X87Access.IndexOf(in i, 1), out right);
        }

        if (present)
        {
            FloatResult result = body(left, right, unit.PrecisionBits, unit.Rounding);
            X87Access.Write(core, in i, target, result with { Exceptions = result.Exceptions | Kept(loaded.Exceptions, left) });
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

    // A denormal operand is no exception beside a NaN.
    private static int Kept(int exceptions, ExtendedFloat other) =>
        other.IsNaN || other.IsUnsupported ? exceptions & ~FloatUnit.DenormalOperand : exceptions;

    private static void Alone(Core core, in Instruction i, Func<ExtendedFloat, int, RoundingMode, FloatResult> body)
    {
        FloatUnit unit = core.System.Float;
        if (X87Access.TryRead(core, in i, 0, out ExtendedFloat value))
        {
            X87Access.Write(core, in i, 0, body(value, unit.PrecisionBits, unit.Rounding));
        }
        else
        {
            unit[0] = ExtendedFloat.DefaultNaN;
        }
    }

    private static FloatOrder Compared(Core core, in Instruction i, int index, ExtendedFloat? constant, bool quiet)
    {
        int exceptions = 0;
        ExtendedFloat other = constant ?? default;
        bool present = X87Access.TryRead(core, in i, 0, out ExtendedFloat value);
        if (constant is null)
        {
            if (index < 0)
            {
                FloatResult loaded = X87Access.ReadMemory(core, in i);
                other = loaded.Value;
                exceptions = Kept(loaded.Exceptions, value);
            }
            else
            {
                present &= X87Access.TryRead(core, in i, index, out other);
            }
        }

        if (!present)
        {
            return FloatOrder.Unordered;
        }

        (FloatOrder order, int raised) = FloatComparison.Compare(value, other, quiet);
        X87Access.Raise(core, in i, exceptions | raised);
        return order;
    }

    private static void SetOrder(Core core, in Instruction i, FloatOrder order)
    {
        int conditions = order switch
        {
            FloatOrder.Greater => 0,
            FloatOrder.Less => FloatUnit.C0,
            FloatOrder.Equal => FloatUnit.C3,
            _ => FloatUnit.C3 | FloatUnit.C2 | FloatUnit.C0,
        };
        core.System.Float.SetConditions(FloatUnit.ConditionBits, conditions);
    }

    private static void CompareToStatus(Core core, in Instruction i, bool quiet, int pops)
    {
        int index = pops == 2 ? 1 : i.OpCount == 1 ? X87Access.IndexOf(in i, 0) : X87Access.IndexOf(in i, 1);
        SetOrder(core, in i, Compared(core, in i, index, null, quiet));
        for (int pop = 0; pop < pops; pop++)
        {
            core.System.Float.Pop();
        }
    }

    private static void CompareToFlags(Core core, in Instruction i, bool quiet, bool pop)
    {
        FloatOrder order = Compared(core, in i, X87Access.IndexOf(in i, 1), null, quiet);
        uint flags = order switch
        {
            FloatOrder.Greater => 0,
            FloatOrder.Less => Flags.Carry,
            FloatOrder.Equal => Flags.Zero,
            _ => Flags.Zero | Flags.Parity | Flags.Carry,
        };
        core.SetFlags(Flags.Arithmetic, flags);
        core.System.Float.SetConditions(FloatUnit.C1, 0);
        if (pop)
        {
            core.System.Float.Pop();
        }
    }

    private static void Examine(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        int conditions = FloatComparison.Classify(unit[0], unit.IsEmpty(0)) | (unit[0].IsNegative ? FloatUnit.C1 : 0);
        unit.SetConditions(FloatUnit.ConditionBits, conditions);
    }
}
