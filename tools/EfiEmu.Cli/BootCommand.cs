using System.CommandLine;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>efiemu boot.</summary>
internal sealed class BootCommand : ICommand
{
    private readonly IEmulator _emulator;
    private readonly Terminal _terminal;
    private readonly BootOptions _options = new();

    public BootCommand(IEmulator emulator, Terminal terminal)
    {
        _emulator = emulator;
        _terminal = terminal;
        Syntax = _options.ToCommand();
    }

    /// <inheritdoc/>
    public string Usage => "boot IMAGE [options] [-- LOAD-OPTIONS]";

    /// <inheritdoc/>
    public string Summary => "boot an image";

    /// <inheritdoc/>
    public string? Help => BootHelp.Text;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        string format = BootRequestReader.Named(_options.Format, parsed.GetValue(_options.Format), ReportPrinter.Formats) ?? ReportPrinter.Formats[0];
        string image = parsed.GetValue(_options.Image) ?? throw new InputException("boot", "IMAGE: none given (see efiemu boot --help)");
        bool verbose = parsed.GetValue(_options.Verbose);
        _emulator.Use(_options.Plugins.Read(parsed) with { Verbose = verbose });
        var reader = new BootRequestReader(_emulator, _options);
        BootRequest request = reader.Read(image, MachineWords.Of(parsed, _options), parsed, loadOptions);
        using OutputFile? file = reader.OpenOutput(parsed, image);

        var statistics = RunStatistics.Start();
        BootReport report = Boot(request, cancellation);
        if (verbose)
        {
            _terminal.Say(statistics.Describe(report.Instructions, report.GuestBytesTouched));
        }

        ReportOutput.Write(_terminal, file, new ReportPrinter(report, format, request.Trace).Write);
        return report.Outcome.ExitCode;
    }

    private BootReport Boot(BootRequest request, CancellationToken cancellation)
    {
        using ProgressLine? progress = ProgressLine.On(_terminal);
        return _emulator.Boot(request, progress, cancellation);
    }
}
