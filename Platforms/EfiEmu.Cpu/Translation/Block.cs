using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    // Per micro-operation: the index of its instruction. Per instruction: its distance from Rip.
    public ushort* InstructionOf;
    public ushort* OffsetOf;

    /// <summary>The micro-operations stand right behind the block.</summary>
    public MicroOp* Operations => (MicroOp*)((Block*)Unsafe.AsPointer(ref this) + 1);

    public int InstructionAt(MicroOp* operation) => InstructionOf[operation - Operations];

    public ulong RipAt(MicroOp* operation) => Rip + OffsetOf[InstructionAt(operation)];

    public readonly bool Overlaps(ulong address, ulong length) => address < End && Rip < address + length;
}
