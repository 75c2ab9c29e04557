using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>A machine whose guest loads a global table with segments of all kinds, and jumps into 32-bit code.</summary>
internal sealed class NarrowMachine : IDisposable
{
    public const ushort LongCode = 0x08;
    public const ushort Code = 0x10;
    public const ushort Data = 0x18;
    public const ushort Small = 0x20;
    public const ushort Absent = 0x28;
    public const ushort ReadOnly = 0x30;
    public const ushort AbsentCode = 0x38;
    public const ushort ShortCode = 0x40;
    public const ushort ExecuteOnly = 0x48;
    public const ushort Task = 0x50;
    public const ushort Down = 0x58;
    public const ushort UserCode = 0x60;
    public const ushort CallGate = 0x68;
    public const ushort SmallCode = 0x70;
    public const ulong SmallBase = PagedMachine.Data;

    public const ulong Entry = 0x14_0000;
    public const ulong Back = 0x16_0000;
    private const ulong Pseudo = 0x24_0000;
    private const ulong Pointer = 0x24_0020;

    // Small: 4 KiB of data at SmallBase. Down: data from 4 KiB up.
    private static readonly ulong[] Table =
    [
        0,
        0x00AF_9A00_0000_FFFF,
        0x00CF_9A00_0000_FFFF,
        0x00CF_9200_0000_FFFF,
        0x0040_9230_0000_0FFF,
        0x00CF_1200_0000_FFFF,
        0x00CF_9000_0000_FFFF,
        0x00CF_1A00_0000_FFFF,
        0x000F_9A00_0000_FFFF,
        0x00CF_9800_0000_FFFF,
        0x0000_8922_0000_0067,
        0x0040_9600_0000_0FFF,
        0x00CF_FA00_0000_FFFF,
        0x0000_8C00_0010_0000,
        0x0040_9A00_0000_FFFF,
    ];

    public NarrowMachine()
    {
        for (int i = 0; i < Table.Length; i++)
        {
            Inner.Write(PagedMachine.GlobalTable + ((ulong)i * 8), Table[i]);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(Inner.Bus.At(Pseudo, 2), (ushort)((Table.Length * 8) - 1));
        Inner.Write(Pseudo + 2, PagedMachine.GlobalTable);
    }

    public PagedMachine Inner { get; } = new();

    public Processor Processor => Inner.Processor;

    public ulong this[Register register] => Processor[register];

    /// <summary>Runs 64-bit code that jumps to 32-bit code under the same page tables (compatibility mode).</summary>
    public ProcessorExit RunCompatible(Action<Assembler> program) => RunFrom(Code, program, flat: true);

    /// <summary>As <see cref="RunCompatible"/>, and the 32-bit code leaves paging and long mode first (protected mode).</summary>
    public ProcessorExit RunProtected(Action<Assembler> program) => RunFrom(
        Code,
        c =>
        {
            LeaveLongMode(c);
            program(c);
        },
        flat: true);

    /// <summary>Far jump from 64-bit code to a selector, with data segments as 64-bit code has them.</summary>
    public ProcessorExit JumpTo(ushort selector) => RunFrom(selector, c => c.hlt(), flat: false);

    /// <summary>Instructions that turn paging and long mode off.</summary>
    public static void LeaveLongMode(Assembler c)
    {
        c.mov(eax, cr0);
        c.and(eax, 0x7FFF_FFFF);
        c.mov(cr0, eax);
        c.mov(ecx, 0xC000_0080);
        c.rdmsr();
        c.and(eax, unchecked((int)0xFFFF_FEFF));
        c.wrmsr();
        c.mov(eax, cr4);
        c.and(eax, unchecked((int)0xFFFF_FFDF));
        c.mov(cr4, eax);
    }

    /// <summary>Instructions that turn long mode and paging on, and jump to 64-bit code at <see cref="Back"/>.</summary>
    public void EnterLongMode(Assembler c)
    {
        c.mov(eax, cr4);
        c.or(eax, 0x20);
        c.mov(cr4, eax);
        c.mov(eax, (uint)Inner.Root);
        c.mov(cr3, eax);
        c.mov(ecx, 0xC000_0080);
        c.rdmsr();
        c.or(eax, 0x100);
        c.wrmsr();
        c.mov(eax, cr0);
        c.or(eax, unchecked((int)0x8000_0000));
        c.mov(cr0, eax);
        FarJump(c, LongCode, Back);
    }

    public static void FarJump(Assembler c, ushort selector, ulong target)
    {
        Span<byte> code = stackalloc byte[7];
        code[0] = 0xEA;
        BinaryPrimitives.WriteUInt32LittleEndian(code[1..], (uint)target);
        BinaryPrimitives.WriteUInt16LittleEndian(code[5..], selector);
        c.db(code.ToArray());
    }

    public ulong Load32(ulong address, Action<Assembler> program)
    {
        Assembler assembler = new(32);
        program(assembler);
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), address);
        byte[] bytes = stream.ToArray();
        bytes.CopyTo(Inner.Bus.At(address, bytes.Length));
        return address + (ulong)bytes.Length;
    }

    public void Dispose() => Inner.Dispose();

    private ProcessorExit RunFrom(ushort selector, Action<Assembler> program, bool flat)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Inner.Bus.At(Pointer, 4), (uint)Entry);
        BinaryPrimitives.WriteUInt16LittleEndian(Inner.Bus.At(Pointer + 4, 2), selector);
        Load32(Entry, c =>
        {
            if (flat)
            {
                c.mov(eax, Data);
                c.mov(ds, ax);
                c.mov(es, ax);
                c.mov(ss, ax);
            }

            program(c);
        });
        Inner.Load(PagedMachine.Code, c =>
        {
            Inner.LoadTables(c);
            c.mov(rax, Pseudo);
            c.lgdt(__[rax]);
            c.mov(rax, Pointer);
            c.db(0xFF, 0x28);
        });
        return Processor.Run(100_000);
    }
}
