using System.Reflection.Emit;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;

namespace EfiEmu.Cpu.Regions;

/// <content>Moves, memory, arithmetic.</content>
internal sealed unsafe partial class RegionCompiler
{
    private void EmitExtend(Type load)
    {
        Type[] of = load.GetGenericArguments();
        bool signed = load.GetGenericTypeDefinition() == typeof(Signed<,>);
        EmitSet(Current.A, signed ? BitsOf(of[1]) : 64, () =>
        {
            EmitGet(Current.B, BitsOf(of[0]));
            if (signed)
            {
                EmitSignExtension(BitsOf(of[0]));
            }
        },
        signed ? 64 : WidthOf(Current.B, BitsOf(of[0])));
    }

    private void EmitLoad(int bits, Type load, Type address)
    {
        Type open = load.GetGenericTypeDefinition();
        EmitAddressOf(address);
        EmitLookUp(Slot.ReadTable, bits / 8);
        if (open == typeof(Low<>))
        {
            EmitSet(Current.A, bits, () => EmitHostRead(Slot.ReadTable, bits), bits);
        }
        else if (open == typeof(Whole<>))
        {
            EmitSet(Current.A, 64, () => EmitHostRead(Slot.ReadTable, bits), bits);
        }
        else
        {
            EmitSet(Current.A, BitsOf(load.GetGenericArguments()[1]), () =>
            {
                EmitHostRead(Slot.ReadTable, bits);
                EmitSignExtension(bits);
            });
        }
    }

    private void EmitLoadForWrite(int bits)
    {
        EmitAddressOf(typeof(FromBaseAndIndex));
        EmitLookUp(Slot.WriteTable, bits / 8);
        EmitSet(Current.A, 64, () => EmitHostRead(Slot.WriteTable, bits), bits);
    }

    private void EmitStore(int bits, Type address, Action value)
    {
        EmitAddressOf(address);
        EmitLookUp(Slot.WriteTable, bits / 8);
        EmitHostWrite(bits, value);
    }

    private void EmitPush(Action value)
    {
        EmitGet(Slot.Rsp, 64);
        _il.EmitConstant(8);
        _il.Emit(OpCodes.Sub);
        EmitLookUp(Slot.WriteTable, 8);
        EmitHostWrite(64, value);
        EmitSet(Slot.Rsp, 64, () => _il.Emit(OpCodes.Ldloc, _address));
    }

    private void EmitPop()
    {
        EmitGet(Slot.Rsp, 64);
        EmitLookUp(Slot.ReadTable, 8);
        EmitSet(Slot.Rsp, 64, () =>
        {
            _il.Emit(OpCodes.Ldloc, _address);
            _il.EmitConstant(8);
            _il.Emit(OpCodes.Add);
        });
        EmitSet(Current.A, 64, () => EmitHostRead(Slot.ReadTable, 64));
    }

    private static OpCode InstructionOf(Type binary) =>
        binary == typeof(Add) ? OpCodes.Add
        : binary == typeof(Subtract) ? OpCodes.Sub
        : binary == typeof(And) ? OpCodes.And
        : binary == typeof(Or) ? OpCodes.Or
        : OpCodes.Xor;

    private void EmitPlain(Type binary, int bits, Type source)
    {
        int width = WidthOfResult(binary, bits, source);
        EmitSet(Current.A, bits, () =>
        {
            EmitGet(Current.A, bits);
            EmitSource(source, bits);
            _il.Emit(InstructionOf(binary));
        },
        width);
    }

    /// <summary>How many low bits of a result may be other than zero before it is cut off.</summary>
    private int WidthOfResult(Type binary, int bits, Type source)
    {
        int a = WidthOf(Current.A, bits);
        int b = WidthOfSource(source, bits);
        return binary == typeof(And) ? Math.Min(a, b) : binary == typeof(Or) || binary == typeof(Xor) ? Math.Max(a, b) : 64;
    }

    private void EmitWithFlags(Type binary, int bits, Type source, bool writes)
    {
        if (binary == typeof(Subtract))
        {
            KeepSubtraction(bits, () => EmitGet(Current.A, bits), () => EmitSource(source, bits));
            if (writes)
            {
                EmitSet(Current.A, bits, () =>
                {
                    _il.Emit(OpCodes.Ldloc, _flagA);
                    _il.Emit(OpCodes.Ldloc, _flagB);
                    _il.Emit(OpCodes.Sub);
                });
            }

            return;
        }

        int width = binary == typeof(Add) ? bits : WidthOfResult(binary, bits, source);
        EmitGet(Current.A, bits);
        EmitSource(source, bits);
        if (binary == typeof(Add))
        {
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Stloc, _flagB);
        }

        _il.Emit(InstructionOf(binary));
        if (binary == typeof(Add))
        {
            EmitCut(bits);
        }

        _il.Emit(OpCodes.Stloc, _flagA);
        _flags = new KeptFlags(Core.KindOf(binary == typeof(Add) ? FlagKind.Add8 : FlagKind.Logic8, bits));
        if (writes)
        {
            EmitSet(Current.A, bits, () => _il.Emit(OpCodes.Ldloc, _flagA), width);
        }
    }

    /// <summary>Keeps both operands, which may come from the flags kept before.</summary>
    private void KeepSubtraction(int bits, Action a, Action b)
    {
        a();
        b();
        _il.Emit(OpCodes.Stloc, _flagB);
        _il.Emit(OpCodes.Stloc, _flagA);
        _flags = new KeptFlags(Core.KindOf(FlagKind.Sub8, bits));
    }

    private void EmitNegation(int bits) => EmitSet(Current.A, bits, () =>
    {
        EmitGet(Current.A, bits);
        _il.Emit(OpCodes.Neg);
    });

    private void EmitNegationWithFlags(int bits)
    {
        KeepSubtraction(bits, () => _il.EmitConstant(0), () => EmitGet(Current.A, bits));
        EmitSet(Current.A, bits, () =>
        {
            _il.Emit(OpCodes.Ldloc, _flagB);
            _il.Emit(OpCodes.Neg);
        });
    }

    private void EmitRotation(int bits, bool left)
    {
        int count = (int)Current.Immediate & (bits - 1);
        EmitSet(Current.A, bits, () =>
        {
            EmitGet(Current.A, bits);
            if (bits == 32)
            {
                _il.Emit(OpCodes.Conv_U4);
            }

            _il.EmitInt(count);
            string name = left ? nameof(System.Numerics.BitOperations.RotateLeft) : nameof(System.Numerics.BitOperations.RotateRight);
            Type operand = bits == 64 ? typeof(ulong) : typeof(uint);
            _il.Emit(OpCodes.Call, typeof(System.Numerics.BitOperations).GetMethod(name, [operand, typeof(int)])!);
            if (bits == 32)
            {
                _il.Emit(OpCodes.Conv_U8);
            }
        },
        bits);
    }

    private void EmitShift(Type shift, int bits, int source, Action count)
    {
        int width = shift == typeof(ShiftRight) ? WidthOf(source, bits) : 64;
        EmitSet(Current.A, bits, () =>
        {
            EmitGet(source, bits);
            EmitShifted(shift, bits, count);
        },
        width);
    }

    private void EmitShifted(Type shift, int bits, Action count)
    {
        if (shift == typeof(ShiftRightSigned))
        {
            EmitSignExtension(bits);
        }

        count();
        _il.Emit(shift == typeof(ShiftLeft) ? OpCodes.Shl : shift == typeof(ShiftRight) ? OpCodes.Shr_Un : OpCodes.Shr);
    }

    private void EmitShiftCount(int bits)
    {
        EmitGet(Current.Index, 8);
        _il.Emit(OpCodes.Conv_I4);
        _il.EmitInt(bits - 1);
        _il.Emit(OpCodes.And);
    }

    private void EmitShiftWithFlags(Type shift, int bits)
    {
        int count = (int)Current.Immediate;
        EmitGet(Current.A, bits);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Stloc, _shifted);
        EmitShifted(shift, bits, () => _il.EmitInt(count));
        if (shift != typeof(ShiftRight))
        {
            EmitCut(bits);
        }

        _il.Emit(OpCodes.Stloc, _flagA);
        _flags = new KeptFlags(Core.KindOf(FlagKind.Result8, bits), shift, count);
        EmitSet(Current.A, bits, () => _il.Emit(OpCodes.Ldloc, _flagA), bits);
    }

    /// <summary>
    /// The second value that flags follow from. Of a shift: bit 0 is CF, the last bit shifted out; bit 1 is OF as if the count were 1.
    /// </summary>
    private void EmitFlagB(KeptFlags flags)
    {
        if (flags.Shift is null)
        {
            _il.Emit(OpCodes.Ldloc, _flagB);
            return;
        }

        int bits = flags.Bits;
        if (flags.Shift == typeof(ShiftLeft))
        {
            // OF is the sign of the result, exclusive or CF.
            EmitBit(_shifted, bits - flags.Count);
            EmitBit(_flagA, bits - 1);
            EmitBit(_shifted, bits - flags.Count);
            _il.Emit(OpCodes.Xor);
            EmitDoubled();
            return;
        }

        EmitBit(_shifted, flags.Count - 1);
        if (flags.Shift == typeof(ShiftRight))
        {
            EmitBit(_shifted, bits - 1);
            EmitDoubled();
        }
    }

    private void EmitBit(LocalBuilder value, int bit)
    {
        _il.Emit(OpCodes.Ldloc, value);
        _il.EmitInt(bit);
        _il.Emit(OpCodes.Shr_Un);
        _il.EmitConstant(1);
        _il.Emit(OpCodes.And);
    }

    private void EmitDoubled()
    {
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Or);
    }
}
