using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Loaders;

/// <summary>What a script needs of the emulator around it.</summary>
public interface IScriptHost
{
    /// <summary>Boots.</summary>
    /// <param name="request">What.</param>
    /// <param name="instrument">Who watches and disturbs: the script.</param>
    /// <param name="cancellation">Cancelled when the user wants to stop.</param>
    BootReport Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation);

    /// <summary>A guest by its name (guest:unenlightened-kernel), or null where there is none.</summary>
    GuestFile? Guest(string name);
}

/// <summary>A script to run.</summary>
public sealed record Script
{
    /// <summary>The name that messages and reports show; without a host's path.</summary>
    public required string Name { get; init; }

    /// <summary>The source text.</summary>
    public required ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>The machine, as long as the script chooses no other.</summary>
    public required MachineSettings Machine { get; init; }

    /// <summary>The folder whose files the script may read, or null for none.</summary>
    public string? ReadableFolder { get; init; }

    /// <summary>The budgets.</summary>
    public ScriptBudget Budget { get; init; } = ScriptBudget.Default;

    /// <summary>Takes what the script prints, as it prints it.</summary>
    public required Action<ReadOnlyMemory<byte>> Output { get; init; }
}

/// <summary>How a script ended.</summary>
public enum ScriptEnd
{
    /// <summary>It came to its end.</summary>
    Finished,

    /// <summary>It raised an error, or something was not as it expected.</summary>
    Failed,

    /// <summary>It is no Lua.</summary>
    Malformed,

    /// <summary>A budget ran out.</summary>
    Budget,
}

/// <summary>What became of a script.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Message">Why, on one line: retry.lua:12: what is wrong. Null where it finished.</param>
/// <param name="Report">The boot of a script that was a guest itself; null for a lab.</param>
public sealed record ScriptResult(ScriptEnd End, string? Message, BootReport? Report)
{
    /// <summary>The command's exit code.</summary>
    public int ExitCode => End switch
    {
        ScriptEnd.Finished => Report?.Outcome.ExitCode ?? 0,
        ScriptEnd.Failed => 1,
        ScriptEnd.Malformed => 2,
        _ => 4,
    };
}

/// <summary>Runs Lua scripts: guests, and labs that boot guests. Holds no state of a run: many may run at once.</summary>
/// <param name="host">The emulator.</param>
/// <param name="time">The clock of the last resort.</param>
public sealed class ScriptRunner(IScriptHost host, TimeProvider time)
{
    /// <summary>Runs a script. Never throws for what it does.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ScriptResult Run(Script script, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(script);
        using var session = new Lua.ScriptSession(script, host, time, cancellation);
        return session.Run();
    }
}
