using System.Text;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Scripts;

/// <summary>One run of a script on the whole emulator.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Output">What it printed.</param>
internal sealed record ScriptRun(ScriptResult Result, string Output)
{
    public static MachineSettings Machine { get; } = new()
    {
        Platform = "plain",
        MemoryBytes = 8 * Emulator.GiB,
        Firmware = FirmwareProfiles.Default,
    };

    /// <summary>The lines that it printed.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static ScriptRun Of(string source, string? folder = null, ScriptBudget? budget = null, MachineSettings? machine = null) =>
        Of(Encoding.UTF8.GetBytes(source), "test.lua", folder, budget, machine);

    public static ScriptRun Of(
        byte[] source, string name, string? folder = null, ScriptBudget? budget = null, MachineSettings? machine = null, params ProtocolDefinition[] plugins)
    {
        using var output = new MemoryStream();
        var script = new Script
        {
            Name = name,
            Source = source,
            Machine = machine ?? Machine,
            ReadableFolder = folder,
            Budget = budget ?? ScriptBudget.Default,
            Output = text => output.Write(text.Span),
        };
        ScriptResult result = new ScriptRunner(new Host(plugins), TimeProvider.System).Run(script, CancellationToken.None);
        return new ScriptRun(result, Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>A run that must come to its end.</summary>
    public static ScriptRun Finished(string source, string? folder = null, params ProtocolDefinition[] plugins)
    {
        ScriptRun run = Of(Encoding.UTF8.GetBytes(source), "test.lua", folder, plugins: plugins);
        Assert.Equal((ScriptEnd.Finished, null), (run.Result.End, run.Result.Message));
        return run;
    }

    /// <summary>The message of a run that must fail.</summary>
    public static string Failure(string source)
    {
        ScriptRun run = Of(source);
        Assert.Equal((ScriptEnd.Failed, 1), (run.Result.End, run.Result.ExitCode));
        Assert.Null(run.Result.Report);
        return run.Result.Message!;
    }

    private sealed class Host(IReadOnlyList<ProtocolDefinition> plugins) : IScriptHost
    {
        public BootReport Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
            Emulator.Boot(request, plugins, instrument, cancellation);

        public GuestFile? Guest(string name) =>
            BuiltInGuests.All.FirstOrDefault(g => "guest:" + g.Name == name) is { } guest ? ManagedImage.ToGuestFile(guest) : null;
    }
}
