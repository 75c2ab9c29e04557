using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Rare control transfers. An operation leaves the target in RIP; the block ends with a jump there.</summary>
internal static class ControlOperations
{
    /// <summary>What a guest asks for that sets RFLAGS.TF.</summary>
    public const string SingleStep = "single step (RFLAGS.TF)";

    // VM, and the reserved bits.
    private const ulong ReturnedFlags = Flags.Writable & ~0x0018_0000ul;

    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Jrcxz_rel8_64 => static (Core core, in Instruction i) => Branch(core, in i, core.Gpr(Slot.Rcx) == 0),
        Code.Jecxz_rel8_64 => static (Core core, in Instruction i) => Branch(core, in i, (uint)core.Gpr(Slot.Rcx) == 0),
        Code.Loop_rel8_64_RCX or Code.Loop_rel8_64_ECX => static (Core core, in Instruction i) => Loop(core, in i, true),
        Code.Loope_rel8_64_RCX or Code.Loope_rel8_64_ECX =>
            static (Core core, in Instruction i) => Loop(core, in i, (core.Flags & Flags.Zero) != 0),
        Code.Loopne_rel8_64_RCX or Code.Loopne_rel8_64_ECX =>
            static (Core core, in Instruction i) => Loop(core, in i, (core.Flags & Flags.Zero) == 0),
        Code.Retfq => FarReturn,
        Code.Iretq => InterruptReturn,
        _ => null,
    };

    private static void Branch(Core core, in Instruction i, bool taken) => core.Rip = taken ? i.NearBranchTarget : i.NextIP;

    private static void Loop(Core core, in Instruction i, bool condition)
    {
        bool narrow = i.Code is Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_ECX or Code.Loopne_rel8_64_ECX;
        ulong count = core.Gpr(Slot.Rcx) - 1;
        if (narrow)
        {
            count = (uint)count;
        }

        core.Gpr(Slot.Rcx) = count;
        Branch(core, in i, count != 0 && condition);
    }

    /// <summary>As firmware and kernels reload CS. The segment must be one of 64-bit code at level 0.</summary>
    private static void FarReturn(Core core, in Instruction i)
    {
        ulong stack = core.Gpr(Slot.Rsp);
        ulong target = core.Memory.Read(stack, 8);
        ushort selector = (ushort)core.Memory.Read(stack + 8, 8);
        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i));
        CheckTarget(target);
        core.System.Segments[SegmentRegisters.Code] = code;
        core.Gpr(Slot.Rsp) = stack + 16;
        core.Rip = target;
    }

    /// <summary>IRETQ to the same level (Intel SDM Vol. 2, IRET; the stack is always popped in 64-bit mode).</summary>
    private static void InterruptReturn(Core core, in Instruction i)
    {
        if ((core.Rflags & Flags.NestedTask) != 0)
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "IRETQ with RFLAGS.NT set");
        }

        ulong stack = core.Gpr(Slot.Rsp);
        ulong target = core.Memory.Read(stack, 8);
        ushort selector = (ushort)core.Memory.Read(stack + 8, 8);
        ulong flags = core.Memory.Read(stack + 16, 8);
        ulong newStack = core.Memory.Read(stack + 24, 8);
        ushort stackSelector = (ushort)core.Memory.Read(stack + 32, 8);
        SegmentRegister code = SegmentLoader.FindCode(core, selector, InstructionText.Of(in i));
        CheckTarget(target);
        if ((flags & Flags.Trap) != 0)
        {
            throw GuestStopException.NotModelled(SingleStep);
        }

        SegmentLoader.LoadData(core, SegmentRegisters.Stack, stackSelector);
        core.System.Segments[SegmentRegisters.Code] = code;
        core.Rflags = (core.Rflags & ~ReturnedFlags) | (flags & ReturnedFlags);
        core.Gpr(Slot.Rsp) = newStack;
        core.Rip = target;
    }

    private static void CheckTarget(ulong target)
    {
        if (!GuestMemory.IsCanonical(target))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "RIP is not canonical");
        }
    }
}
