using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Operations;

/// <summary>Instructions that push and pop, as far as they have no micro-operation: all of them in 32-bit code.</summary>
internal static class StackOperations
{
    // IOPL, NT, IF, TF and the rest that POPF may change at privilege level 0.
    private const ulong PoppedFlags = Flags.Writable & ~0x0018_0000ul;

    // PUSHA stores from EAX down to EDI.
    private const int AllRegisters = 8;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Push => Push,
        Mnemonic.Pop => Pop,
        Mnemonic.Pushfq or Mnemonic.Pushfd => static (Core core, in Instruction i) =>
            StackAccess.Push(core, core.Rflags & ~0x3_0000ul, -i.StackPointerIncrement),
        Mnemonic.Pushf => static (Core core, in Instruction _) => StackAccess.Push(core, core.Rflags, 2),
        Mnemonic.Popfq or Mnemonic.Popfd or Mnemonic.Popf => PopFlags,
        Mnemonic.Pusha or Mnemonic.Pushad => PushAll,
        Mnemonic.Popa or Mnemonic.Popad => PopAll,
        Mnemonic.Enter when instruction.Code is Code.Enterq_imm16_imm8 or Code.Enterd_imm16_imm8 or Code.Enterw_imm16_imm8 => Enter,
        Mnemonic.Leave when instruction.Code is Code.Leaveq or Code.Leaved or Code.Leavew => Leave,
        _ => null,
    };

    private static void Push(Core core, in Instruction i)
    {
        bool isSegment = i.Op0Kind == OpKind.Register && i.Op0Register.IsSegmentRegister();
        ulong value = isSegment ? core.System.Segments[i.Op0Register - IcedRegister.ES].Selector : core.Read(in i, 0);
        StackAccess.Push(core, value, -i.StackPointerIncrement);
    }

    private static void Pop(Core core, in Instruction i)
    {
        ulong old = core.Gpr(Slot.Rsp);
        int bytes = i.StackPointerIncrement;
        ulong value = StackAccess.Peek(core, 0, bytes);
        if (i.Op0Kind == OpKind.Register && i.Op0Register.IsSegmentRegister())
        {
            SegmentLoader.LoadData(core, i.Op0Register - IcedRegister.ES, (ushort)value);
            core.Gpr(Slot.Rsp) = (old + (ulong)bytes) & StackAccess.Mask(core);
            return;
        }

        if (i.Op0Kind == OpKind.Memory)
        {
            // An address that uses RSP uses it after the increment; a fault leaves it as it was.
            ulong after = (old + (ulong)bytes) & StackAccess.Mask(core);
            core.Gpr(Slot.Rsp) = after;
            ulong address;
            try
            {
                address = core.EffectiveAddress(in i);
            }
            finally
            {
                core.Gpr(Slot.Rsp) = old;
            }

            core.Memory.Write(address, value, bytes);
            core.Gpr(Slot.Rsp) = after;
            return;
        }

        StackAccess.Release(core, (ulong)bytes);
        core.Write(in i, 0, value);
    }

    private static void PopFlags(Core core, in Instruction i)
    {
        int bytes = i.StackPointerIncrement;
        ulong value = StackAccess.Peek(core, 0, bytes);
        ulong mask = bytes == 2 ? PoppedFlags & 0xFFFF : PoppedFlags;
        if ((value & Flags.Trap) != 0)
        {
            throw GuestStopException.NotModelled(FarTransferOperations.SingleStep);
        }

        StackAccess.Release(core, (ulong)bytes);
        core.Rflags = (core.Rflags & ~mask) | (value & mask);
    }

    private static void PushAll(Core core, in Instruction i)
    {
        int bytes = -i.StackPointerIncrement / AllRegisters;
        ulong bottom = (core.Gpr(Slot.Rsp) - (ulong)(AllRegisters * bytes)) & uint.MaxValue;
        for (int number = 0; number < AllRegisters; number++)
        {
            // All or nothing, and ESP as it was before.
            core.Memory.CheckWrite(StackAccess.At(core, (uint)(bottom + (ulong)(number * bytes)), bytes, isWrite: true), bytes);
        }

        for (int number = 0; number < AllRegisters; number++)
        {
            ulong pointer = (uint)(bottom + (ulong)((AllRegisters - 1 - number) * bytes));
            core.Memory.Write(StackAccess.At(core, pointer, bytes, isWrite: true), core.Gpr(number * 8), bytes);
        }

        core.Gpr(Slot.Rsp) = bottom;
    }

    private static void PopAll(Core core, in Instruction i)
    {
        int bytes = i.StackPointerIncrement / AllRegisters;
        Span<ulong> values = stackalloc ulong[AllRegisters];
        for (int number = 0; number < AllRegisters; number++)
        {
            values[number] = StackAccess.Peek(core, (AllRegisters - 1 - number) * bytes, bytes);
        }

        for (int number = 0; number < AllRegisters; number++)
        {
            if (number != Slot.Rsp / 8)
            {
                core.WriteRegister((bytes == 4 ? IcedRegister.EAX : IcedRegister.AX) + number, values[number]);
            }
        }

        StackAccess.Release(core, (ulong)(AllRegisters * bytes));
    }

    private static void Enter(Core core, in Instruction i)
    {
        int bytes = i.Code switch { Code.Enterq_imm16_imm8 => 8, Code.Enterd_imm16_imm8 => 4, _ => 2 };
        ulong mask = StackAccess.Mask(core);
        int level = i.Immediate8_2nd & 31;
        ulong top = (core.Gpr(Slot.Rsp) - (ulong)bytes) & mask;
        ulong frame = top;
        core.Memory.Write(StackAccess.At(core, top, bytes, isWrite: true), core.Gpr(Slot.Rbp), bytes);
        for (int depth = 1; depth < level; depth++)
        {
            ulong outer = (core.Gpr(Slot.Rbp) - (ulong)(bytes * depth)) & mask;
            top = (top - (ulong)bytes) & mask;
            ulong value = core.Memory.Read(StackAccess.At(core, outer, bytes, isWrite: false), bytes);
            core.Memory.Write(StackAccess.At(core, top, bytes, isWrite: true), value, bytes);
        }

        if (level > 0)
        {
            top = (top - (ulong)bytes) & mask;
            core.Memory.Write(StackAccess.At(core, top, bytes, isWrite: true), frame, bytes);
        }

        ulong bottom = (top - i.Immediate16) & mask;
        core.Memory.CheckWrite(StackAccess.At(core, bottom, 1, isWrite: true), 1);
        core.WriteRegister(Frame(bytes), frame);
        core.Gpr(Slot.Rsp) = bottom;
    }

    private static void Leave(Core core, in Instruction i)
    {
        int bytes = i.Code switch { Code.Leaveq => 8, Code.Leaved => 4, _ => 2 };
        ulong frame = core.Gpr(Slot.Rbp) & StackAccess.Mask(core);
        core.WriteRegister(Frame(bytes), core.Memory.Read(StackAccess.At(core, frame, bytes, isWrite: false), bytes));
        core.Gpr(Slot.Rsp) = (frame + (ulong)bytes) & StackAccess.Mask(core);
    }

    /// <summary>With 2 bytes, only the lower part of RBP becomes the frame.</summary>
    private static IcedRegister Frame(int bytes) => bytes switch { 8 => IcedRegister.RBP, 4 => IcedRegister.EBP, _ => IcedRegister.BP };
}
