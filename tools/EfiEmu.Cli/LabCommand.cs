using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>efiemu lab slack.</summary>
internal sealed class LabCommand(IEmulator emulator, Terminal terminal, LabOptions options)
{
    /// <summary>Measures and reports.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        if (parsed.GetValue(options.Boot.Image) is null)
        {
            throw new InputException("lab slack", "IMAGE: none given (see efiemu lab slack --help)");
        }

        var boot = new BootCommand(emulator, terminal, options.Boot);
        bool json = boot.IsJson(parsed);
        BootRequest request = boot.Request(parsed, loadOptions);
        using OutputFile? file = boot.OpenOutput(parsed);
        var statistics = RunStatistics.Start();
        SlackReport report;
        try
        {
            report = emulator.MeasureSlack(request, cancellation);
        }
        catch (MapGrowthException fault)
        {
            throw new InputException(options.Boot.Memory.Name, fault.Message);
        }
        catch (CheckpointException fault)
        {
            terminal.Say(fault.Message);
            return ExitCode.NotModelled;
        }

        if (parsed.GetValue(options.Boot.Verbose))
        {
            terminal.Say($"{report.Cells.Count} cells; {statistics.Describe(report.Undisturbed.Instructions)}");
        }

        if (file is null)
        {
            StandardOutput.Write(terminal.Output, stream => Write(report, stream, json, terminal.Colours));
        }
        else
        {
            file.Write(stream => Write(report, stream, json, colours: false));
        }

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
