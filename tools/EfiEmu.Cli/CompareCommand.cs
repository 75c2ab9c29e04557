using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Reports.Comparison;

namespace EfiEmu.Cli;

/// <summary>efiemu compare.</summary>
internal sealed class CompareCommand : ICommand
{
    private const string Json = "json";

    private static readonly string[] Formats = ["text", Json];

    private readonly IEmulator _emulator;
    private readonly Terminal _terminal;
    private readonly CompareOptions _options = new(new BootOptions());

    public CompareCommand(IEmulator emulator, Terminal terminal)
    {
        _emulator = emulator;
        _terminal = terminal;
        Syntax = _options.ToCommand();
    }

    /// <inheritdoc/>
    public string Usage => "compare A [B] [options]";

    /// <inheritdoc/>
    public string Summary => "two boots side by side";

    /// <inheritdoc/>
    public string? Help => CompareHelp.Text;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <summary>Boots twice and shows both. Whatever becomes of the guests, they were compared.</summary>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        BootOptions shared = _options.Boot;
        bool verbose = parsed.GetValue(shared.Verbose);
        _emulator.Use(shared.Plugins.Read(parsed) with { Verbose = verbose });
        bool json = BootRequestReader.Named(shared.Format, parsed.GetValue(shared.Format), Formats) == Json;
        var pair = ComparedWords.Read(parsed, _options);
        var reader = new BootRequestReader(_emulator, shared);
        BootRequest first = reader.Read(pair.ImageA, pair.MachineA, parsed, loadOptions);
        BootRequest second = reader.Read(pair.ImageB, pair.MachineB, parsed, loadOptions);
        pair.CheckMemory(first.MemoryBytes, second.MemoryBytes);
        using OutputFile? file = reader.OpenOutput(parsed, pair.ImageA, pair.ImageB);

        var statistics = RunStatistics.Start();
        BootReport a = _emulator.Boot(first, cancellation);
        BootReport b = _emulator.Boot(second, cancellation);
        if (verbose)
        {
            _terminal.Say(statistics.Describe(a.Instructions + b.Instructions));
        }

        var comparison = BootComparison.Of(a, b);
        ReportOutput.Write(_terminal, file, (stream, colours) => Write(comparison, json, stream, colours));
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
