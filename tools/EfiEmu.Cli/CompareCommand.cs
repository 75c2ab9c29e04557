using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Reports.Comparison;

namespace EfiEmu.Cli;

/// <summary>efiemu compare.</summary>
internal sealed class CompareCommand(IEmulator emulator, Terminal terminal, CompareOptions options)
{
    private const string Json = "json";

    private static readonly string[] Formats = ["text", Json];

    /// <summary>Boots twice and shows both. Whatever becomes of the guests, they were compared.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        BootOptions shared = options.Boot;
        bool json = BootRequestReader.Named(shared.Format, parsed.GetValue(shared.Format), Formats) == Json;
        var pair = ComparedWords.Read(parsed, options);
        var reader = new BootRequestReader(emulator, shared);
        BootRequest first = reader.Read(pair.ImageA, pair.MachineA, parsed, loadOptions);
        BootRequest second = reader.Read(pair.ImageB, pair.MachineB, parsed, loadOptions);
        pair.CheckMemory(first.MemoryBytes, second.MemoryBytes);
        using OutputFile? file = parsed.GetValue(shared.Out) is { } path
            ? OutputFile.Open(path, [pair.ImageA, pair.ImageB, .. reader.FilesBesideTheImage(parsed)])
            : null;

        var statistics = RunStatistics.Start();
        BootReport a = emulator.Boot(first, cancellation);
        BootReport b = emulator.Boot(second, cancellation);
        if (parsed.GetValue(shared.Verbose))
        {
            terminal.Say(statistics.Describe(a.Instructions + b.Instructions));
        }

        var comparison = BootComparison.Of(a, b);
        ReportOutput.Write(terminal, file, (stream, colours) => Write(comparison, json, stream, colours));
        return ExitCode.Success;
    }

    private static void Write(BootComparison comparison, bool json, Stream output, bool colours)
    {
        if (json)
        {
            JsonComparison.Write(comparison, output);
            return;
        }

        using var text = new StreamWriter(output, new UTF8Encoding(false), bufferSize: 1 << 14, leaveOpen: true);
        TextComparison.Write(comparison, text, colours ? ReportStyle.Terminal : ReportStyle.Plain);
    }
}
