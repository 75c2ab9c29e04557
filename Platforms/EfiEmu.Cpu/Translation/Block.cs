using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EfiEmu.Cpu.Protection;

namespace EfiEmu.Cpu.Translation;

/// <summary>A run of decoded instructions with one entry; native memory, so that the interpreter follows plain pointers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Block
{
    public ulong Rip;

    // The blocks that follow, once they are known: by the branch taken, and by falling through.
    public Block* Taken;
    public Block* Next;

    // Instructions in the block; 0 for a gate.
    public int Count;
    public int OperationCount;

    // How often the loop went on with this block after a slice: a block met often is one that runs often.
    public int Meetings;

    // The region that starts here, by its number, and at which of its entries; 0 for none.
    public int Region;
    public int Entry;

    public ulong TakenRip;

    // The address after the last instruction, where a branch not taken goes.
    public ulong End;

    // The physical pages of the first and of the last byte.
    public ulong Frame;
    public ulong LastFrame;

    // What it was decoded as.
    public CodeMode Mode;

    // Per micro-operation: the index of its instruction. Per instruction: its distance from Rip.
    public ushort* InstructionOf;
    public ushort* OffsetOf;

    /// <summary>The micro-operations stand right behind the block.</summary>
    public MicroOp* Operations => (MicroOp*)((Block*)Unsafe.AsPointer(ref this) + 1);

    public int InstructionAt(MicroOp* operation) => InstructionOf[operation - Operations];

    public ulong RipAt(MicroOp* operation) => Rip + OffsetOf[InstructionAt(operation)];

    /// <summary>The bits of <see cref="CodePage.Covered"/> that the block has in a physical page.</summary>
    public readonly ulong BitsIn(ulong page)
    {
        ulong bits = 0;
        for (int part = 0; part < 2; part++)
        {
            (ulong start, ulong end) = PartIn(page, part);
            bits |= start < end ? CodePage.Bits(page, start, end) : 0;
        }

        return bits;
    }

    /// <summary>Whether the block has bytes of a physical page that lie in a range of physical addresses.</summary>
    public readonly bool Overlaps(ulong page, ulong address, ulong length)
    {
        for (int part = 0; part < 2; part++)
        {
            (ulong start, ulong end) = PartIn(page, part);
            if (start < end && address < end && start < address + length)
            {
                return true;
            }
        }

        return false;
    }

    // What lies in the block's first page (part 0), or in its second: empty where that is another physical page, or there is none.
    private readonly (ulong Start, ulong End) PartIn(ulong page, int part)
    {
        const ulong Offset = 0xFFF;
        ulong second = (Rip | Offset) + 1;
        bool crosses = End > second && second != 0;
        if (part == 0)
        {
            ulong start = page + (Rip & Offset);
            return Frame == page ? (start, crosses ? page + Offset + 1 : start + (End - Rip)) : (0, 0);
        }

        return crosses && LastFrame == page ? (page, page + (End - second)) : (0, 0);
    }
}
