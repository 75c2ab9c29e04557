using EfiEmu.Cpu.Tests.Native;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

public sealed class SelfModifyingCodeTests
{
    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Store_IntoTheNextInstructionOfTheSameBlock_TakesEffectAtOnce(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label patched = c.CreateLabel();
            c.lea(rbx, __qword_ptr[patched]);
            c.mov(__byte_ptr[rbx + 1], 77);
            c.Label(ref patched);
            c.mov(al, 1);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(77ul, machine.Processor[Register.Rax]);
        Assert.Equal(4ul, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Store_OverNopsBehindIt_TakesEffectAtOnce(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label patched = c.CreateLabel();
            c.lea(rbx, __qword_ptr[patched]);
            c.mov(__word_ptr[rbx], 0xC0FF);
            c.Label(ref patched);
            c.nop();
            c.nop();
            c.hlt();
        });

        // FF C0 is INC EAX.
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(1ul, machine.Processor[Register.Rax]);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Store_IntoALinkedBlock_DropsItFromTheLoop(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label loop = c.CreateLabel();
            Iced.Intel.Label body = c.CreateLabel();
            Iced.Intel.Label next = c.CreateLabel();
            c.lea(rbx, __qword_ptr[body]);
            c.xor(ecx, ecx);
            c.Label(ref loop);
            c.jmp(body);
            c.Label(ref body);
            c.add(rdx, 1);
            c.jmp(next);
            c.Label(ref next);
            c.inc(ecx);
            c.mov(__byte_ptr[rbx + 3], cl);
            c.cmp(ecx, 10);
            c.jne(loop);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(1ul + 45, machine.Processor[Register.Rdx]);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void RepeatedStore_OverCode_TakesEffectBehindIt(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label patched = c.CreateLabel();
            c.lea(rdi, __qword_ptr[patched]);
            c.mov(al, 0xF4);
            c.mov(ecx, 4);
            c.rep.stosb();
            c.Label(ref patched);
            c.ud2();
            c.ud2();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(5ul, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void InvalidateCode_HostRewroteTheCode_RunsTheNewCode(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        machine.Run(c =>
        {
            c.mov(eax, 1);
            c.hlt();
        });
        machine.Load(c =>
        {
            c.mov(eax, 2);
            c.hlt();
        });
        machine.Processor.InvalidateCode(Machine.Code, 5);
        machine.Processor.Rip = Machine.Code;
        machine.Processor.Run(10);
        Assert.Equal(2ul, machine.Processor[Register.Rax]);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Store_BesideTheCodeInItsPage_KeepsTheBlocks(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label loop = c.CreateLabel();
            c.mov(rbx, Machine.Code + 0x800);
            c.mov(ecx, 100_000);
            c.Label(ref loop);
            c.mov(__qword_ptr[rbx], rcx);
            c.dec(ecx);
            c.jne(loop);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(300_003ul, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Code_RewrittenWithoutEnd_DoesNotEatTheHost(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(
            c =>
            {
                Iced.Intel.Label loop = c.CreateLabel();
                Iced.Intel.Label patched = c.CreateLabel();
                c.lea(rbx, __qword_ptr[patched]);
                c.Label(ref loop);
                c.inc(__byte_ptr[rbx + 1]);
                c.jmp(patched);
                c.Label(ref patched);
                c.mov(al, 1);
                c.jmp(loop);
            },
            200_000);
        Assert.Equal(ProcessorExitKind.BudgetExhausted, exit.Kind);
    }
}
