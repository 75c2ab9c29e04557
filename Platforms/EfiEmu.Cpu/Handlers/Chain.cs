using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>The way from block to block.</summary>
internal static unsafe class Chain
{
    /// <summary>Counts a linked block that may start within this slice of the run; false when it must wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Enter(byte* r, Block* block)
    {
        long remaining = *(long*)(r + Slot.Remaining);
        if (block == null || remaining <= *(long*)(r + Slot.SliceEnd))
        {
            return false;
        }

        *(long*)(r + Slot.Remaining) = remaining - block->Count;
        *(Block**)(r + Slot.Block) = block;
        return true;
    }

    /// <summary>As for a linked block, where the block that was found may stand elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Enter(byte* r, Block* block, ulong rip) => block != null && block->Rip == rip && Enter(r, block);

    /// <summary>#GP at a transfer whose target is not canonical, before it does anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckTarget(ulong target, MicroOp* op, Interpreter self)
    {
        if (!GuestMemory.IsCanonical(target))
        {
            self.Memory.RefuseTarget(op);
        }
    }

    /// <summary>Each block is followed by its micro-operations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MicroOp* First(Block* block) => (MicroOp*)(block + 1);

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* TakenSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* taken = block->Taken;
        return Pause(r, taken == null ? self.Code.LinkTaken(block) : taken);
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* NextSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* next = block->Next;
        return Pause(r, next == null ? self.Code.LinkNext(block) : next);
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Find(byte* r, ulong target, Interpreter self) => Pause(r, self.Code.Find(target));

    /// <summary>Goes back to the loop, which decides whether the block may start.</summary>
    private static MicroOp* Pause(byte* r, Block* next)
    {
        *(Block**)(r + Slot.Block) = null;
        *(Block**)(r + Slot.Resume) = next;
        return null;
    }
}
