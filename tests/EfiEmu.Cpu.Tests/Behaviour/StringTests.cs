using EfiEmu.Cpu.Tests.Native;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

public sealed class StringTests
{
    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void RepeatedMove_FaultInTheMiddle_CanBeResumed(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        machine.Bus.Unmap(Machine.Data + 0x1000);
        new Random(1).NextBytes(machine.Bus.At(Machine.Code + 0x800, 0x100));
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rsi, Machine.Code + 0x800);
            c.mov(rdi, Machine.Data + 0xF80);
            c.mov(ecx, 0x20);
            c.rep.movsq();
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Fault, Machine.Data + 0x1000), (exit.Kind, exit.Address));
        Assert.Equal(0x10ul, machine.Processor[Register.Rcx]);
        Assert.Equal(Machine.Data + 0x1000, machine.Processor[Register.Rdi]);
        Assert.Equal(Machine.Code + 0x880, machine.Processor[Register.Rsi]);
        Assert.Equal(3ul, machine.Processor.InstructionsRetired);

        machine.Bus.Map(Machine.Data + 0x1000, 1);
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100).Kind);
        Assert.Equal(5ul, machine.Processor.InstructionsRetired);
        Assert.True(machine.Bus.At(Machine.Data + 0x1000, 0x80).SequenceEqual(machine.Bus.At(Machine.Code + 0x880, 0x80)));
    }

    [Theory]
    [InlineData(1, 8, 300, false)]
    [InlineData(3, 8, 300, false)]
    [InlineData(9, 8, 300, false)]
    [InlineData(-3, 8, 300, false)]
    [InlineData(1, 1, 5000, false)]
    [InlineData(2, 4, 900, true)]
    [InlineData(-2, 4, 900, true)]
    [InlineData(-1, 1, 3000, true)]
    public void RepeatedMove_OverlappingAndAcrossPages_EqualsOneElementAtATime(int distance, int size, int count, bool down)
    {
        using Machine machine = new();
        machine.Bus.Map(0x50_0000, 8);
        Span<byte> memory = machine.Bus.At(0x50_0000, 0x8000);
        new Random(5).NextBytes(memory);
        byte[] expected = memory.ToArray();
        int from = down ? 0x6001 : 0x1003;
        for (int i = 0; i < count; i++)
        {
            int at = from + ((down ? -i : i) * size);
            expected.AsSpan(at, size).ToArray().CopyTo(expected, at + distance);
        }

        machine.Processor[Register.Rsi] = 0x50_0000 + (ulong)from;
        machine.Processor[Register.Rdi] = 0x50_0000 + (ulong)(from + distance);
        machine.Processor[Register.Rcx] = (ulong)count;
        ProcessorExit exit = machine.Run(c =>
        {
            if (down)
            {
                c.std();
            }

            switch (size)
            {
                case 1:
                    c.rep.movsb();
                    break;
                case 4:
                    c.rep.movsd();
                    break;
                default:
                    c.rep.movsq();
                    break;
            }

            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(0ul, machine.Processor[Register.Rcx]);
        Assert.True(memory.SequenceEqual(expected));
    }

    [Theory]
    [MemberData(nameof(ExecutionTiers.Names), MemberType = typeof(ExecutionTiers))]
    public void RepeatedStore_OfAHugeCount_DrawsOnTheBudget(string tier)
    {
        using Machine machine = new(bus => ExecutionTiers.Make(tier, bus));
        machine.Bus.Map(0x1000_0000, 0x4000);
        machine.Processor[Register.Rdi] = 0x1000_0000;
        machine.Processor[Register.Rcx] = 0x400_0000;
        ProcessorExit exit = machine.Run(
            c =>
            {
                c.rep.stosb();
                c.hlt();
            },
            1000);
        Assert.Equal(ProcessorExitKind.BudgetExhausted, exit.Kind);
        Assert.Equal(Machine.Code, machine.Processor.Rip);
        Assert.Equal(0ul, machine.Processor.InstructionsRetired);
        Assert.Equal(0x1400_0000ul, machine.Processor[Register.Rdi] + machine.Processor[Register.Rcx]);
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100_000_000).Kind);
        Assert.Equal(2ul, machine.Processor.InstructionsRetired);
    }
}
