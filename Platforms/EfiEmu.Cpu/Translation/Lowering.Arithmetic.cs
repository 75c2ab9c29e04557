using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <content>Arithmetic, shifts, multiplication and bit scans.</content>
internal sealed partial class Lowering
{
    private bool FlagsNeeded => _flagsNeeded[_index];

    private bool LowerArithmetic(in Instruction instruction, int operation)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.Op0Kind == OpKind.Memory)
        {
            // The load checks that the store will work, so that flags change only when memory does.
            EmitIndexed(in instruction, LoadForWriteOf(bits), Slot.Temp);
            EmitArithmetic(in instruction, operation, bits, Slot.Temp, 1);
            EmitStoreBack(in instruction, bits);
            return true;
        }

        EmitArithmetic(in instruction, operation, bits, Gpr(instruction.Op0Register), 1);
        return true;
    }

    private void EmitStoreBack(in Instruction instruction, int bits) => EmitAccess(in instruction, StoreOf(bits), Slot.Temp);

    private void EmitArithmetic(in Instruction instruction, int operation, int bits, byte target, int source)
    {
        OpKind kind = instruction.GetOpKind(source);
        bool immediate = IsImmediate(kind);
        bool flags = FlagsNeeded || bits < 32;
        MicroOp result = new() { A = target };
        result.Code = flags ? MicroCodes.WithFlags(operation, bits, immediate) : MicroCodes.Plain(operation, bits, immediate);
        if (immediate)
        {
            result.Immediate = instruction.GetImmediate(source);
        }
        else if (kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            result.B = Slot.Temp;
        }
        else
        {
            result.B = Gpr(instruction.GetOpRegister(source));
        }

        bool clears = operation is 3 or 4 && !flags && !immediate && result.B == target;
        Emit(clears ? new MicroOp { Code = MicroCode.MoveImmediate64, A = target } : result);
        if (flags)
        {
            _known = operation switch
            {
                0 => KnownFlags.Result,
                3 => bits switch { 64 => KnownFlags.Sub64, 32 => KnownFlags.Sub32, 8 => KnownFlags.Sub8, _ => KnownFlags.No },
                _ => bits switch { 64 => KnownFlags.Logic64, 32 => KnownFlags.Logic32, 8 => KnownFlags.Logic8, _ => KnownFlags.Result },
            };
        }
    }

    private bool LowerCompare(in Instruction instruction, bool test)
    {
        int bits = BitsOf(in instruction, 0);
        MicroOp compare = new();
        if (instruction.Op0Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            compare.A = Slot.Temp;
        }
        else
        {
            compare.A = Gpr(instruction.Op0Register);
        }

        bool immediate = IsImmediate(instruction.Op1Kind);
        if (immediate)
        {
            compare.Immediate = instruction.GetImmediate(1);
        }
        else if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            compare.B = Slot.Temp;
        }
        else
        {
            compare.B = Gpr(instruction.Op1Register);
        }

        if (_index + 1 < _total && _instructions[_index + 1].IsJccShortOrNear)
        {
            ref readonly Instruction jump = ref _instructions[_index + 1];
            if (MicroCodes.FusedJump(test, bits, immediate, ConditionOf(in jump)) is { } fused)
            {
                compare.Code = fused;
                TakenRip = jump.NearBranchTarget;
                End(in compare);
                _index++;
                return true;
            }
        }

        compare.Code = MicroCodes.WithFlags(test ? 6 : 5, bits, immediate);
        if (FlagsNeeded)
        {
            Emit(in compare);
        }

        return Know((test, bits) switch
        {
            (true, 64) => KnownFlags.Logic64,
            (true, 32) => KnownFlags.Logic32,
            (true, 8) => KnownFlags.Logic8,
            (false, 64) => KnownFlags.Sub64,
            (false, 32) => KnownFlags.Sub32,
            (false, 8) => KnownFlags.Sub8,
            _ => KnownFlags.No,
        });
    }

    private bool LowerCarry(in Instruction instruction, MicroCode wide, MicroCode narrow)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.Op0Kind != OpKind.Register || bits < 32)
        {
            return false;
        }

        MicroCode code = bits == 64 ? wide : narrow;
        MicroOp result = new() { A = Gpr(instruction.Op0Register) };
        if (IsImmediate(instruction.Op1Kind))
        {
            // The immediate form stands two places on.
            code += 2;
            result.Immediate = instruction.GetImmediate(1);
        }
        else if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            result.B = Slot.Temp;
        }
        else
        {
            result.B = Gpr(instruction.Op1Register);
        }

        result.Code = code;
        Emit(in result);
        return Know(KnownFlags.Result);
    }

    /// <summary>INC and DEC of 32 and 64 bits; without flags they are an addition.</summary>
    private bool LowerUnary(in Instruction instruction, MicroCode wide, MicroCode narrow, ulong step)
    {
        int bits = BitsOf(in instruction, 0);
        if (bits < 32)
        {
            return false;
        }

        bool memory = instruction.Op0Kind == OpKind.Memory;
        byte target = memory ? (byte)Slot.Temp : Gpr(instruction.Op0Register);
        if (memory)
        {
            EmitIndexed(in instruction, LoadForWriteOf(bits), Slot.Temp);
        }

        Emit(FlagsNeeded
            ? new MicroOp { Code = bits == 64 ? wide : narrow, A = target }
            : new MicroOp { Code = MicroCodes.Plain(0, bits, immediate: true), A = target, Immediate = step });
        if (memory)
        {
            EmitStoreBack(in instruction, bits);
        }

        return !FlagsNeeded || Know(KnownFlags.Result);
    }

    private bool LowerNegate(in Instruction instruction)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.Op0Kind != OpKind.Register || bits < 32)
        {
            return false;
        }

        byte target = Gpr(instruction.Op0Register);
        if (!FlagsNeeded)
        {
            Emit(new MicroOp { Code = bits == 64 ? MicroCode.Negate64 : MicroCode.Negate32, A = target });
            return true;
        }

        Emit(new MicroOp { Code = bits == 64 ? MicroCode.NegateFlags64 : MicroCode.NegateFlags32, A = target });
        return Know(bits == 64 ? KnownFlags.Sub64 : KnownFlags.Sub32);
    }

    private bool LowerNot(in Instruction instruction)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.Op0Kind != OpKind.Register || bits < 32)
        {
            return false;
        }

        Emit(new MicroOp { Code = bits == 64 ? MicroCode.Not64 : MicroCode.Not32, A = Gpr(instruction.Op0Register) });
        return true;
    }

    private bool LowerSwap(in Instruction instruction)
    {
        int bits = BitsOf(in instruction, 0);
        if (bits < 32)
        {
            return false;
        }

        Emit(new MicroOp { Code = bits == 64 ? MicroCode.ByteSwap64 : MicroCode.ByteSwap32, A = Gpr(instruction.Op0Register) });
        return true;
    }

    private bool LowerShift(in Instruction instruction, int operation)
    {
        int bits = BitsOf(in instruction, 0);
        if (!IsImmediate(instruction.Op1Kind))
        {
            return LowerShiftByCl(in instruction, operation, bits);
        }

        int count = instruction.Immediate8 & (bits == 64 ? 63 : 31);
        if (count == 0 || count >= bits)
        {
            return false;
        }

        MicroCode code = bits switch
        {
            64 => MicroCode.ShiftLeft64,
            32 => MicroCode.ShiftLeft32,
            16 => MicroCode.ShiftLeftFlags16,
            _ => MicroCode.ShiftLeftFlags8,
        };
        code += (ushort)operation;
        if (bits < 32)
        {
            _known = KnownFlags.Result;
        }
        else if (FlagsNeeded)
        {
            // The forms with flags follow three shifts and three rotates.
            code += 6;
            _known = KnownFlags.Result;
        }

        EmitModification(in instruction, bits, new MicroOp { Code = code, Immediate = (ulong)count });
        return true;
    }

    private bool LowerShiftByCl(in Instruction instruction, int operation, int bits)
    {
        if (bits < 32)
        {
            return false;
        }

        MicroOp shift = new() { Index = Slot.Rcx };
        if (FlagsNeeded)
        {
            shift.Code = bits == 64 ? MicroCode.ShiftLeftFlagsByCl64 : MicroCode.ShiftLeftFlagsByCl32;
            _known = KnownFlags.No;
        }
        else
        {
            shift.Code = bits == 64 ? MicroCode.ShiftLeftBy64 : MicroCode.ShiftLeftBy32;
        }

        shift.Code += (ushort)operation;
        EmitModification(in instruction, bits, shift);
        return true;
    }

    /// <summary>An operation on a register or on memory that is both operand and result.</summary>
    private void EmitModification(in Instruction instruction, int bits, MicroOp operation)
    {
        bool memory = instruction.Op0Kind == OpKind.Memory;
        operation.A = memory ? (byte)Slot.Temp : Gpr(instruction.Op0Register);
        operation.B = operation.A;
        if (memory)
        {
            EmitIndexed(in instruction, LoadForWriteOf(bits), Slot.Temp);
        }

        Emit(in operation);
        if (memory)
        {
            EmitStoreBack(in instruction, bits);
        }
    }

    private bool LowerRotate(in Instruction instruction, MicroCode wide, MicroCode narrow)
    {
        int bits = BitsOf(in instruction, 0);
        bool left = wide == MicroCode.RotateLeft64;
        if (bits < 32 || (FlagsNeeded && !left) || instruction.Op0Kind != OpKind.Register || !IsImmediate(instruction.Op1Kind))
        {
            return false;
        }

        int count = instruction.Immediate8 & (bits - 1);
        if (FlagsNeeded)
        {
            if (count == 0)
            {
                return false;
            }

            _known = KnownFlags.No;
            wide = MicroCode.RotateLeftFlags64;
            narrow = MicroCode.RotateLeftFlags32;
        }

        Emit(new MicroOp { Code = bits == 64 ? wide : narrow, A = Gpr(instruction.Op0Register), Immediate = (ulong)count });
        return true;
    }

    /// <summary>target = source operation control, where the control is a register.</summary>
    private bool LowerThree(in Instruction instruction, MicroCode wide, MicroCode narrow)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.Encoding != EncodingKind.VEX)
        {
            return false;
        }

        MicroOp result = new() { Code = bits == 64 ? wide : narrow, A = Gpr(instruction.Op0Register), Index = Gpr(instruction.Op2Register) };
        if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            result.B = Slot.Temp;
        }
        else
        {
            result.B = Gpr(instruction.Op1Register);
        }

        Emit(in result);
        return true;
    }

    private bool LowerMultiply(in Instruction instruction)
    {
        int bits = BitsOf(in instruction, 0);
        if (instruction.OpCount < 2 || bits < 32)
        {
            return false;
        }

        byte source = Slot.Temp;
        if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
        }
        else
        {
            source = Gpr(instruction.Op1Register);
        }

        bool immediate = instruction.OpCount == 3;
        MicroCode code = bits == 64 ? MicroCode.Multiply64 : MicroCode.Multiply32;
        code += (ushort)((FlagsNeeded ? 1 : 0) + (immediate ? 2 : 0));
        Emit(new MicroOp
        {
            Code = code,
            A = Gpr(instruction.Op0Register),
            B = source,
            Index = Gpr(instruction.Op0Register),
            Immediate = immediate ? instruction.GetImmediate(2) : 0,
        });
        return !FlagsNeeded || Know(KnownFlags.Result);
    }

    private bool LowerScan(in Instruction instruction, MicroCode wide, MicroCode narrow)
    {
        int bits = BitsOf(in instruction, 0);
        if (bits < 32)
        {
            return false;
        }

        MicroOp result = new() { Code = bits == 64 ? wide : narrow, A = Gpr(instruction.Op0Register) };
        if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            result.B = Slot.Temp;
        }
        else
        {
            result.B = Gpr(instruction.Op1Register);
        }

        Emit(in result);
        return Know(KnownFlags.Result);
    }
}
