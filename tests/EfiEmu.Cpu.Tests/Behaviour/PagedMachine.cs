using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>
/// A processor with 16 MiB of memory, page tables that map it one to one in pages of 2 MiB, and an interrupt table, for the guest to
/// load. Tests map what they look at from <see cref="Window"/> on.
/// </summary>
internal sealed class PagedMachine : IDisposable
{
    public const ulong Present = 1;
    public const ulong Writable = 2;
    public const ulong User = 4;
    public const ulong Accessed = 0x20;
    public const ulong Dirty = 0x40;
    public const ulong Large = 0x80;
    public const ulong NoExecute = 1ul << 63;

    public const ulong Code = 0x10_0000;
    public const ulong Handlers = 0x18_0000;
    public const ulong InterruptTable = 0x20_0000;
    public const ulong GlobalTable = 0x21_0000;
    public const ulong Task = 0x22_0000;
    public const ulong Data = 0x30_0000;
    public const ulong Stack = 0x40_0000;
    public const ulong OtherStack = 0x48_0000;
    public const ulong Window = 0x100_0000_0000;
    public const ushort CodeSelector = 0x38;
    public const ushort TaskSelector = 0x48;

    private const ulong Pseudo = 0x23_0000;
    private const ulong FirstTable = 0x80_0000;
    private const int MemoryPages = 0x1000;
    private ulong _nextTable = FirstTable;

    public PagedMachine()
    {
        Bus.Map(0, MemoryPages);
        Root = NewTable();
        for (ulong at = 0; at < MemoryPages * 0x1000; at += 0x20_0000)
        {
            Map(at, at, Present | Writable, level: 1);
        }

        Processor = new Processor(Bus);
        Processor[EfiEmu.Cpu.Register.Rsp] = Stack;
        Processor.Rip = Code;
    }

    public TestBus Bus { get; } = new();

    public Processor Processor { get; }

    /// <summary>The highest level of the page tables.</summary>
    public ulong Root { get; set; }

    public ulong this[EfiEmu.Cpu.Register register] => Processor[register];

    public ulong Read(ulong physical) => BinaryPrimitives.ReadUInt64LittleEndian(Bus.At(physical, 8));

    public void Write(ulong physical, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Bus.At(physical, 8), value);

    public ulong NewTable() => (_nextTable += 0x1000) - 0x1000;

    /// <summary>Maps a page of 4 KiB (level 0), 2 MiB or 1 GiB; gives where its entry stands.</summary>
    public ulong Map(ulong linear, ulong physical, ulong flags = Present | Writable, int level = 0, ulong upper = Present | Writable | User)
    {
        ulong table = Root;
        for (int at = 3; at > level; at--)
        {
            ulong entry = EntryOf(table, linear, at);
            if (Read(entry) == 0)
            {
                Write(entry, NewTable() | upper);
            }

            table = Read(entry) & 0x000F_FFFF_FFFF_F000;
        }

        ulong last = EntryOf(table, linear, level);
        Write(last, physical | flags | (level > 0 ? Large : 0));
        return last;
    }

    /// <summary>Makes a gate of the interrupt table.</summary>
    public void Gate(int vector, ulong handler, int type = 14, int stack = 0, bool present = true, ushort selector = CodeSelector)
    {
        ulong low = (handler & 0xFFFF) | ((ulong)selector << 16) | ((ulong)stack << 32) | ((ulong)type << 40)
            | (present ? 1ul << 47 : 0) | ((handler >> 16 & 0xFFFF) << 48);
        Write(InterruptTable + ((ulong)vector * 16), low);
        Write(InterruptTable + ((ulong)vector * 16) + 8, handler >> 32);
    }

    /// <summary>Assembles code; gives the address behind it.</summary>
    public ulong Load(ulong address, Action<Assembler> program)
    {
        Assembler assembler = new(64);
        program(assembler);
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), address);
        byte[] bytes = stream.ToArray();
        bytes.CopyTo(Bus.At(address, bytes.Length));
        return address + (ulong)bytes.Length;
    }

    /// <summary>Instructions that load the page tables: three.</summary>
    public void LoadTables(Assembler c)
    {
        c.mov(rax, Root);
        c.mov(cr3, rax);
        c.xor(eax, eax);
    }

    /// <summary>Instructions that load the interrupt table: two.</summary>
    public void LoadInterrupts(Assembler c, ushort limit = 0xFFF)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Bus.At(Pseudo, 2), limit);
        Write(Pseudo + 2, InterruptTable);
        c.mov(rax, Pseudo);
        c.lidt(__[rax]);
    }

    /// <summary>Instructions that load a global table with a task-state segment, whose first interrupt stack is given.</summary>
    public void LoadTask(Assembler c, ulong interruptStack)
    {
        Write(GlobalTable + 0x30, 0x00CF_9200_0000_FFFF);
        Write(GlobalTable + CodeSelector, 0x00AF_9A00_0000_FFFF);
        Write(GlobalTable + TaskSelector, 0x0000_8900_0000_0067 | ((Task & 0xFF_FFFF) << 16));
        Write(Task + 0x24, interruptStack);
        BinaryPrimitives.WriteUInt16LittleEndian(Bus.At(Pseudo + 16, 2), 0x57);
        Write(Pseudo + 18, GlobalTable);
        c.mov(rax, Pseudo + 16);
        c.lgdt(__[rax]);
        c.mov(eax, TaskSelector);
        c.ltr(ax);
    }

    /// <summary>Runs a program under the page tables and the interrupt table.</summary>
    public ProcessorExit Run(Action<Assembler> program, ulong budget = 100_000)
    {
        Load(Code, c =>
        {
            LoadTables(c);
            LoadInterrupts(c);
            program(c);
        });
        return Processor.Run(budget);
    }

    public void Dispose()
    {
        Processor.Dispose();
        Bus.Dispose();
    }

    private static ulong EntryOf(ulong table, ulong linear, int level) => table + (((linear >> (12 + (9 * level))) & 0x1FF) * 8);
}
