using System.Reflection.Emit;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;

namespace EfiEmu.Cpu.Regions;

/// <content>One micro-operation at a time, by what its handler is made of.</content>
internal sealed unsafe partial class RegionCompiler
{
    /// <summary>Emits the current micro-operation; false when it ends the block.</summary>
    private bool EmitOperation()
    {
        Type meaning = Meanings.Of(Current.Code);
        if (meaning.IsAssignableTo(typeof(IDecision)))
        {
            EmitDecision(meaning);
            return false;
        }

        if (meaning == typeof(RunOperation) || meaning == typeof(MoveString) || meaning == typeof(StoreString))
        {
            EmitCallOut(meaning);
            return true;
        }

        if (meaning.IsAssignableTo(typeof(IHandler)))
        {
            EmitTransfer(meaning);
            return false;
        }

        if (!TryEmitStep(meaning))
        {
            EmitStepCall(meaning);
        }

        return true;
    }

    private bool TryEmitStep(Type meaning)
    {
        if (!meaning.IsGenericType)
        {
            return TryEmitPlainStep(meaning);
        }

        Type open = meaning.GetGenericTypeDefinition();
        Type[] of = meaning.GetGenericArguments();
        switch (open)
        {
            case var _ when open == typeof(Move<,>):
                EmitSet(Current.A, BitsOf(of[0]), () => EmitSource(of[1], BitsOf(of[0])), WidthOfSource(of[1], BitsOf(of[0])));
                return true;
            case var _ when open == typeof(Extend<>):
                EmitExtend(of[0]);
                return true;
            case var _ when open == typeof(Lea<,>):
                EmitSet(Current.A, BitsOf(of[0]), () => EmitAddressOf(of[1]));
                return true;
            case var _ when open == typeof(Load<,,>):
                EmitLoad(BitsOf(of[0]), of[1], of[2]);
                return true;
            case var _ when open == typeof(LoadForWrite<>):
                EmitLoadForWrite(BitsOf(of[0]));
                return true;
            case var _ when open == typeof(Store<,>):
                EmitStore(BitsOf(of[0]), of[1], () => EmitGet(Current.A, BitsOf(of[0])));
                return true;
            case var _ when open == typeof(StoreImmediate<>):
                EmitStore(BitsOf(of[0]), typeof(FromBaseAndIndex), () => _il.EmitConstant(Current.Immediate));
                return true;
            case var _ when open == typeof(Push<>):
                EmitPush(() => EmitSource(of[0] == typeof(FromImmediate) ? of[0] : typeof(FromFirst), 64));
                return true;
            case var _ when open == typeof(Plain<,,>):
                EmitPlain(of[0], BitsOf(of[1]), of[2]);
                return true;
            case var _ when open == typeof(WithFlags<,,>):
                EmitWithFlags(of[0], BitsOf(of[1]), of[2], writes: true);
                return true;
            case var _ when open == typeof(FlagsOnly<,,>):
                EmitWithFlags(of[0], BitsOf(of[1]), of[2], writes: false);
                return true;
            default:
                return TryEmitUnary(open, of);
        }
    }

    private bool TryEmitPlainStep(Type meaning)
    {
        if (meaning == typeof(Pop))
        {
            EmitPop();
            return true;
        }

        if (meaning == typeof(SetIf) && CanEmitCondition(Current.Extra))
        {
            EmitSet(Current.A, 8, () =>
            {
                EmitCondition(Current.Extra);
                _il.Emit(OpCodes.Conv_U8);
            },
            8);
            return true;
        }

        bool wide = meaning == typeof(RotateLeft64) || meaning == typeof(RotateRight64);
        if (wide || meaning == typeof(RotateLeft32) || meaning == typeof(RotateRight32))
        {
            bool left = meaning == typeof(RotateLeft64) || meaning == typeof(RotateLeft32);
            EmitRotation(wide ? 64 : 32, left);
            return true;
        }

        return false;
    }

    private bool TryEmitUnary(Type open, Type[] of)
    {
        int bits = BitsOf(of[^1]);
        switch (open)
        {
            case var _ when open == typeof(Complement<>):
                EmitSet(Current.A, bits, () =>
                {
                    EmitGet(Current.A, bits);
                    _il.Emit(OpCodes.Not);
                });
                return true;
            case var _ when open == typeof(Negate<>):
                EmitNegation(bits);
                return true;
            case var _ when open == typeof(NegateFlags<>):
                EmitNegationWithFlags(bits);
                return true;
            case var _ when open == typeof(Shift<,>):
                EmitShift(of[0], bits, Current.A, () => _il.EmitInt((int)Current.Immediate));
                return true;
            case var _ when open == typeof(ShiftFlags<,>):
                EmitShiftWithFlags(of[0], bits);
                return true;
            case var _ when open == typeof(ShiftBy<,>):
                EmitShift(of[0], bits, Current.B, () => EmitShiftCount(bits));
                return true;
            case var _ when open == typeof(Multiply<,>):
                bits = BitsOf(of[0]);
                EmitSet(Current.A, bits, () =>
                {
                    EmitGet(Current.B, bits);
                    EmitSource(of[1], bits);
                    _il.Emit(OpCodes.Mul);
                });
                return true;
            case var _ when open == typeof(MoveIf<>) && CanEmitCondition(Current.Extra):
                EmitMoveIf(bits);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Calls what the interpreter does for a step that is not emitted here: it works on the state.</summary>
    private void EmitStepCall(Type meaning)
    {
        StoreFlags();
        _registers.Store(SetOf(Current.A) | SetOf(Current.B) | SetOf(Current.Index));
        _il.Emit(OpCodes.Ldarg_1);
        _il.EmitPointer(_block.At(_at));
        _il.Emit(OpCodes.Call, meaning.GetMethod("Do")!);
        _il.Emit(OpCodes.Pop);
        if (RegisterLocals.NumberOf(Current.A) is >= 0 and var number)
        {
            _registers.EmitLoad(number);
        }
    }

    private static uint SetOf(int slot) => RegisterLocals.NumberOf(slot) is >= 0 and var number ? 1u << number : 0;

    /// <summary>
    /// An instruction that runs through its operation: it may write any register, fault, and change code or the mapping of memory.
    /// </summary>
    private void EmitCallOut(Type meaning)
    {
        _registers.Store();
        StoreFlags();
        Label aside = _il.DefineLabel();
        Label back = _il.DefineLabel();
        _il.Emit(OpCodes.Br, aside);
        _il.MarkLabel(back);
        RegionBlock block = _block;
        int at = _at;
        int counted = _counted;
        _counted = 0;
        _registers.Widths = default;
        _bottom = _chain = EmitLeave(block, 0);
        Label after = WayOut(_at + 1);
        string name = meaning == typeof(RunOperation) ? nameof(CallsOut.Run) : meaning == typeof(MoveString) ? nameof(CallsOut.Move) : nameof(CallsOut.Store);
        _asides.Add(() =>
        {
            _il.MarkLabel(aside);
            EmitCount(OpCodes.Sub, counted);
            EmitStateStore(Slot.Remaining, () => _il.Emit(OpCodes.Ldloc, _remaining));
            EmitStateStore(Slot.Block, () => _il.EmitPointer(block.Source));
            _il.Emit(OpCodes.Ldarg_0);
            _il.EmitPointer(block.At(at));
            _il.Emit(OpCodes.Call, typeof(CallsOut).GetMethod(name)!);
            EmitReloads();
            EmitState(Slot.CodeVersion);
            _il.Emit(OpCodes.Ldloc, _version);
            _il.Emit(OpCodes.Bne_Un, after);

            // A long repetition has drawn on the budget.
            EmitBudgetCheck(0, after);
            _il.Emit(OpCodes.Br, back);
        });
    }

    /// <summary>A transfer whose target is known only when it runs, a call, a stop: mostly the interpreter's.</summary>
    private void EmitTransfer(Type meaning)
    {
        if (meaning == typeof(Call) && _block.Taken is not null)
        {
            EmitBudgetCheck();
            EmitPush(() => _il.EmitConstant(Current.Immediate));
            EmitEdge(_block.Taken);
        }
        else if (meaning == typeof(Return) && _block.Returns.Length > 0)
        {
            EmitReturn();
        }
        else
        {
            _il.Emit(OpCodes.Br, WayOut());
        }
    }

    /// <summary>Near the end of the budget the interpreter does the transfer, and what comes then.</summary>
    private void EmitBudgetCheck() => EmitBudgetCheck(_counted, WayOut());

    private void EmitBudgetCheck(int counted, Label wayOut)
    {
        _il.Emit(OpCodes.Ldloc, _remaining);
        _il.EmitConstant((ulong)(_plan.Bound + counted));
        _il.Emit(OpCodes.Ble, wayOut);
    }

    /// <summary>To where the region's own calls come back; the interpreter goes elsewhere.</summary>
    private void EmitReturn()
    {
        EmitBudgetCheck();
        EmitGet(Slot.Rsp, 64);
        EmitLookUp(Slot.ReadTable, 8);
        EmitHostRead(Slot.ReadTable, 64);
        _il.Emit(OpCodes.Stloc, _value);
        Label outside = WayOut();
        Label[] known = [.. _block.Returns.Select(_ => _il.DefineLabel())];
        for (int i = 0; i < known.Length; i++)
        {
            _il.Emit(OpCodes.Ldloc, _value);
            _il.EmitConstant(_block.Returns[i].Rip);
            _il.Emit(OpCodes.Beq, known[i]);
        }

        _il.Emit(OpCodes.Br, outside);
        Branch here = Here(_block);
        for (int i = 0; i < known.Length; i++)
        {
            _il.MarkLabel(known[i]);
            GoBackTo(here);
            EmitSet(Slot.Rsp, 64, () =>
            {
                _il.Emit(OpCodes.Ldloc, _address);
                _il.EmitConstant(8 + Current.Immediate);
                _il.Emit(OpCodes.Add);
            });
            EmitEdge(_block.Returns[i]);
        }
    }

    private void EmitDecision(Type meaning)
    {
        if (_block.Taken is null && _block.Next is null)
        {
            _il.Emit(OpCodes.Br, WayOut());
            return;
        }

        if (_block.Edges.Any(to => to.Rip <= _block.Rip))
        {
            EmitBudgetCheck();
        }

        if (meaning == typeof(Always) || meaning == typeof(Never))
        {
            EmitEdge(meaning == typeof(Always) ? _block.Taken! : _block.Next!);
            return;
        }

        // An edge out of the region leaves before the decision, which the interpreter makes again.
        Label taken = _il.DefineLabel();
        Label outside = _block.Taken is null || _block.Next is null ? WayOut() : default;
        EmitTaken(meaning);
        _il.Emit(OpCodes.Brtrue, _block.Taken is null ? outside : taken);
        Branch here = Here(_block);
        if (_block.Next is null)
        {
            _il.Emit(OpCodes.Br, outside);
        }
        else
        {
            EmitEdge(_block.Next);
        }

        if (_block.Taken is not null)
        {
            GoBackTo(here);
            _il.MarkLabel(taken);
            EmitEdge(_block.Taken);
        }
    }

    private Branch Here(RegionBlock block) => new(block, _flags, _registers.Unstored, _counted, _registers.Widths);

    private void GoBackTo(Branch here)
    {
        _flags = here.Flags;
        _registers.Unstored = here.Unstored;
        _registers.Widths = here.Widths;
        _counted = here.Counted;
    }

    private void EmitEdge(RegionBlock to)
    {
        _registers.ForgetTemporaries();
        if (!_heads.Contains(to))
        {
            _branches.Push(Here(to));
            _il.Emit(OpCodes.Br, _starts[to]);
            return;
        }

        _registers.Store();
        if (!WritesFlagsFirst(to))
        {
            StoreFlags();
        }

        EmitCount(OpCodes.Sub, _counted);
        _il.Emit(OpCodes.Br, _starts[to]);
    }
}
