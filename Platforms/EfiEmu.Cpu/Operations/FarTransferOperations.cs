using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// Far jumps, calls and returns, and returns from interrupts, to code at level 0 (Intel SDM Vol. 2, JMP, CALL, RET, IRET): the ways
/// between 64-bit code, 32-bit code in compatibility mode and protected mode. They leave the target in RIP.
/// </summary>
internal static class FarTransferOperations
{
    /// <summary>What a guest asks for that sets RFLAGS.TF.</summary>
    public const string SingleStep = "single step (RFLAGS.TF)";

    // VIF and VIP are not among them.
    private const ulong ReturnedFlags = Flags.Writable & ~0x0018_0000ul;
    private const ulong Virtual8086 = 1ul << 17;

    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Jmp_ptr1616 or Code.Jmp_ptr1632 or Code.Jmp_m1616 or Code.Jmp_m1632 or Code.Jmp_m1664 => Jump,
        Code.Call_ptr1616 or Code.Call_ptr1632 or Code.Call_m1616 or Code.Call_m1632 or Code.Call_m1664 => Call,
        Code.Retfw or Code.Retfd or Code.Retfq or Code.Retfw_imm16 or Code.Retfd_imm16 or Code.Retfq_imm16 => Return,
        Code.Iretw or Code.Iretd or Code.Iretq => InterruptReturn,
        _ => null,
    };

    private static void Jump(Core core, in Instruction i)
    {
        (ushort selector, ulong target, _) = TargetOf(core, in i);
        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i));
        CheckTarget(core, in code, target);
        core.EnterCode(in code, target);
    }

    private static void Call(Core core, in Instruction i)
    {
        (ushort selector, ulong target, int bytes) = TargetOf(core, in i);
        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i));
        CheckTarget(core, in code, target);

        // The second push may fault: the first is made again then, by the instruction that runs again.
        ulong old = core.Gpr(Slot.Rsp);
        StackAccess.Push(core, core.System.Segments[SegmentRegisters.Code].Selector, bytes);
        try
        {
            StackAccess.Push(core, i.NextIP, bytes);
        }
        catch (GuestStopException)
        {
            core.Gpr(Slot.Rsp) = old;
            throw;
        }

        core.EnterCode(in code, target);
    }

    private static void Return(Core core, in Instruction i)
    {
        int bytes = i.Code switch
        {
            Code.Retfq or Code.Retfq_imm16 => 8,
            Code.Retfd or Code.Retfd_imm16 => 4,
            _ => 2,
        };
        ulong target = StackAccess.Peek(core, 0, bytes);
        ushort selector = (ushort)StackAccess.Peek(core, bytes, bytes);
        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i), isReturn: true);
        CheckTarget(core, in code, target);
        ulong released = i.OpCount == 0 ? 0ul : i.Immediate16;
        StackAccess.Release(core, (ulong)(2 * bytes) + released);
        core.EnterCode(in code, target);
    }

    private static void InterruptReturn(Core core, in Instruction i)
    {
        if ((core.Rflags & Flags.NestedTask) != 0)
        {
            throw core.System.IsLongActive
                ? GuestStopException.Fault(ExceptionVector.GeneralProtection, "IRET with RFLAGS.NT set")
                : GuestStopException.NotModelled("IRET to another task");
        }

        int bytes = i.Code switch { Code.Iretq => 8, Code.Iretd => 4, _ => 2 };
        ulong target = StackAccess.Peek(core, 0, bytes);
        ushort selector = (ushort)StackAccess.Peek(core, bytes, bytes);
        ulong flags = StackAccess.Peek(core, 2 * bytes, bytes);
        bool popsStack = core.Mode == CodeMode.Long;
        ulong newStack = popsStack ? StackAccess.Peek(core, 3 * bytes, bytes) : 0;
        ushort stackSelector = popsStack ? (ushort)StackAccess.Peek(core, 4 * bytes, bytes) : (ushort)0;
        if (!core.System.IsLongActive && bytes == 4 && (flags & Virtual8086) != 0)
        {
            throw GuestStopException.NotModelled("IRETD to virtual-8086 mode");
        }

        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i), isReturn: true);
        CheckTarget(core, in code, target);
        if ((flags & Flags.Trap) != 0)
        {
            throw GuestStopException.NotModelled(SingleStep);
        }

        if (popsStack)
        {
            SegmentLoader.LoadData(core, SegmentRegisters.Stack, stackSelector);
            core.Gpr(Slot.Rsp) = newStack;
        }
        else
        {
            StackAccess.Release(core, (ulong)(3 * bytes));
        }

        ulong returned = bytes == 2 ? ReturnedFlags & 0xFFFF : ReturnedFlags;
        core.Rflags = (core.Rflags & ~returned) | (flags & returned);
        core.EnterCode(in code, target);
    }

    // The operand in the instruction or in memory, and the size of an offset.
    private static (ushort Selector, ulong Target, int Bytes) TargetOf(Core core, in Instruction i)
    {
        switch (i.Op0Kind)
        {
            case OpKind.FarBranch16:
                return (i.FarBranchSelector, i.FarBranch16, 2);
            case OpKind.FarBranch32:
                return (i.FarBranchSelector, i.FarBranch32, 4);
            default:
                int bytes = i.MemorySize.GetSize() - 2;
                ulong address = core.EffectiveAddress(in i);
                ulong target = core.Memory.Read(address, bytes);
                return ((ushort)core.Memory.Read((address + (ulong)bytes) & core.Memory.AddressMask, 2), target, bytes);
        }
    }

    // 32-bit code here always reaches 4 GiB.
    private static void CheckTarget(Core core, in SegmentRegister code, ulong target)
    {
        bool isLong = core.System.IsLongActive && code.Descriptor.IsLong;
        if (isLong ? !GuestMemory.IsCanonical(target) : target > uint.MaxValue)
        {
            throw GuestStopException.Fault(
                ExceptionVector.GeneralProtection, isLong ? "RIP is not canonical" : "EIP is beyond the limit of the code segment");
        }
    }
}
