using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Cli;

/// <summary>efiemu lab slack.</summary>
internal sealed class LabCommand(IEmulator emulator, Terminal terminal, LabOptions options)
{
    private const string Json = "json";

    private static readonly string[] Formats = ["text", Json];

    /// <summary>Measures and reports.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        BootOptions boot = options.Boot;
        string image = parsed.GetValue(boot.Image) ?? throw new InputException("lab slack", "IMAGE: none given (see efiemu lab slack --help)");
        bool json = BootRequestReader.Named(boot.Format, parsed.GetValue(boot.Format), Formats) == Json;
        var reader = new BootRequestReader(emulator, boot);
        BootRequest request = reader.Read(image, MachineWords.Of(parsed, boot), parsed, loadOptions);
        using OutputFile? file = parsed.GetValue(boot.Out) is { } path
            ? OutputFile.Open(path, [image, .. reader.FilesBesideTheImage(parsed)])
            : null;
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

        ReportOutput.Write(terminal, file, (stream, colours) => Write(report, stream, json, colours));
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
