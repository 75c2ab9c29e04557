using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using M = EfiEmu.Cpu.Tests.Behaviour.PagedMachine;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>
/// Random changes of random tables, each followed by what makes them hold, against a walker that knows nothing but the format of the
/// tables.
/// </summary>
public sealed class RandomPagingTests
{
    private const int Pages = 24;
    private const uint NoFault = uint.MaxValue;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Access_AfterAnInvalidation_IsWhatTheTablesSay(int seed)
    {
        var random = new Random(seed);
        using M machine = new();
        ulong[] roots = [machine.Root, NewRoot(machine)];
        ulong[] linear = [.. Enumerable.Range(0, Pages).Select(i => M.Window + ((ulong)i * 0x1000) + ((ulong)(i % 3) * 0x40_0000))];
        foreach (ulong root in roots)
        {
            machine.Root = root;
            foreach (ulong page in linear)
            {
                machine.Map(page, RandomEntry(random) & ~0xFFFul, RandomEntry(random) & 0x3);
            }
        }

        for (ulong frame = 0; frame < 16; frame++)
        {
            machine.Write(M.Data + (frame * 0x1000), frame + 1);
        }

        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(rdi);
            c.hlt();
        });

        // RBX: where to read or write; RSI: whether to write; R8: the CR3 to load, or 0 for INVLPG.
        machine.Load(M.Code, c =>
        {
            Label invalidate = c.CreateLabel();
            Label go = c.CreateLabel();
            Label read = c.CreateLabel();
            machine.LoadInterrupts(c);
            c.mov(edi, -1);
            c.test(r8, r8);
            c.je(invalidate);
            c.mov(cr3, r8);
            c.jmp(go);
            c.Label(ref invalidate);
            c.invlpg(__[rbx]);
            c.Label(ref go);
            c.test(esi, esi);
            c.je(read);
            c.mov(__byte_ptr[rbx + 9], 1);
            c.Label(ref read);
            c.mov(rcx, __[rbx]);
            c.hlt();
        });
        machine.Processor[Register.R8] = roots[0];
        ulong current = roots[0];
        for (int step = 0; step < 3000; step++)
        {
            ulong page = linear[random.Next(Pages)];
            bool isSwitch = step == 0 || random.Next(4) == 0;
            current = isSwitch ? roots[random.Next(2)] : current;
            machine.Root = current;
            if (random.Next(2) == 0)
            {
                machine.Map(page, 0, RandomEntry(random));
            }

            bool isWrite = random.Next(2) == 0;
            machine.Processor[Register.Rbx] = page;
            machine.Processor[Register.Rsi] = isWrite ? 1ul : 0;
            machine.Processor[Register.R8] = isSwitch ? current : 0;
            machine.Processor[Register.Rsp] = M.Stack;
            machine.Processor.Rip = M.Code;
            (uint fault, ulong physical) = Walk(machine, current, page, isWrite);
            Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(1000).Kind);
            Assert.Equal((step, fault), (step, (uint)machine[Register.Rdi]));
            if (fault == NoFault)
            {
                Assert.Equal((step, machine.Read(physical)), (step, machine[Register.Rcx]));
            }
        }
    }

    private static ulong RandomEntry(Random random) => M.Data + ((ulong)random.Next(16) * 0x1000) + (ulong)random.Next(4);

    private static ulong NewRoot(M machine)
    {
        ulong first = machine.Root;
        machine.Root = machine.NewTable();
        for (ulong at = 0; at < 0x100_0000; at += 0x20_0000)
        {
            machine.Map(at, at, level: 1);
        }

        (ulong second, machine.Root) = (machine.Root, first);
        return second;
    }

    private static (uint Fault, ulong Physical) Walk(M machine, ulong root, ulong linear, bool isWrite)
    {
        uint write = isWrite ? 2u : 0;
        ulong table = root;
        bool isWritable = true;
        foreach (int shift in (int[])[39, 30, 21, 12])
        {
            ulong entry = machine.Read(table + ((linear >> shift) % 512 * 8));
            if (entry % 2 == 0)
            {
                return (write, 0);
            }

            isWritable &= (entry / 2 % 2) == 1;
            table = entry / 0x1000 * 0x1000;
        }

        return isWrite && !isWritable ? (write | 1, 0) : (NoFault, table + (linear % 0x1000));
    }
}
