using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>What ends a block: goes on with the block that follows, or leaves the loop.</summary>
internal static unsafe class JumpHandlers
{
    /// <summary>CMP and the jump that reads it.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Compare<TCondition, TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TCondition : struct, ICondition
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        ulong a = TWidth.Get(r + op->A);
        ulong b = TSource.Get<TWidth>(r, op);
        Keep.Subtraction<TWidth>(r, a, b);
        if (TCondition.Holds<TWidth>(a, b))
        {
            Block* taken = block->Taken;
            return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return CanEnter(r, next) ? Enter(r, next)->Handler(r, next->Operations, next, self) : NextSlow(r, op, block, self);
    }

    /// <summary>TEST and the jump that reads it.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Test<TCondition, TWidth, TSource>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TCondition : struct, ICondition
        where TWidth : struct, IWidth
        where TSource : struct, IOperand
    {
        ulong a = TWidth.Get(r + op->A) & TSource.Get<TWidth>(r, op);
        Keep.Logic<TWidth>(r, a);
        if (TCondition.Holds<TWidth>(a, 0))
        {
            Block* taken = block->Taken;
            return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return CanEnter(r, next) ? Enter(r, next)->Handler(r, next->Operations, next, self) : NextSlow(r, op, block, self);
    }

    /// <summary>A jump on the result that an earlier instruction kept.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Result<TCondition>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TCondition : struct, ICondition
    {
        if (TCondition.Holds<Width64>(*(ulong*)(r + Slot.FlagA), 0))
        {
            Block* taken = block->Taken;
            return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return CanEnter(r, next) ? Enter(r, next)->Handler(r, next->Operations, next, self) : NextSlow(r, op, block, self);
    }

    /// <summary>A jump on flags of any kind.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* If(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        if (Flags.Condition(r, op->Extra))
        {
            Block* taken = block->Taken;
            return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
        }

        Block* next = block->Next;
        return CanEnter(r, next) ? Enter(r, next)->Handler(r, next->Operations, next, self) : NextSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Jump(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* taken = block->Taken;
        return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* FallThrough(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* next = block->Next;
        return CanEnter(r, next) ? Enter(r, next)->Handler(r, next->Operations, next, self) : NextSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* JumpTo(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong target = *(ulong*)(r + op->A);
        Block* known = self.Known(target);
        return CanEnter(r, known, target) ? Enter(r, known)->Handler(r, known->Operations, known, self) : Find(r, target, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Call(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Push(r, op, self);
        Block* taken = block->Taken;
        return CanEnter(r, taken) ? Enter(r, taken)->Handler(r, taken->Operations, taken, self) : TakenSlow(r, op, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* CallTo(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong target = *(ulong*)(r + op->A);
        Push(r, op, self);
        Block* known = self.Known(target);
        return CanEnter(r, known, target) ? Enter(r, known)->Handler(r, known->Operations, known, self) : Find(r, target, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Return(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        byte* entry = Translation.ReadEntry(r, address);
        ulong target = Translation.Holds<Width64>(entry, address)
            ? *(ulong*)Translation.Host(entry, address)
            : self.Memory.ReadSlow(address, 8, op);
        *(ulong*)(r + Slot.Rsp) = address + 8 + op->Immediate;
        Block* known = self.Known(target);
        return CanEnter(r, known, target) ? Enter(r, known)->Handler(r, known->Operations, known, self) : Find(r, target, self);
    }

    /// <summary>The way out of a block that was dropped while it ran: what is left of it does not count.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Leave(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(long*)(r + Slot.Remaining) += (long)op->Displacement;
        return Find(r, op->Immediate, self);
    }

    /// <summary>Gate, Halt and Stop.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Stop(byte* r, MicroOp* op, Block* block, Interpreter self) => op;

    /// <summary>True when a linked block may start within this slice of the run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CanEnter(byte* r, Block* block) => block != null && *(long*)(r + Slot.Remaining) > *(long*)(r + Slot.SliceEnd);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CanEnter(byte* r, Block* block, ulong target) => CanEnter(r, block) && block->Rip == target;

    /// <summary>Counts the instructions of a block and returns its first micro-operation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static MicroOp* Enter(byte* r, Block* block)
    {
        *(long*)(r + Slot.Remaining) -= block->Count;
        *(Block**)(r + Slot.Block) = block;
        return block->Operations;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push(byte* r, MicroOp* op, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        byte* entry = Translation.WriteEntry(r, address);
        if (Translation.Holds<Width64>(entry, address))
        {
            *(ulong*)Translation.Host(entry, address) = op->Immediate;
        }
        else
        {
            self.Memory.WriteSlow(address, op->Immediate, 8, op);
        }

        *(ulong*)(r + Slot.Rsp) = address;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* TakenSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* taken = block->Taken;
        return Pause(r, taken == null ? self.Code.LinkTaken(block) : taken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* NextSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        Block* next = block->Next;
        return Pause(r, next == null ? self.Code.LinkNext(block) : next);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* Find(byte* r, ulong target, Interpreter self) => Pause(r, self.Code.Find(target));

    /// <summary>Goes back to the loop, which decides whether the block may start.</summary>
    private static MicroOp* Pause(byte* r, Block* next)
    {
        *(Block**)(r + Slot.Block) = null;
        *(Block**)(r + Slot.Resume) = next;
        return null;
    }
}
