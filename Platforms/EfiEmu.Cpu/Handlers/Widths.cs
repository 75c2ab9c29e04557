using System.Numerics;
using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Handlers;

/// <summary>An operand size: how values of it stand in registers and in memory. Values travel zero-extended.</summary>
internal unsafe interface IWidth
{
    static abstract int Bits { get; }

    /// <summary>The value at a register or in memory.</summary>
    static abstract ulong Get(byte* at);

    /// <summary>Writes a register: 32 bits clear the upper half, 16 and 8 keep what surrounds them.</summary>
    static abstract void Set(byte* at, ulong value);

    /// <summary>Writes memory: no byte beyond the size.</summary>
    static abstract void Store(byte* at, ulong value);

    static abstract ulong Cut(ulong value);

    /// <summary>The value as a signed number.</summary>
    static abstract long Signed(ulong value);
}

internal readonly unsafe struct Width64 : IWidth
{
    public static int Bits => 64;

    public static ulong Get(byte* at) => *(ulong*)at;

    public static void Set(byte* at, ulong value) => *(ulong*)at = value;

    public static void Store(byte* at, ulong value) => *(ulong*)at = value;

    public static ulong Cut(ulong value) => value;

    public static long Signed(ulong value) => (long)value;
}

internal readonly unsafe struct Width32 : IWidth
{
    public static int Bits => 32;

    public static ulong Get(byte* at) => *(uint*)at;

    public static void Set(byte* at, ulong value) => *(ulong*)at = (uint)value;

    public static void Store(byte* at, ulong value) => *(uint*)at = (uint)value;

    public static ulong Cut(ulong value) => (uint)value;

    public static long Signed(ulong value) => (int)value;
}

internal readonly unsafe struct Width16 : IWidth
{
    public static int Bits => 16;

    public static ulong Get(byte* at) => *(ushort*)at;

    public static void Set(byte* at, ulong value) => *(ushort*)at = (ushort)value;

    public static void Store(byte* at, ulong value) => *(ushort*)at = (ushort)value;

    public static ulong Cut(ulong value) => (ushort)value;

    public static long Signed(ulong value) => (short)value;
}

internal readonly unsafe struct Width8 : IWidth
{
    public static int Bits => 8;

    public static ulong Get(byte* at) => *at;

    public static void Set(byte* at, ulong value) => *at = (byte)value;

    public static void Store(byte* at, ulong value) => *at = (byte)value;

    public static ulong Cut(ulong value) => (byte)value;

    public static long Signed(ulong value) => (sbyte)value;
}

/// <summary>How the lazily kept flags are written.</summary>
internal static unsafe class Keep
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Addition<TWidth>(byte* r, ulong sum, ulong b)
        where TWidth : struct, IWidth => Write(r, sum, b, KindOf<TWidth>(FlagKind.Add8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtraction<TWidth>(byte* r, ulong a, ulong b)
        where TWidth : struct, IWidth => Write(r, a, b, KindOf<TWidth>(FlagKind.Sub8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Logic<TWidth>(byte* r, ulong result)
        where TWidth : struct, IWidth
    {
        *(ulong*)(r + Slot.FlagA) = result;
        r[Slot.FlagKind] = KindOf<TWidth>(FlagKind.Logic8);
    }

    /// <summary>A result, and bit 0 = CF, bit 1 = OF, bit 2 = AF.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Result<TWidth>(byte* r, ulong result, ulong flags)
        where TWidth : struct, IWidth => Write(r, result, flags, KindOf<TWidth>(FlagKind.Result8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(byte* r, ulong a, ulong b, byte kind)
    {
        *(ulong*)(r + Slot.FlagA) = a;
        *(ulong*)(r + Slot.FlagB) = b;
        r[Slot.FlagKind] = kind;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte KindOf<TWidth>(byte first)
        where TWidth : struct, IWidth => (byte)(first + BitOperations.Log2((uint)TWidth.Bits) - 3);
}
