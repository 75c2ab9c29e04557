using System.Buffers.Binary;
using EfiEmu.Cpu.Tests.Native;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>Code that runs so often that its micro-operations are joined behaves as it did before.</summary>
public sealed class FrequentCodeTests
{
    private const ulong Enough = 100_000_000;

    // Rounds after which the loops below do something new; the loop is joined long before.
    private const int RoundsLog2 = 18;
    private const ulong Rounds = 1ul << RoundsLog2;

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Loop_OfManyRounds_ComputesAndCountsAsItsModel(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(
            c =>
            {
                Iced.Intel.Label loop = c.CreateLabel();
                c.mov(rdi, Machine.Data);
                c.mov(rcx, Rounds);
                c.Label(ref loop);
                c.mov(rax, __qword_ptr[rdi]);
                c.imul(rax, rax, 25);
                c.add(rax, rcx);
                c.rol(rax, 7);
                c.push(rax);
                c.pop(rdx);
                c.xor(edx, ecx);
                c.shr(rdx, 3);
                c.mov(__qword_ptr[rdi + 8], rdx);
                c.mov(__qword_ptr[rdi], rax);
                c.sub(rcx, 1);
                c.jne(loop);
                c.hlt();
            },
            Enough);

        ulong value = 0;
        ulong narrow = 0;
        for (ulong round = Rounds; round > 0; round--)
        {
            value = ulong.RotateLeft((value * 25) + round, 7);
            narrow = ((uint)value ^ (uint)round) >> 3;
        }

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(value, BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(Machine.Data, 8)));
        Assert.Equal(narrow, BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(Machine.Data + 8, 8)));
        Assert.Equal((Rounds * 12) + 3, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Fault_InTheMiddleOfAFrequentBlock_IsPrecise(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(
            c =>
            {
                Iced.Intel.Label loop = c.CreateLabel();
                c.mov(rdi, Machine.Data);
                c.xor(ecx, ecx);
                c.Label(ref loop);
                c.mov(rdx, rcx);
                c.shr(rdx, RoundsLog2);
                c.shl(rdx, 32);
                c.mov(rax, __qword_ptr[rdi + rdx]);
                c.mov(rbx, rcx);
                c.inc(rcx);
                c.jmp(loop);
            },
            Enough);

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault), (exit.Kind, exit.Vector));
        Assert.Equal(Machine.Data + (1ul << 32), exit.Address);
        Assert.Equal(1ul << 32, machine.Processor[Register.Rdx]);
        Assert.Equal(Rounds - 1, machine.Processor[Register.Rbx]);
        Assert.Equal(2 + (Rounds * 7) + 3, machine.Processor.InstructionsRetired);
        Assert.Equal((byte)0x48, machine.Bus.At(machine.Processor.Rip, 1)[0]);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Store_IntoTheNextInstructionOfAFrequentBlock_TakesEffectAtOnce(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ProcessorExit exit = machine.Run(
            c =>
            {
                Iced.Intel.Label loop = c.CreateLabel();
                Iced.Intel.Label patched = c.CreateLabel();
                c.mov(rbx, Machine.Data);
                c.lea(rsi, __qword_ptr[patched]);
                c.sub(rsi, rbx);
                c.xor(ecx, ecx);
                c.xor(eax, eax);
                c.Label(ref loop);
                c.mov(rdx, rcx);
                c.shr(rdx, RoundsLog2);
                c.imul(rdx, rsi);
                c.mov(__byte_ptr[rbx + rdx + 1], 77);
                c.Label(ref patched);
                c.mov(al, 1);
                c.inc(rcx);
                c.cmp(al, 77);
                c.jne(loop);
                c.hlt();
            },
            Enough);

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(Rounds + 1, machine.Processor[Register.Rcx]);
        Assert.Equal(77ul, machine.Processor[Register.Rax]);
        Assert.Equal(5 + ((Rounds + 1) * 8) + 1, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Budget_SpentInFrequentCode_EndsTheRunWithinABlock(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        machine.Load(c =>
        {
            Iced.Intel.Label loop = c.CreateLabel();
            c.Label(ref loop);
            c.add(rax, 1);
            c.add(rbx, rax);
            c.jmp(loop);
        });
        for (ulong run = 1; run <= 50; run++)
        {
            Assert.Equal(ProcessorExitKind.BudgetExhausted, machine.Processor.Run(30_000).Kind);
            Assert.Equal(run * 30_000, machine.Processor.InstructionsRetired);
            Assert.Equal(run * 10_000, machine.Processor[Register.Rax]);
        }
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void Push_OfEachRegister_StoresThatRegister(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        ulong top = machine.Processor[Register.Rsp];
        Iced.Intel.AssemblerRegister64[] registers = [rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];
        machine.Run(c =>
        {
            for (int i = 0; i < registers.Length; i++)
            {
                c.mov(registers[i], 100 + i);
            }

            foreach (Iced.Intel.AssemblerRegister64 register in registers)
            {
                c.push(register);
            }

            c.push(rsp);
            c.hlt();
        });
        for (int i = 0; i < registers.Length; i++)
        {
            Assert.Equal(100ul + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(top - (8ul * (ulong)(i + 1)), 8)));
        }

        ulong before = top - (8ul * (ulong)registers.Length);
        Assert.Equal(before, BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(before - 8, 8)));
    }
}
