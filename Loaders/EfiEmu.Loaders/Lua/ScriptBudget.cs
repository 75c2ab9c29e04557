namespace EfiEmu.Loaders;

/// <summary>What a script may use before it is stopped. Its boots have budgets of their own.</summary>
/// <param name="Steps">Lua instructions, and what boots, calls back, searches and copies cost, in as many of them.</param>
/// <param name="MemoryBytes">Memory that its values take.</param>
/// <param name="Time">Wall time in Lua, without the boots: the last resort, since a host's speed decides it.</param>
/// <param name="OutputBytes">What it may print.</param>
public sealed record ScriptBudget(ulong Steps, ulong MemoryBytes, TimeSpan Time, ulong OutputBytes)
{
    /// <summary>500 million steps, 128 MiB, one minute, 16 MiB of output.</summary>
    public static ScriptBudget Default { get; } = new(500_000_000, 128 << 20, TimeSpan.FromMinutes(1), 16 << 20);
}
