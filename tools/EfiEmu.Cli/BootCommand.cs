using System.CommandLine;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>efiemu boot.</summary>
internal sealed class BootCommand(IEmulator emulator, Terminal terminal, BootOptions options)
{
    /// <summary>Boots and reports.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        string format = BootRequestReader.Named(options.Format, parsed.GetValue(options.Format), ReportPrinter.Formats) ?? ReportPrinter.Formats[0];
        string image = parsed.GetValue(options.Image) ?? throw new InputException("boot", "IMAGE: none given (see efiemu boot --help)");
        var reader = new BootRequestReader(emulator, options);
        BootRequest request = reader.Read(image, MachineWords.Of(parsed, options), parsed, loadOptions);
        using OutputFile? file = parsed.GetValue(options.Out) is { } path ? OutputFile.Open(path, [image, .. reader.FilesBesideTheImage(parsed)]) : null;

        var statistics = RunStatistics.Start();
        BootReport report = emulator.Boot(request, cancellation);
        if (parsed.GetValue(options.Verbose))
        {
            terminal.Say(statistics.Describe(report.Instructions));
        }

        ReportOutput.Write(terminal, file, new ReportPrinter(report, format, request.Trace).Write);
        return report.Outcome.ExitCode;
    }
}
