using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <content>Jumps, calls, returns, and what a condition decides.</content>
internal sealed partial class Lowering
{
    private static int ConditionOf(in Instruction instruction) => (int)instruction.ConditionCode - 1;

    private bool LowerJump(in Instruction instruction)
    {
        if (instruction.IsJmpShortOrNear)
        {
            TakenRip = instruction.NearBranchTarget;
            End(new MicroOp { Code = MicroCode.Jump });
            return true;
        }

        if (instruction.Code != Code.Jmp_rm64)
        {
            return false;
        }

        End(new MicroOp { Code = MicroCode.JumpTo, A = BranchTarget(in instruction) });
        return true;
    }

    private bool LowerCall(in Instruction instruction)
    {
        if (instruction.Code == Code.Call_rel32_64)
        {
            TakenRip = instruction.NearBranchTarget;
            End(new MicroOp { Code = MicroCode.Call, Immediate = instruction.NextIP });
            return true;
        }

        if (instruction.Code != Code.Call_rm64)
        {
            return false;
        }

        End(new MicroOp { Code = MicroCode.CallTo, A = BranchTarget(in instruction), Immediate = instruction.NextIP });
        return true;
    }

    private byte BranchTarget(in Instruction instruction)
    {
        if (instruction.Op0Kind != OpKind.Memory)
        {
            return Gpr(instruction.Op0Register);
        }

        EmitAccess(in instruction, MicroCode.Load64, Slot.Temp);
        return Slot.Temp;
    }

    private bool LowerReturn(in Instruction instruction)
    {
        if (instruction.Code is not (Code.Retnq or Code.Retnq_imm16))
        {
            return false;
        }

        End(new MicroOp { Code = MicroCode.Return, Immediate = instruction.Code == Code.Retnq ? 0ul : instruction.Immediate16 });
        return true;
    }

    private bool LowerConditional(in Instruction instruction)
    {
        if (instruction.ConditionCode == ConditionCode.None)
        {
            return false;
        }

        if (instruction.IsJccShortOrNear)
        {
            TakenRip = instruction.NearBranchTarget;
            End(JumpAfterKnown(ConditionOf(in instruction)));
            return true;
        }

        // LOOPE and LOOPNE have a condition too, but are none of these.
        byte condition = (byte)ConditionOf(in instruction);
        int bits = instruction.OpCount == 0 ? 0 : BitsOf(in instruction, 0);
        if (instruction.OpCount == 1 && bits == 8)
        {
            bool memory = instruction.Op0Kind == OpKind.Memory;
            Emit(new MicroOp { Code = MicroCode.SetIf, A = memory ? (byte)Slot.Temp : Gpr(instruction.Op0Register), Extra = condition });
            if (memory)
            {
                EmitStoreBack(in instruction, 8);
            }

            return true;
        }

        if (instruction.OpCount != 2 || bits < 32 || instruction.Op0Kind != OpKind.Register)
        {
            return false;
        }

        MicroOp move = new() { Code = bits == 64 ? MicroCode.MoveIf64 : MicroCode.MoveIf32, A = Gpr(instruction.Op0Register), Extra = condition };
        if (instruction.Op1Kind == OpKind.Memory)
        {
            EmitAccess(in instruction, LoadOf(bits), Slot.Temp);
            move.B = Slot.Temp;
        }
        else
        {
            move.B = Gpr(instruction.Op1Register);
        }

        Emit(in move);
        return true;
    }

    /// <summary>A conditional jump whose flags an earlier instruction of the block left: read where they stand.</summary>
    private MicroOp JumpAfterKnown(int condition)
    {
        if (_known != KnownFlags.No && (condition & ~1) == 4)
        {
            if (_known < KnownFlags.Sub8)
            {
                return new MicroOp { Code = condition == 4 ? MicroCode.JumpIfResultZero : MicroCode.JumpIfResultNotZero };
            }
        }

        (bool test, int bits) = _known switch
        {
            KnownFlags.Logic8 => (true, 8),
            KnownFlags.Logic32 => (true, 32),
            KnownFlags.Logic64 => (true, 64),
            KnownFlags.Sub8 => (false, 8),
            KnownFlags.Sub32 => (false, 32),
            KnownFlags.Sub64 => (false, 64),
            _ => (false, 0),
        };
        return bits != 0 && MicroCodes.FusedJump(test, bits, immediate: false, condition) is { } fused
            ? new MicroOp { Code = fused, A = Slot.FlagA, B = test ? (byte)Slot.FlagA : (byte)Slot.FlagB }
            : new MicroOp { Code = MicroCode.JumpIf, Extra = (byte)condition };
    }
}
