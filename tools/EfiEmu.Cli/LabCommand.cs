using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>efiemu lab slack.</summary>
internal sealed class LabCommand : ICommand
{
    private const string Json = "json";

    private static readonly string[] Formats = ["text", Json];

    private readonly IEmulator _emulator;
    private readonly Terminal _terminal;
    private readonly LabOptions _options = new();

    public LabCommand(IEmulator emulator, Terminal terminal)
    {
        _emulator = emulator;
        _terminal = terminal;
        Syntax = _options.ToCommand();
    }

    /// <inheritdoc/>
    public string Usage => "lab slack IMAGE [options]";

    /// <inheritdoc/>
    public string Summary => "what map changes a loader survives";

    /// <inheritdoc/>
    public string? Help => LabHelp.Text;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <summary>Measures and reports.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        if (parsed.CommandResult.Command == Syntax)
        {
            throw new InputException("lab", "no measurement given; there is slack (see efiemu lab --help)");
        }

        BootOptions boot = _options.Boot;
        bool verbose = parsed.GetValue(boot.Verbose);
        _emulator.Use(boot.Plugins.Read(parsed) with { Verbose = verbose });
        string image = parsed.GetValue(boot.Image) ?? throw new InputException("lab slack", "IMAGE: none given (see efiemu lab slack --help)");
        bool json = BootRequestReader.Named(boot.Format, parsed.GetValue(boot.Format), Formats) == Json;
        var reader = new BootRequestReader(_emulator, boot);
        BootRequest request = reader.Read(image, MachineWords.Of(parsed, boot), parsed, loadOptions);
        using OutputFile? file = reader.OpenOutput(parsed, image);
        var statistics = RunStatistics.Start();
        SlackReport report;
        try
        {
            report = _emulator.MeasureSlack(request, cancellation);
        }
        catch (MapGrowthException fault)
        {
            throw new InputException(boot.Memory.Name, fault.Message);
        }
        catch (CheckpointException fault)
        {
            _terminal.Say(fault.Message);
            return ExitCode.NotModelled;
        }

        if (verbose)
        {
            _terminal.Say($"{report.Cells.Count} cells; {statistics.Describe(report.Undisturbed.Instructions)}");
        }

        ReportOutput.Write(_terminal, file, (stream, colours) => Write(report, stream, json, colours));
        return report.ExitCode;
    }

    private static void Write(SlackReport report, Stream output, bool json, bool colours)
    {
        if (json)
        {
            SlackJson.Write(report, output);
            return;
        }

        using var text = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 14, leaveOpen: true);
        SlackText.Write(report, text, colours ? ReportStyle.Terminal : ReportStyle.Plain);
    }
}
