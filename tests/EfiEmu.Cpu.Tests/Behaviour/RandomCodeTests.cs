namespace EfiEmu.Cpu.Tests.Behaviour;

public sealed class RandomCodeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_RandomBytes_EndsWithAnExitAndNeverAnException(int seed)
    {
        Random random = new(seed);
        using Machine machine = new();
        Processor processor = machine.Processor;
        HashSet<ProcessorExitKind> seen = [];
        for (int round = 0; round < 10_000; round++)
        {
            random.NextBytes(machine.Bus.At(Machine.Code, 0x2000)[..0x200]);
            processor.InvalidateCode(Machine.Code, 0x2000);
            for (int i = 0; i < 16; i++)
            {
                processor[(Register)i] = random.Next(3) switch
                {
                    0 => Machine.Data + (ulong)random.Next(0x2000),
                    1 => (ulong)random.Next(100),
                    _ => (ulong)random.NextInt64(),
                };
            }

            processor[Register.Rsp] = Machine.Stack - 0x100;
            processor.Rflags = (ulong)random.Next();
            processor.Rip = Machine.Code + (ulong)random.Next(0x100);
            for (int step = 0; step < 5; step++)
            {
                ProcessorExit exit = processor.Run(100);
                seen.Add(exit.Kind);
                if (exit.Kind is not (ProcessorExitKind.BudgetExhausted or ProcessorExitKind.Halt))
                {
                    break;
                }
            }
        }

        Assert.Contains(ProcessorExitKind.Fault, seen);
        Assert.Contains(ProcessorExitKind.NotModelled, seen);
    }
}
