using System.CommandLine;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>efiemu run.</summary>
internal sealed class RunCommand : ICommand, IScriptHost
{
    private const string DefaultMemory = "8G";

    private static readonly string[] Formats = ["text", "json", "none"];

    private readonly IEmulator _emulator;
    private readonly Terminal _terminal;
    private readonly RunOptions _options = new();

    public RunCommand(IEmulator emulator, Terminal terminal)
    {
        _emulator = emulator;
        _terminal = terminal;
        Syntax = _options.ToCommand();
    }

    /// <inheritdoc/>
    public string Usage => "run SCRIPT.lua [options] [-- LOAD-OPTIONS]";

    /// <inheritdoc/>
    public string Summary => "run a guest or a lab in Lua";

    /// <inheritdoc/>
    public string? Help => RunHelp.Text;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        string format = BootCommand.Named(parsed, _options.Format, Formats) ?? "text";
        MachineSettings machine = Machine(parsed, loadOptions);
        string path = parsed.GetValue(_options.Script) ?? throw new InputException("run", "SCRIPT: none given (see efiemu run --help)");
        var script = new Script
        {
            Name = Path.GetFileName(path),
            Source = InputFile.Read(path, "script"),
            Machine = machine,
            ReadableFolder = ReadableFolder(parsed),
            Budget = ScriptBudget.Default with
            {
                Steps = BootCommand.Number(parsed, _options.MaximumSteps) ?? ScriptBudget.Default.Steps,
            },
            Output = text => StandardOutput.Write(_terminal.Output, stream => stream.Write(text.Span)),
        };

        ScriptResult result = new ScriptRunner(this, TimeProvider.System).Run(script, cancellation);
        if (result.Message is { } message)
        {
            _terminal.Say(message);
        }

        if (result.Report is { } report && format != "none")
        {
            var printer = new ReportPrinter(report, format == "json", machine.Trace);
            StandardOutput.Write(_terminal.Output, stream => printer.Write(stream, _terminal.Colours));
        }

        return result.ExitCode;
    }

    /// <inheritdoc/>
    BootReport IScriptHost.Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
        _emulator.Boot(request, instrument, cancellation);

    /// <inheritdoc/>
    GuestFile? IScriptHost.Guest(string name) => _emulator.BuiltInGuest(name);

    private MachineSettings Machine(ParseResult parsed, string? loadOptions)
    {
        var budget = new BootBudget();
        return new MachineSettings
        {
            Platform = BootCommand.Named(parsed, _options.Platform, PlatformCatalogue.Names) ?? PlatformCatalogue.Names[0],
            MemoryBytes = MemorySize.TryParse(parsed.GetValue(_options.Memory) ?? DefaultMemory, out ulong bytes, out string fault)
                ? bytes
                : throw new InputException(_options.Memory.Name, fault),
            Firmware = BootCommand.Named(parsed, _options.Firmware, [.. FirmwareProfiles.All.Select(p => p.Name)]) ?? FirmwareProfiles.Default,
            Acceptance = BootCommand.Named(parsed, _options.Acceptance, [.. AcceptancePolicies.All.Select(p => p.Name)]),
            LoadOptions = loadOptions,
            Trace = parsed.GetValue(_options.Trace),
            Budget = budget with { Instructions = BootCommand.Number(parsed, _options.MaximumInstructions) ?? budget.Instructions },
            Seed = BootCommand.Number(parsed, _options.Seed) ?? 0,
        };
    }

    private string? ReadableFolder(ParseResult parsed)
    {
        if (parsed.GetValue(_options.AllowRead) is not { } folder)
        {
            return null;
        }

        return Directory.Exists(folder) ? folder : throw new InputException(_options.AllowRead.Name, $"'{folder}' is no directory");
    }
}
