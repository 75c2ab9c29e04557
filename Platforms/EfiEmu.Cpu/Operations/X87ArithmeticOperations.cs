using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>x87 arithmetic and comparison.</summary>
internal static class X87ArithmeticOperations
{
    private delegate FloatResult Binary(ExtendedFloat a, ExtendedFloat b, FloatControl control);

    public static Operation? Find(in Instruction instruction) => Body(in instruction) is { } body ? X87Access.Waiting(body) : null;

    private static Operation? Body(in Instruction instruction)
    {
        if (BodyOf(instruction.Mnemonic) is { } body)
        {
            bool pops = instruction.Mnemonic is Mnemonic.Faddp or Mnemonic.Fsubp or Mnemonic.Fsubrp or Mnemonic.Fmulp or Mnemonic.Fdivp or Mnemonic.Fdivrp;
            return (Core core, in Instruction i) => Calculate(core, in i, body, pops);
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Fsqrt => static (Core core, in Instruction i) => Alone(core, in i, FloatArithmetic.SquareRoot),
            Mnemonic.Frndint => static (Core core, in Instruction i) => Alone(core, in i, static (a, control) => FloatArithmetic.RoundToInteger(a, control.Rounding)),
            Mnemonic.Fabs => static (Core core, in Instruction i) => Alone(core, in i, static (a, _) => a.Magnitude()),
            Mnemonic.Fchs => static (Core core, in Instruction i) => Alone(core, in i, static (a, _) => a.Negated()),
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
            Mnemonic.Ftst => static (Core core, in Instruction i) => Compared(core, in i, 0, ExtendedFloat.Zero(false), quiet: false, SetOrder),
            Mnemonic.Fxam => Examine,
            _ => null,
        };
    }

    private static Binary? BodyOf(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Fadd or Mnemonic.Faddp or Mnemonic.Fiadd => FloatArithmetic.Add,
        Mnemonic.Fsub or Mnemonic.Fsubp or Mnemonic.Fisub => FloatArithmetic.Subtract,
        Mnemonic.Fsubr or Mnemonic.Fsubrp or Mnemonic.Fisubr => static (a, b, control) => FloatArithmetic.Subtract(b, a, control),
        Mnemonic.Fmul or Mnemonic.Fmulp or Mnemonic.Fimul => FloatArithmetic.Multiply,
        Mnemonic.Fdiv or Mnemonic.Fdivp or Mnemonic.Fidiv => FloatArithmetic.Divide,
        Mnemonic.Fdivr or Mnemonic.Fdivrp or Mnemonic.Fidivr => static (a, b, control) => FloatArithmetic.Divide(b, a, control),
        _ => null,
    };

    // ST(0) with memory, or the first operand with the second.
    private static void Calculate(Core core, in Instruction i, Binary body, bool pops)
    {
        FloatUnit unit = core.System.Float;
        bool fromMemory = X87Access.IndexOf(in i, 0) < 0;
        int target = fromMemory ? 0 : X87Access.IndexOf(in i, 0);
        FloatResult loaded = fromMemory ? X87Access.ReadMemory(core, in i) : default;
        bool present = X87Access.TryRead(core, target, out ExtendedFloat left);
        ExtendedFloat right = loaded.Value;
        if (!fromMemory)
        {
            present &= X87Access.TryRead(core, X87Access.IndexOf(in i, 1), out right);
        }

        if (present)
        {
            FloatResult result = body(left, right, unit.Rules);
            int ofMemory = (result.Exceptions & FloatUnit.ZeroDivide) != 0 ? 0 : Kept(loaded.Exceptions, left);
            X87Access.Write(core, target, result with { Exceptions = result.Exceptions | ofMemory });
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

    private static void Alone(Core core, in Instruction i, Func<ExtendedFloat, FloatControl, FloatResult> body)
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

    /// <summary>Compares ST(0), and tells the order before exceptions are raised, which may end the instruction.</summary>
    private static void Compared(Core core, in Instruction i, int index, ExtendedFloat? constant, bool quiet, Action<Core, FloatOrder> tell)
    {
        FloatUnit unit = core.System.Float;
        FloatResult other = constant is { } given ? given
            : index < 0 ? X87Access.ReadMemory(core, in i)
            : unit[index];
        bool missing = unit.IsEmpty(0) || (constant is null && index >= 0 && unit.IsEmpty(index));
        (FloatOrder order, int raised) = missing
            ? (FloatOrder.Unordered, FloatUnit.StackFault)
            : FloatComparison.Compare(unit[0], other.Value, quiet);
        tell(core, order);
        X87Access.Raise(core, missing ? raised : raised | Kept(other.Exceptions, unit[0]));
    }

    private static void SetOrder(Core core, FloatOrder order)
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
        Compared(core, in i, index, null, quiet, SetOrder);
        for (int pop = 0; pop < pops; pop++)
        {
            core.System.Float.Pop();
        }
    }

    private static void CompareToFlags(Core core, in Instruction i, bool quiet, bool pop)
    {
        Compared(core, in i, X87Access.IndexOf(in i, 1), null, quiet, static (core, order) =>
        {
            core.SetFlags(Flags.Arithmetic, order switch
            {
                FloatOrder.Greater => 0,
                FloatOrder.Less => Flags.Carry,
                FloatOrder.Equal => Flags.Zero,
                _ => Flags.Zero | Flags.Parity | Flags.Carry,
            });
            core.System.Float.SetConditions(FloatUnit.C1, 0);
        });
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
