using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

internal readonly unsafe struct SetIf : IStep
{
    public static bool Do(byte* r, MicroOp* op)
    {
        r[op->A] = Flags.Condition(r, op->Extra) ? (byte)1 : (byte)0;
        return true;
    }
}

/// <summary>CMOV; 32 bits clear the upper half even when the condition does not hold.</summary>
internal readonly unsafe struct MoveIf<TWidth> : IStep
    where TWidth : struct, IWidth
{
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TWidth.Get(r + (Flags.Condition(r, op->Extra) ? op->B : op->A)));
        return true;
    }
}

internal readonly unsafe struct MoveString : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Strings.Move(op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct StoreString : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Strings.Store(op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

/// <summary>An instruction that runs through its operation.</summary>
internal readonly unsafe struct RunOperation : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Operations.Run(op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct JumpTo : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong target = *(ulong*)(r + op->A);
        Chain.CheckTarget(target, op, self);
        Block* known = self.Known(target);
        return Chain.Enter(r, known, target) ? Chain.First(known)->Handler(r, Chain.First(known), known, self) : Chain.Find(r, target, self);
    }
}

internal readonly unsafe struct Call : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        PushReturn(r, op, self);
        Block* taken = block->Taken;
        return Chain.Enter(r, taken) ? Chain.First(taken)->Handler(r, Chain.First(taken), taken, self) : Chain.TakenSlow(r, op, block, self);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PushReturn(byte* r, MicroOp* op, Interpreter self)
    {
        if (!Push<FromImmediate>.Do(r, op))
        {
            ulong address = *(ulong*)(r + Slot.Rsp) - 8;
            self.Memory.WriteSlow(address, op->Immediate, 8, op);
            *(ulong*)(r + Slot.Rsp) = address;
        }
    }
}

internal readonly unsafe struct CallTo : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong target = *(ulong*)(r + op->A);
        Chain.CheckTarget(target, op, self);
        Call.PushReturn(r, op, self);
        Block* known = self.Known(target);
        return Chain.Enter(r, known, target) ? Chain.First(known)->Handler(r, Chain.First(known), known, self) : Chain.Find(r, target, self);
    }
}

internal readonly unsafe struct Return : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        byte* entry = Translation.ReadEntry(r, address);
        ulong target = Translation.Holds<Width64>(entry, address)
            ? *(ulong*)Translation.Host(entry, address)
            : self.Memory.ReadSlow(address, 8, op);
        Chain.CheckTarget(target, op, self);
        *(ulong*)(r + Slot.Rsp) = address + 8 + op->Immediate;
        Block* known = self.Known(target);
        return Chain.Enter(r, known, target) ? Chain.First(known)->Handler(r, Chain.First(known), known, self) : Chain.Find(r, target, self);
    }
}

/// <summary>The way out of a block that was dropped while it ran: what is left of it does not count.</summary>
internal readonly unsafe struct Leave : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(long*)(r + Slot.Remaining) += (long)op->Displacement;
        return Chain.Find(r, op->Immediate, self);
    }
}

/// <summary>Stands in front of a block that host code was made of; goes on where that leaves.</summary>
internal readonly unsafe struct EnterRegion : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        MicroOp* next = self.Regions!.Enter(block);

        // Not through its own handler, which may be this one.
        return self.Code.Handlers.Of(next->Code)(r, next, *(Block**)(r + Slot.Block), self);
    }
}

/// <summary>Gate, Halt and Stop.</summary>
internal readonly unsafe struct StopHere : IHandler
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Run(byte* r, MicroOp* op, Block* block, Interpreter self) => op;
}
