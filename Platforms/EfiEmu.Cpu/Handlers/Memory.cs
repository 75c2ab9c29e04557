using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

internal readonly unsafe struct Load<TWidth, TLoad, TAddress> : IStep
    where TWidth : struct, IWidth
    where TLoad : struct, ILoad
    where TAddress : struct, IAddress
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = TAddress.Of(r, op);
        byte* entry = Translation.ReadEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return false;
        }

        TLoad.Put(r + op->A, TLoad.Get(Translation.Host(entry, address)));
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        TLoad.Put(r + op->A, self.Memory.ReadSlow(TAddress.Of(r, op), TWidth.Bits / 8, op));
        return op[1].Handler(r, op + 1, block, self);
    }
}

/// <summary>A load that the same instruction writes back: the page must be one that can be written.</summary>
internal readonly unsafe struct LoadForWrite<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = FromBaseAndIndex.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return false;
        }

        *(ulong*)(r + op->A) = TWidth.Get(Translation.Host(entry, address));
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        *(ulong*)(r + op->A) = self.Memory.ReadForWriteSlow(FromBaseAndIndex.Of(r, op), TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct Store<TWidth, TAddress> : IStep
    where TWidth : struct, IWidth
    where TAddress : struct, IAddress
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = TAddress.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return false;
        }

        TWidth.Store(Translation.Host(entry, address), TWidth.Get(r + op->A));
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Memory.WriteSlow(TAddress.Of(r, op), TWidth.Get(r + op->A), TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct StoreImmediate<TWidth> : IStep
    where TWidth : struct, IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = FromBaseAndIndex.Of(r, op);
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<TWidth>(entry, address))
        {
            return false;
        }

        TWidth.Store(Translation.Host(entry, address), op->Immediate);
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        self.Memory.WriteSlow(FromBaseAndIndex.Of(r, op), op->Immediate, TWidth.Bits / 8, op);
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct Push<TSource> : IStep
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        byte* entry = Translation.WriteEntry(r, address);
        if (!Translation.Holds<Width64>(entry, address))
        {
            return false;
        }

        *(ulong*)Translation.Host(entry, address) = TSource.Get<Width64>(r, op);
        *(ulong*)(r + Slot.Rsp) = address;
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp) - 8;
        self.Memory.WriteSlow(address, TSource.Get<Width64>(r, op), 8, op);
        *(ulong*)(r + Slot.Rsp) = address;
        return op[1].Handler(r, op + 1, block, self);
    }
}

internal readonly unsafe struct Pop : IStep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        byte* entry = Translation.ReadEntry(r, address);
        if (!Translation.Holds<Width64>(entry, address))
        {
            return false;
        }

        *(ulong*)(r + Slot.Rsp) = address + 8;
        *(ulong*)(r + op->A) = *(ulong*)Translation.Host(entry, address);
        return true;
    }

    [MethodImpl(Compilation.SlowTwin)]
    public static MicroOp* Slow(byte* r, MicroOp* op, Block* block, Interpreter self)
    {
        ulong address = *(ulong*)(r + Slot.Rsp);
        ulong value = self.Memory.ReadSlow(address, 8, op);
        *(ulong*)(r + Slot.Rsp) = address + 8;
        *(ulong*)(r + op->A) = value;
        return op[1].Handler(r, op + 1, block, self);
    }
}
