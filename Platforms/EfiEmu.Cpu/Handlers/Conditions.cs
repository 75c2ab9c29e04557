namespace EfiEmu.Cpu.Handlers;

/// <summary>A condition of two compared operands; a test compares with 0.</summary>
internal interface ICondition
{
    static abstract bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth;
}

internal readonly struct Below : ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => a < b;
}

internal readonly struct Equal : ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => a == b;
}

internal readonly struct Above : ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => a > b;
}

internal readonly struct Less : ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => TWidth.Signed(a) < TWidth.Signed(b);
}

internal readonly struct Greater : ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => TWidth.Signed(a) > TWidth.Signed(b);
}

internal readonly struct Not<TCondition> : ICondition
    where TCondition : struct, ICondition
{
    public static bool Holds<TWidth>(ulong a, ulong b)
        where TWidth : struct, IWidth => !TCondition.Holds<TWidth>(a, b);
}
