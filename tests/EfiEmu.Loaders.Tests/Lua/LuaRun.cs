using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Loaders.Tests.Lua;

/// <summary>Runs of scripts that boot nothing.</summary>
internal static class LuaRun
{
    public static ScriptBudget Small { get; } = new(5_000_000, 32 << 20, TimeSpan.FromMinutes(1), 1 << 20);

    public static (ScriptResult Result, string Output) Of(
        string source, ScriptBudget? budget = null, string? folder = null, TimeProvider? time = null, CancellationToken cancellation = default) =>
        Of(Encoding.UTF8.GetBytes(source), budget, folder, time, cancellation);

    public static (ScriptResult Result, string Output) Of(
        byte[] source, ScriptBudget? budget = null, string? folder = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        using var output = new MemoryStream();
        var script = new Script
        {
            Name = "test.lua",
            Source = source,
            Machine = new MachineSettings { Platform = "plain", MemoryBytes = 1 << 30, Firmware = FirmwareProfiles.Default },
            ReadableFolder = folder,
            Budget = budget ?? Small,
            Output = text => output.Write(text.Span),
        };
        ScriptResult result = new ScriptRunner(new NoMachine(), time ?? TimeProvider.System).Run(script, cancellation);
        return (result, Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>What a script prints that comes to its end.</summary>
    public static string[] Lines(string source, string? folder = null)
    {
        (ScriptResult result, string output) = Of(source, folder: folder);
        Assert.Equal((ScriptEnd.Finished, null), (result.End, result.Message));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The message of a script that fails.</summary>
    public static string Failure(string source, string? folder = null)
    {
        (ScriptResult result, _) = Of(source, folder: folder);
        Assert.Equal((ScriptEnd.Failed, 1), (result.End, result.ExitCode));
        Assert.DoesNotContain('\n', result.Message!);
        return result.Message!;
    }

    private sealed class NoMachine : IScriptHost
    {
        public BootReport Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
            throw new BootRequestException("platform", "there are no machines here");

        public GuestFile? Guest(string name) => null;
    }
}
