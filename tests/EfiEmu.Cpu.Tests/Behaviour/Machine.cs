using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>A processor with a page of code, two of data and one of stack.</summary>
internal sealed class Machine : IDisposable
{
    public const ulong Code = 0x10_0000;
    public const ulong Data = 0x20_0000;
    public const ulong Stack = 0x30_1000;
    public const ulong Gate = 0x40_0000;

    public Machine()
        : this(static bus => new Processor(bus))
    {
    }

    /// <summary>With a processor that is made in some way of its own.</summary>
    public Machine(Func<IProcessorBus, Processor> make)
    {
        Bus.Map(Code, 2);
        Bus.Map(Data, 2);
        Bus.Map(Stack - 0x1000, 1);
        Bus.Gates.Add(Gate);
        Processor = make(Bus);
        Processor[EfiEmu.Cpu.Register.Rsp] = Stack - 0x100;
        Processor.Rip = Code;
    }

    public TestBus Bus { get; } = new();

    public Processor Processor { get; }

    /// <summary>Assembles a program at the start of the code page (or elsewhere).</summary>
    public int Load(Action<Assembler> program, ulong address = Code)
    {
        Assembler assembler = new(64);
        program(assembler);
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), address);
        byte[] bytes = stream.ToArray();
        bytes.CopyTo(Bus.At(address, bytes.Length));
        return bytes.Length;
    }

    public ProcessorExit Run(Action<Assembler> program, ulong budget = 1_000_000)
    {
        Load(program);
        return Processor.Run(budget);
    }

    public void Dispose()
    {
        Processor.Dispose();
        Bus.Dispose();
    }
}
