using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <content>The instructions that programs mostly consist of.</content>
internal sealed partial class Lowering
{
    private bool LowerCommon(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Nop or Mnemonic.Endbr64 or Mnemonic.Endbr32 or Mnemonic.Pause or Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1
            or Mnemonic.Prefetcht2 or Mnemonic.Prefetchnta or Mnemonic.Prefetchw or Mnemonic.Lfence or Mnemonic.Sfence
            or Mnemonic.Mfence or Mnemonic.Reservednop => true,
        Mnemonic.Mov => LowerMove(in instruction),
        Mnemonic.Movzx => LowerExtend(in instruction, signed: false),
        Mnemonic.Movsx or Mnemonic.Movsxd => LowerExtend(in instruction, signed: true),
        Mnemonic.Cdqe => EmitPair(MicroCode.SignExtend32To64, Slot.Rax, Slot.Rax),
        Mnemonic.Cwde => EmitPair(MicroCode.SignExtend16To32, Slot.Rax, Slot.Rax),
        Mnemonic.Lea => LowerLea(in instruction),
        Mnemonic.Add => LowerArithmetic(in instruction, 0),
        Mnemonic.Or => LowerArithmetic(in instruction, 1),
        Mnemonic.And => LowerArithmetic(in instruction, 2),
        Mnemonic.Sub => LowerArithmetic(in instruction, 3),
        Mnemonic.Xor => LowerArithmetic(in instruction, 4),
        Mnemonic.Cmp => LowerCompare(in instruction, test: false),
        Mnemonic.Test => LowerCompare(in instruction, test: true),
        Mnemonic.Adc => LowerCarry(in instruction, MicroCode.AddWithCarry64, MicroCode.AddWithCarry32),
        Mnemonic.Sbb => LowerCarry(in instruction, MicroCode.SubtractWithBorrow64, MicroCode.SubtractWithBorrow32),
        Mnemonic.Inc => LowerUnary(in instruction, MicroCode.IncrementFlags64, MicroCode.IncrementFlags32, 1),
        Mnemonic.Dec => LowerUnary(in instruction, MicroCode.DecrementFlags64, MicroCode.DecrementFlags32, ulong.MaxValue),
        Mnemonic.Neg => LowerNegate(in instruction),
        Mnemonic.Not => LowerNot(in instruction),
        Mnemonic.Bswap => LowerSwap(in instruction),
        Mnemonic.Shl => LowerShift(in instruction, 0),
        Mnemonic.Shr => LowerShift(in instruction, 1),
        Mnemonic.Sar => LowerShift(in instruction, 2),
        Mnemonic.Rol => LowerRotate(in instruction, MicroCode.RotateLeft64, MicroCode.RotateLeft32),
        Mnemonic.Ror => LowerRotate(in instruction, MicroCode.RotateRight64, MicroCode.RotateRight32),
        Mnemonic.Shlx => LowerThree(in instruction, MicroCode.ShiftLeftBy64, MicroCode.ShiftLeftBy32),
        Mnemonic.Shrx => LowerThree(in instruction, MicroCode.ShiftRightBy64, MicroCode.ShiftRightBy32),
        Mnemonic.Sarx => LowerThree(in instruction, MicroCode.ShiftRightSignedBy64, MicroCode.ShiftRightSignedBy32),
        Mnemonic.Bzhi => LowerThree(in instruction, MicroCode.ZeroHighBits64, MicroCode.ZeroHighBits32) && Know(KnownFlags.Result),
        Mnemonic.Imul => LowerMultiply(in instruction),
        Mnemonic.Lzcnt => LowerScan(in instruction, MicroCode.LeadingZeros64, MicroCode.LeadingZeros32),
        Mnemonic.Tzcnt => LowerScan(in instruction, MicroCode.TrailingZeros64, MicroCode.TrailingZeros32),
        Mnemonic.Bsr => LowerScan(in instruction, MicroCode.ScanReverse64, MicroCode.ScanReverse32),
        Mnemonic.Bsf => LowerScan(in instruction, MicroCode.ScanForward64, MicroCode.ScanForward32),
        Mnemonic.Push => LowerPush(in instruction),
        Mnemonic.Pop => LowerPop(in instruction),
        Mnemonic.Jmp => LowerJump(in instruction),
        Mnemonic.Call => LowerCall(in instruction),
        Mnemonic.Ret => LowerReturn(in instruction),
        Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsd or Mnemonic.Movsq => LowerString(in instruction, MicroCode.MoveString),
        Mnemonic.Stosb or Mnemonic.Stosw or Mnemonic.Stosd or Mnemonic.Stosq => LowerString(in instruction, MicroCode.StoreString),
        _ => LowerConditional(in instruction),
    };

    private bool Know(KnownFlags flags)
    {
        _known = flags;
        return true;
    }

    private bool EmitPair(MicroCode code, byte a, byte b)
    {
        Emit(new MicroOp { Code = code, A = a, B = b });
        return true;
    }

    private bool LowerMove(in Instruction instruction)
    {
        OpKind source = instruction.Op1Kind;
        if (instruction.Op0Kind == OpKind.Memory)
        {
            int bits = instruction.MemorySize.GetSize() * 8;
            if (IsImmediate(source))
            {
                EmitIndexed(in instruction, StoreImmediateOf(bits), 0, instruction.GetImmediate(1));
                return true;
            }

            if (RegisterMap.Bits(instruction.Op1Register) == 0)
            {
                return false;
            }

            EmitAccess(in instruction, StoreOf(bits), Gpr(instruction.Op1Register));
            return true;
        }

        int width = RegisterMap.Bits(instruction.Op0Register);
        if (width == 0)
        {
            return false;
        }

        byte target = Gpr(instruction.Op0Register);
        if (source == OpKind.Memory)
        {
            if (width >= 32)
            {
                EmitAccess(in instruction, LoadOf(width), target);
            }
            else
            {
                EmitIndexed(in instruction, width == 16 ? MicroCode.LoadLow16Indexed : MicroCode.LoadLow8Indexed, target);
            }

            return true;
        }

        if (IsImmediate(source))
        {
            ulong value = instruction.GetImmediate(1);
            MicroCode code = width switch { 16 => MicroCode.MoveImmediate16, 8 => MicroCode.MoveImmediate8, _ => MicroCode.MoveImmediate64 };
            Emit(new MicroOp { Code = code, A = target, Immediate = width == 32 ? (uint)value : value });
            return true;
        }

        if (source != OpKind.Register || RegisterMap.Bits(instruction.Op1Register) == 0)
        {
            return false;
        }

        MicroCode move = width switch { 64 => MicroCode.Move64, 32 => MicroCode.Move32, 16 => MicroCode.Move16, _ => MicroCode.Move8 };
        return EmitPair(move, target, Gpr(instruction.Op1Register));
    }

    private bool LowerExtend(in Instruction instruction, bool signed)
    {
        int to = RegisterMap.Bits(instruction.Op0Register);
        int from = BitsOf(in instruction, 1);
        if (to < 32 || from == to)
        {
            return false;
        }

        byte target = Gpr(instruction.Op0Register);
        bool memory = instruction.Op1Kind == OpKind.Memory;
        if (!signed && memory)
        {
            EmitAccess(in instruction, LoadOf(from), target);
            return true;
        }

        if (!signed)
        {
            return EmitPair(from == 16 ? MicroCode.ZeroExtend16 : MicroCode.ZeroExtend8, target, Gpr(instruction.Op1Register));
        }

        MicroCode code = (from, to, memory) switch
        {
            (32, 64, true) => MicroCode.LoadSigned32To64Indexed,
            (16, 64, true) => MicroCode.LoadSigned16To64Indexed,
            (8, 64, true) => MicroCode.LoadSigned8To64Indexed,
            (16, 32, true) => MicroCode.LoadSigned16To32Indexed,
            (8, 32, true) => MicroCode.LoadSigned8To32Indexed,
            (32, 64, false) => MicroCode.SignExtend32To64,
            (16, 64, false) => MicroCode.SignExtend16To64,
            (8, 64, false) => MicroCode.SignExtend8To64,
            (16, 32, false) => MicroCode.SignExtend16To32,
            _ => MicroCode.SignExtend8To32,
        };
        if (!memory)
        {
            return EmitPair(code, target, Gpr(instruction.Op1Register));
        }

        EmitIndexed(in instruction, code, target);
        return true;
    }

    private bool LowerLea(in Instruction instruction)
    {
        if (HasNarrowAddress(in instruction))
        {
            return false;
        }

        byte target = Gpr(instruction.Op0Register);
        switch (RegisterMap.Bits(instruction.Op0Register))
        {
            case 64:
                EmitAccess(in instruction, MicroCode.Lea64, target);
                return true;
            case 32:
                EmitIndexed(in instruction, MicroCode.Lea32Indexed, target);
                return true;
            default:
                EmitIndexed(in instruction, MicroCode.Lea64Indexed, Slot.Temp);
                return EmitPair(MicroCode.Move16, target, Slot.Temp);
        }
    }

    private bool LowerPush(in Instruction instruction)
    {
        if (instruction.Code is Code.Pushq_imm32 or Code.Pushq_imm8)
        {
            Emit(new MicroOp { Code = MicroCode.PushImmediate, Immediate = instruction.GetImmediate(0) });
            return true;
        }

        if (instruction.Code == Code.Push_r64)
        {
            Emit(new MicroOp { Code = MicroCode.Push, A = Gpr(instruction.Op0Register) });
            return true;
        }

        if (instruction.Code != Code.Push_rm64)
        {
            return false;
        }

        if (instruction.Op0Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, MicroCode.Load64, Slot.Temp);
            Emit(new MicroOp { Code = MicroCode.Push, A = Slot.Temp });
            return true;
        }

        Emit(new MicroOp { Code = MicroCode.Push, A = Gpr(instruction.Op0Register) });
        return true;
    }

    private bool LowerPop(in Instruction instruction)
    {
        if (instruction.Op0Kind != OpKind.Register || RegisterMap.Bits(instruction.Op0Register) != 64)
        {
            return false;
        }

        Emit(new MicroOp { Code = MicroCode.Pop, A = Gpr(instruction.Op0Register) });
        return true;
    }

    private bool LowerString(in Instruction instruction, MicroCode code)
    {
        // The plain shapes only: 64-bit addresses and no segment base.
        bool plain = code == MicroCode.MoveString
            ? instruction.Op0Kind == OpKind.MemoryESRDI && instruction.Op1Kind == OpKind.MemorySegRSI
                && instruction.SegmentPrefix is not (Iced.Intel.Register.FS or Iced.Intel.Register.GS)
            : instruction.Op0Kind == OpKind.MemoryESRDI;
        if (!plain)
        {
            return false;
        }

        Emit(new MicroOp
        {
            Code = code,
            Extra = (byte)instruction.MemorySize.GetSize(),
            A = instruction.HasRepPrefix || instruction.HasRepnePrefix ? (byte)1 : (byte)0,
        });
        return true;
    }
}
