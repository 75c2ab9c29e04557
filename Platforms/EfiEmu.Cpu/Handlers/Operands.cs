using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Handlers;

/// <summary>Where the second operand comes from.</summary>
internal unsafe interface IOperand
{
    static abstract ulong Get<TWidth>(byte* r, MicroOp* op)
        where TWidth : struct, IWidth;
}

internal readonly unsafe struct FromRegister : IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Get<TWidth>(byte* r, MicroOp* op)
        where TWidth : struct, IWidth => TWidth.Get(r + op->B);
}

/// <summary>The register of the first operand.</summary>
internal readonly unsafe struct FromFirst : IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Get<TWidth>(byte* r, MicroOp* op)
        where TWidth : struct, IWidth => TWidth.Get(r + op->A);
}

/// <summary>The register of a third operand.</summary>
internal readonly unsafe struct FromThird : IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Get<TWidth>(byte* r, MicroOp* op)
        where TWidth : struct, IWidth => TWidth.Get(r + op->Index);
}

internal readonly unsafe struct FromImmediate : IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Get<TWidth>(byte* r, MicroOp* op)
        where TWidth : struct, IWidth => TWidth.Cut(op->Immediate);
}

/// <summary>How the address of a memory operand is made.</summary>
internal unsafe interface IAddress
{
    static abstract ulong Of(byte* r, MicroOp* op);
}

internal readonly unsafe struct FromBase : IAddress
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(byte* r, MicroOp* op) => *(ulong*)(r + op->Base) + op->Displacement;
}

internal readonly unsafe struct FromBaseAndIndex : IAddress
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(byte* r, MicroOp* op) => *(ulong*)(r + op->Base) + (*(ulong*)(r + op->Index) << op->Scale) + op->Displacement;
}

/// <summary>The page translations as handlers look them up.</summary>
internal static unsafe class Translation
{
    private const ulong PageMask = ~0xFFFul;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* ReadEntry(byte* r, ulong address) => r + Slot.ReadTable + (nint)((address >> 8) & GuestMemory.TlbOffsetMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* WriteEntry(byte* r, ulong address) => r + Slot.WriteTable + (nint)((address >> 8) & GuestMemory.TlbOffsetMask);

    /// <summary>True when an entry holds the page that the last byte of an access lies in, found by the address of the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds<TWidth>(byte* entry, ulong address)
        where TWidth : struct, IWidth => ((address + (ulong)((TWidth.Bits / 8) - 1)) & PageMask) == *(ulong*)entry;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Host(byte* entry, ulong address) => (byte*)(address + *(ulong*)(entry + 8));
}
