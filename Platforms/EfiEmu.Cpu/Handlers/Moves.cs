using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

internal readonly unsafe struct Move<TWidth, TSource> : IStep
    where TWidth : struct, IWidth
    where TSource : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TSource.Get<TWidth>(r, op));
        return true;
    }
}

/// <summary>The whole register from a narrower one.</summary>
internal readonly unsafe struct Extend<TLoad> : IStep
    where TLoad : struct, ILoad
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TLoad.Put(r + op->A, TLoad.Get(r + op->B));
        return true;
    }
}

internal readonly unsafe struct Lea<TWidth, TAddress> : IStep
    where TWidth : struct, IWidth
    where TAddress : struct, IAddress
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Do(byte* r, MicroOp* op)
    {
        TWidth.Set(r + op->A, TAddress.Of(r, op));
        return true;
    }
}
