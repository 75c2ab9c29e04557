namespace EfiEmu.Cpu.Handlers;

/// <summary>What a load reads and how it fills the register.</summary>
internal unsafe interface ILoad
{
    static abstract ulong Get(byte* from);

    static abstract void Put(byte* register, ulong value);
}

/// <summary>Zero-extends into the whole register.</summary>
internal readonly unsafe struct Whole<TWidth> : ILoad
    where TWidth : struct, IWidth
{
    public static ulong Get(byte* from) => TWidth.Get(from);

    public static void Put(byte* register, ulong value) => *(ulong*)register = value;
}

/// <summary>Writes the low part of the register only.</summary>
internal readonly unsafe struct Low<TWidth> : ILoad
    where TWidth : struct, IWidth
{
    public static ulong Get(byte* from) => TWidth.Get(from);

    public static void Put(byte* register, ulong value) => TWidth.Set(register, value);
}

/// <summary>Sign-extends from one size to another.</summary>
internal readonly unsafe struct Signed<TFrom, TTo> : ILoad
    where TFrom : struct, IWidth
    where TTo : struct, IWidth
{
    public static ulong Get(byte* from) => TFrom.Get(from);

    public static void Put(byte* register, ulong value) => TTo.Set(register, (ulong)TFrom.Signed(value));
}
