using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// Near transfers without a micro-operation: loops, and the calls and returns of 32-bit code. An operation leaves the target in RIP; the
/// block ends with a jump there.
/// </summary>
internal static class ControlOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Code switch
    {
        Code.Jrcxz_rel8_64 => static (Core core, in Instruction i) => Branch(core, in i, core.Gpr(Slot.Rcx) == 0),
        Code.Jecxz_rel8_64 or Code.Jecxz_rel8_32 => static (Core core, in Instruction i) => Branch(core, in i, (uint)core.Gpr(Slot.Rcx) == 0),
        Code.Jcxz_rel8_32 => static (Core core, in Instruction i) => Branch(core, in i, (ushort)core.Gpr(Slot.Rcx) == 0),
        Code.Loop_rel8_64_RCX or Code.Loop_rel8_64_ECX or Code.Loop_rel8_32_ECX or Code.Loop_rel8_32_CX =>
            static (Core core, in Instruction i) => Loop(core, in i, true),
        Code.Loope_rel8_64_RCX or Code.Loope_rel8_64_ECX or Code.Loope_rel8_32_ECX or Code.Loope_rel8_32_CX =>
            static (Core core, in Instruction i) => Loop(core, in i, (core.Flags & Flags.Zero) != 0),
        Code.Loopne_rel8_64_RCX or Code.Loopne_rel8_64_ECX or Code.Loopne_rel8_32_ECX or Code.Loopne_rel8_32_CX =>
            static (Core core, in Instruction i) => Loop(core, in i, (core.Flags & Flags.Zero) == 0),
        Code.Call_rel32_32 => static (Core core, in Instruction i) => Call(core, in i, i.NearBranchTarget),
        Code.Call_rm32 => static (Core core, in Instruction i) => Call(core, in i, core.Read(in i, 0)),
        Code.Jmp_rm32 => static (Core core, in Instruction i) => core.Rip = core.Read(in i, 0),
        Code.Retnd or Code.Retnd_imm16 => Return,
        _ => null,
    };

    private static void Branch(Core core, in Instruction i, bool taken) => core.Rip = taken ? i.NearBranchTarget : i.NextIP;

    private static void Loop(Core core, in Instruction i, bool condition)
    {
        IcedRegister counter = i.Code switch
        {
            Code.Loop_rel8_64_RCX or Code.Loope_rel8_64_RCX or Code.Loopne_rel8_64_RCX => IcedRegister.RCX,
            Code.Loop_rel8_32_CX or Code.Loope_rel8_32_CX or Code.Loopne_rel8_32_CX => IcedRegister.CX,
            _ => IcedRegister.ECX,
        };
        core.WriteRegister(counter, core.ReadRegister(counter) - 1);
        Branch(core, in i, core.ReadRegister(counter) != 0 && condition);
    }

    private static void Call(Core core, in Instruction i, ulong target)
    {
        StackAccess.Push(core, i.NextIP, 4);
        core.Rip = target;
    }

    private static void Return(Core core, in Instruction i)
    {
        ulong target = StackAccess.Peek(core, 0, 4);
        StackAccess.Release(core, 4ul + (i.OpCount == 0 ? 0ul : i.Immediate16));
        core.Rip = target;
    }
}
