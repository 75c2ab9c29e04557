using System.CommandLine;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>efiemu run.</summary>
internal sealed class RunCommand : ICommand, IScriptHost
{
    private const string NoReport = "none";

    private static readonly string[] Formats = ["text", "json", NoReport];

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
    public string Usage => "run SCRIPT.lua [options]";

    /// <inheritdoc/>
    public string Summary => "run a guest or a lab in Lua";

    /// <inheritdoc/>
    public string? Help => RunHelp.Text;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        string format = BootRequestReader.Named(_options.Format, parsed.GetValue(_options.Format), Formats) ?? Formats[0];
        _emulator.Use(_options.Plugins.Read(parsed) with { Verbose = parsed.GetValue(_options.Verbose) });
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
                Steps = Number(parsed, _options.MaximumSteps) ?? ScriptBudget.Default.Steps,
            },
            Output = text => StandardOutput.Write(_terminal.Output, stream => stream.Write(text.Span)),
        };

        ScriptResult result = new ScriptRunner(this, TimeProvider.System).Run(script, cancellation);
        if (result.Message is { } message)
        {
            _terminal.Say(message);
        }

        if (result.Report is { } report && format != NoReport)
        {
            var printer = new ReportPrinter(report, format, machine.Trace);
            StandardOutput.Write(_terminal.Output, stream => printer.Write(stream, _terminal.Colours));
        }

        return result.ExitCode;
    }

    /// <inheritdoc/>
    BootReport IScriptHost.Boot(BootRequest request, IBootInstrument instrument, CancellationToken cancellation) =>
        _emulator.BootWatched(request, instrument, cancellation);

    /// <inheritdoc/>
    GuestFile? IScriptHost.Guest(string name) => _emulator.BuiltInGuest(name);

    private MachineSettings Machine(ParseResult parsed, string? loadOptions)
    {
        EfiEmuOptions defaults = _emulator.Defaults;
        string? platform = BootRequestReader.Named(_options.Platform, parsed.GetValue(_options.Platform), PlatformCatalogue.Names);
        string? firmware = BootRequestReader.Named(_options.Firmware, parsed.GetValue(_options.Firmware), [.. FirmwareProfiles.All.Select(p => p.Name)]);
        string? acceptance = BootRequestReader.Named(_options.Acceptance, parsed.GetValue(_options.Acceptance), [.. AcceptancePolicies.All.Select(p => p.Name)]);
        return new MachineSettings
        {
            Platform = platform ?? defaults.Platform,
            MemoryBytes = BootRequestReader.Size(_options.Memory, parsed.GetValue(_options.Memory)) ?? defaults.MemoryBytes,
            Firmware = firmware ?? defaults.Firmware,
            Acceptance = acceptance ?? defaults.Acceptance,
            LoadOptions = loadOptions,
            Trace = parsed.GetValue(_options.Trace),
            Budget = defaults.Budget with { Instructions = Number(parsed, _options.MaximumInstructions) ?? defaults.Budget.Instructions },
            Seed = Number(parsed, _options.Seed) ?? 0,
        };
    }

    private static ulong? Number(ParseResult parsed, Option<string?> option) => BootRequestReader.Number(option, parsed.GetValue(option));

    private string? ReadableFolder(ParseResult parsed)
    {
        if (parsed.GetValue(_options.AllowRead) is not { } folder)
        {
            return null;
        }

        return Directory.Exists(folder) ? folder : throw new InputException(_options.AllowRead.Name, $"'{folder}' is no directory");
    }
}
