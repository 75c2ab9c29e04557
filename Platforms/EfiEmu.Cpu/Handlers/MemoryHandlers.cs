using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>
/// Loads and stores. Where the table of translations does not answer, the last call goes to the slow twin: so the fast path
/// needs no frame.
/// </summary>
internal static unsafe class MemoryHandlers
{
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Load<TWidth, TLoad, TAddress>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TLoad : struct, ILoad
        where TAddress : struct, IAddress
    {
        ulong address = TAddress.Of(r, op);
        byte* entry = Translation.ReadEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return LoadSlow<TWidth, TLoad>(r, op, block, self);
        }

        TLoad.Put(r + op->A, TLoad.Get(Translation.Host(entry, address)));
        return op[1].Handler(r, op + 1, block, self);
    }

    /// <summary>A load that the same instruction writes back: the page must be one that can be written.</summary>
    [MethodImpl(Compilation.Handler)]
    public static MicroOp* LoadForWrite<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong address = FromBaseAndIndex.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return LoadForWriteSlow<TWidth>(r, op, block, self);
        }

        *(ulong*)(r + op->A) = TWidth.Get(Translation.Host(entry, address));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Store<TWidth, TAddress>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TAddress : struct, IAddress
    {
        ulong address = TAddress.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return StoreSlow<TWidth>(r, op, block, self);
        }

        TWidth.Store(Translation.Host(entry, address), TWidth.Get(r + op->A));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* StoreImmediate<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        ulong address = FromBaseAndIndex.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return StoreImmediateSlow<TWidth>(r, op, block, self);
        }

        TWidth.Store(Translation.Host(entry, address), op->Immediate);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Push(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<Width64>(entry, address))
        {
            return PushSlow(r, op, block, self);
        }

        *(ulong*)Translation.Host(entry, address) = *(ulong*)(r + op->A);
        *(ulong*)(r + Slot.Rsp) = address;
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* PushImmediate(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        self.Memory.WriteSlow(address, op->Immediate, 8, op);
        *(ulong*)(r + Slot.Rsp) = address;
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(Compilation.Handler)]
    public static MicroOp* Pop(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        byte* entry = Translation.ReadEntry(r, address);
        if (!Translation.Holds<Width64>(entry, address))
        {
            return PopSlow(r, op, block, self);
        }

        *(ulong*)(r + Slot.Rsp) = address + 8;
        *(ulong*)(r + op->A) = *(ulong*)Translation.Host(entry, address);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* LoadSlow<TWidth, TLoad>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
        where TLoad : struct, ILoad
    {
        TLoad.Put(r + op->A, self.Memory.ReadSlow(FromBaseAndIndex.Of(r, op), TWidth.Bits / 8, op));
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* LoadForWriteSlow<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        *(ulong*)(r + op->A) = self.Memory.ReadForWriteSlow(FromBaseAndIndex.Of(r, op), TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* StoreSlow<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        self.Memory.WriteSlow(FromBaseAndIndex.Of(r, op), TWidth.Get(r + op->A), TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* StoreImmediateSlow<TWidth>(byte* r, MicroOp* op, Block* block, Interpreter self)
        where TWidth : struct, IWidth
    {
        self.Memory.WriteSlow(FromBaseAndIndex.Of(r, op), op->Immediate, TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* PushSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        self.Memory.WriteSlow(address, *(ulong*)(r + op->A), 8, op);
        *(ulong*)(r + Slot.Rsp) = address;
        return op[1].Handler(r, op + 1, block, self);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MicroOp* PopSlow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        ulong value = self.Memory.ReadSlow(address, 8, op);
        *(ulong*)(r + Slot.Rsp) = address + 8;
        *(ulong*)(r + op->A) = value;
        return op[1].Handler(r, op + 1, block, self);
    }
}
