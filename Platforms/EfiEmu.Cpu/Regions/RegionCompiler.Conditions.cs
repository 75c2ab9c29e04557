using System.Reflection.Emit;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <content>What conditions decide.</content>
internal sealed unsafe partial class RegionCompiler
{
    // By their encoding: O NO B AE E NE BE A S NS P NP L GE LE G.
    private const int Carry = 1;
    private const int Zero = 2;
    private const int CarryOrZero = 3;
    private const int Sign = 4;
    private const int Less = 6;
    private const int LessOrZero = 7;

    /// <summary>True when a condition can be told from the flags as they are kept in locals.</summary>
    private bool CanEmitCondition(int condition) => _flags.IsKept && (condition >> 1) switch
    {
        Zero or Sign or Carry => true,
        CarryOrZero or Less or LessOrZero => _flags.Is(FlagKind.Sub8) || _flags.Is(FlagKind.Logic8),
        _ => false,
    };

    /// <summary>Pushes 1 when a condition holds, else 0; the flags must be kept so that it can be told.</summary>
    private void EmitCondition(int condition)
    {
        int bits = _flags.Bits;
        bool subtraction = _flags.Is(FlagKind.Sub8);
        switch (condition >> 1)
        {
            case Carry when _flags.Is(FlagKind.Logic8):
                _il.Emit(OpCodes.Ldc_I4_0);
                break;
            case Carry when _flags.Is(FlagKind.Result8):
                EmitFlagB(_flags);
                _il.Emit(OpCodes.Conv_I4);
                _il.Emit(OpCodes.Ldc_I4_1);
                _il.Emit(OpCodes.And);
                break;
            case Carry:
                EmitComparison(OpCodes.Clt_Un, 64, signed: false);
                break;
            case Zero when subtraction:
                EmitComparison(OpCodes.Ceq, 64, signed: false);
                break;
            case Zero:
            case CarryOrZero when !subtraction:
                _il.Emit(OpCodes.Ldloc, _flagA);
                _il.EmitConstant(0);
                _il.Emit(OpCodes.Ceq);
                break;
            case CarryOrZero:
                EmitComparison(OpCodes.Cgt_Un, 64, signed: false);
                EmitNot();
                break;
            case Sign:
            case Less when !subtraction:
                EmitResult();
                EmitSignOf(bits, OpCodes.Clt);
                break;
            case Less:
                EmitComparison(OpCodes.Clt, bits, signed: true);
                break;
            case var _ when !subtraction:
                EmitResult();
                EmitSignOf(bits, OpCodes.Cgt);
                EmitNot();
                break;
            default:
                EmitComparison(OpCodes.Cgt, bits, signed: true);
                EmitNot();
                break;
        }

        if ((condition & 1) != 0)
        {
            EmitNot();
        }
    }

    private void EmitNot()
    {
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ceq);
    }

    private void EmitResult()
    {
        _il.Emit(OpCodes.Ldloc, _flagA);
        if (_flags.Is(FlagKind.Sub8))
        {
            _il.Emit(OpCodes.Ldloc, _flagB);
            _il.Emit(OpCodes.Sub);
        }
    }

    private void EmitSignOf(int bits, OpCode comparison)
    {
        EmitSignExtension(bits);
        _il.EmitConstant(0);
        _il.Emit(comparison);
    }

    /// <summary>Compares the two kept values: of an addition the sum with what was added.</summary>
    private void EmitComparison(OpCode comparison, int bits, bool signed)
    {
        _il.Emit(OpCodes.Ldloc, _flagA);
        EmitSignExtension(signed ? bits : 64);
        _il.Emit(OpCodes.Ldloc, _flagB);
        EmitSignExtension(signed ? bits : 64);
        _il.Emit(comparison);
    }

    /// <summary>CMOV; 32 bits clear the upper half even when the condition does not hold.</summary>
    private void EmitMoveIf(int bits) => EmitSet(Current.A, bits, () =>
    {
        Label holds = _il.DefineLabel();
        EmitGet(Current.B, bits);
        _il.Emit(OpCodes.Stloc, _value);
        EmitCondition(Current.Extra);
        _il.Emit(OpCodes.Brtrue, holds);
        EmitGet(Current.A, bits);
        _il.Emit(OpCodes.Stloc, _value);
        _il.MarkLabel(holds);
        _il.Emit(OpCodes.Ldloc, _value);
    },
    bits);

    /// <summary>Pushes 1 when the branch of the current decision is taken, and keeps the flags that it leaves.</summary>
    private void EmitTaken(Type decision)
    {
        if (!decision.IsGenericType)
        {
            EmitTakenByFlags();
            return;
        }

        Type[] of = decision.GetGenericArguments();
        int condition = EncodingOf(of[0]);
        if (decision.GetGenericTypeDefinition() == typeof(OnResult<>))
        {
            EmitGetState(Slot.FlagA);
            _il.EmitConstant(0);
            _il.Emit(OpCodes.Ceq);
            if ((condition & 1) != 0)
            {
                EmitNot();
            }

            return;
        }

        int bits = BitsOf(of[1]);
        if (decision.GetGenericTypeDefinition() == typeof(Compare<,,>))
        {
            KeepSubtraction(bits, () => EmitGet(Current.A, bits), () => EmitSource(of[2], bits));
        }
        else
        {
            EmitGet(Current.A, bits);
            EmitSource(of[2], bits);
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Stloc, _flagA);
            _flags = new KeptFlags(Core.KindOf(FlagKind.Logic8, bits));
        }

        EmitCondition(condition);
    }

    private void EmitTakenByFlags()
    {
        if (CanEmitCondition(Current.Extra))
        {
            EmitCondition(Current.Extra);
            return;
        }

        StoreFlags();
        _il.Emit(OpCodes.Ldarg_1);
        _il.EmitInt((int)Current.Extra);
        _il.Emit(OpCodes.Call, typeof(Flags).GetMethod(nameof(Flags.Condition))!);
    }

    /// <summary>The encoding of the condition that a comparison of its operands is.</summary>
    private static int EncodingOf(Type condition)
    {
        if (condition.IsGenericType)
        {
            return EncodingOf(condition.GetGenericArguments()[0]) ^ 1;
        }

        return condition == typeof(Below) ? 2
            : condition == typeof(Equal) ? 4
            : condition == typeof(Above) ? 7
            : condition == typeof(Handlers.Less) ? 12
            : 15;
    }

    /// <summary>True when a block overwrites all flags before anyone can see them.</summary>
    private static bool WritesFlagsFirst(RegionBlock block)
    {
        foreach (ref readonly MicroOp operation in block.Operations.AsSpan())
        {
            Type meaning = Meanings.Of(operation.Code);
            Type kind = meaning.IsGenericType ? meaning.GetGenericTypeDefinition() : meaning;
            if (kind == typeof(WithFlags<,,>) || kind == typeof(FlagsOnly<,,>) || kind == typeof(Compare<,,>) || kind == typeof(Test<,,>)
                || kind == typeof(NegateFlags<>) || kind == typeof(ShiftFlags<,>))
            {
                return true;
            }

            bool harmless = kind == typeof(Move<,>) || kind == typeof(Extend<>) || kind == typeof(Lea<,>) || kind == typeof(Plain<,,>)
                || kind == typeof(Shift<,>) || kind == typeof(ShiftBy<,>) || kind == typeof(Multiply<,>) || kind == typeof(Complement<>)
                || kind == typeof(Negate<>);
            if (!harmless)
            {
                return false;
            }
        }

        return false;
    }
}
