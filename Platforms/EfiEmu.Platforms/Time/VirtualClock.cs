namespace EfiEmu.Platforms;

/// <summary>The machine's only time: instructions, acceptance and idle time. No host clock reaches it.</summary>
public sealed class VirtualClock
{
    /// <summary>Virtual nanoseconds that one retired instruction takes: a constant of this model.</summary>
    public const ulong NanosecondsPerInstruction = 1;

    /// <summary>The rate of the time-stamp counter, in Hz.</summary>
    public const ulong TimestampFrequency = TimestampTicksPerNanosecond * 1_000_000_000;

    private const ulong TimestampTicksPerNanosecond = 2;

    private readonly Func<ulong> _instructionsRetired;
    private ulong _added;

    internal VirtualClock(Func<ulong> instructionsRetired) => _instructionsRetired = instructionsRetired;

    /// <summary>Nanoseconds since power-on; stays at the greatest value when it is reached.</summary>
    public ulong Nanoseconds => At(_instructionsRetired());

    /// <summary>Lets time pass in which the guest waits: Stall, WaitForEvent, HLT.</summary>
    /// <param name="nanoseconds">How long.</param>
    public void SkipIdle(ulong nanoseconds) => _added = SaturatingAdd(_added, nanoseconds);

    /// <summary>Keeps the time that is not instructions, and gives what puts it back.</summary>
    internal Action Save()
    {
        ulong added = _added;
        return () => _added = added;
    }

    /// <summary>Adds what an operation of the platform costs.</summary>
    internal void AddCost(ulong nanoseconds) => SkipIdle(nanoseconds);

    /// <summary>The time-stamp counter.</summary>
    internal ulong TimestampCounterNow => TimestampCounter(_instructionsRetired());

    /// <summary>The time-stamp counter after so many instructions.</summary>
    internal ulong TimestampCounter(ulong instructionsRetired) =>
        unchecked(At(instructionsRetired) * TimestampTicksPerNanosecond);

    private static ulong SaturatingAdd(ulong left, ulong right)
    {
        ulong sum = unchecked(left + right);
        return sum < left ? ulong.MaxValue : sum;
    }

    /// <summary>Nanoseconds since power-on after so many instructions.</summary>
    internal ulong After(ulong instructionsRetired) => At(instructionsRetired);

    private ulong At(ulong instructions) => SaturatingAdd(instructions * NanosecondsPerInstruction, _added);
}
