using System.CommandLine;
using System.Globalization;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>efiemu boot.</summary>
internal sealed class BootCommand : ICommand
{
    private static readonly string[] Ends = ["exit-boot-services", "hand-off", "guest-end"];

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
        string format = Named(parsed, _options.Format, ReportPrinter.Formats) ?? ReportPrinter.Formats[0];
        bool verbose = parsed.GetValue(_options.Verbose);
        _emulator.Use(_options.Plugins.Read(parsed) with { Verbose = verbose });
        BootRequest request = Request(parsed, loadOptions);
        using OutputFile? file = parsed.GetValue(_options.Out) is { } path ? OutputFile.Open(path, InputFiles(parsed)) : null;

        var statistics = RunStatistics.Start();
        BootReport report = Boot(request, cancellation);
        if (verbose)
        {
            _terminal.Say(statistics.Describe(report.Instructions));
        }

        var printer = new ReportPrinter(report, format, request.Trace);
        if (file is null)
        {
            StandardOutput.Write(_terminal.Output, stream => printer.Write(stream, _terminal.Colours));
        }
        else
        {
            file.Write(stream => printer.Write(stream, colours: false));
        }

        return report.Outcome.ExitCode;
    }

    private BootReport Boot(BootRequest request, CancellationToken cancellation)
    {
        using ProgressLine? progress = ProgressLine.On(_terminal);
        return _emulator.Boot(request, progress, cancellation);
    }

    private BootRequest Request(ParseResult parsed, string? loadOptions)
    {
        string? platform = Named(parsed, _options.Platform, PlatformCatalogue.Names);
        string? firmware = Named(parsed, _options.Firmware, [.. FirmwareProfiles.All.Select(p => p.Name)]);
        string? acceptance = Named(parsed, _options.Acceptance, [.. AcceptancePolicies.All.Select(p => p.Name)]);
        string? until = Named(parsed, _options.Until, Ends);
        ulong? memory = Memory(parsed);
        ulong seed = Number(parsed, _options.Seed) ?? 0;
        ulong? instructions = Number(parsed, _options.MaximumInstructions);
        GuestFile guest = Guest(parsed.GetValue(_options.Image) ?? throw new InputException("boot", "IMAGE: none given (see efiemu boot --help)"));
        BootRequest defaults = _emulator.Defaults.RequestFor(guest);
        return defaults with
        {
            Platform = platform ?? defaults.Platform,
            MemoryBytes = memory ?? defaults.MemoryBytes,
            MemoryMap = MemoryMap(parsed),
            Firmware = firmware ?? defaults.Firmware,
            Acceptance = acceptance ?? defaults.Acceptance,
            LoadOptions = loadOptions,
            Initrd = Initrd(parsed),
            Until = until switch { null => null, "exit-boot-services" => BootUntil.ExitBootServices, "hand-off" => BootUntil.HandOff, _ => BootUntil.GuestEnd },
            Trace = parsed.GetValue(_options.Trace),
            Budget = defaults.Budget with { Instructions = instructions ?? defaults.Budget.Instructions },
            Seed = seed,
        };
    }

    private GuestFile Guest(string image)
    {
        if (!File.Exists(image) && !Directory.Exists(image) && _emulator.BuiltInGuest(image) is { } builtIn)
        {
            return builtIn;
        }

        byte[] bytes = InputFile.Read(image, "image");
        return _emulator.Refusal(bytes) is { } fault
            ? throw new InputException(image, fault)
            : _emulator.Describe(Path.GetFileName(image), bytes);
    }

    private ReadOnlyMemory<byte>? Initrd(ParseResult parsed)
    {
        if (parsed.GetValue(_options.Initrd) is not { } path)
        {
            return null;
        }

        return InputFile.Read(path, "initrd");
    }

    private ulong? Memory(ParseResult parsed)
    {
        if (parsed.GetValue(_options.Memory) is not { } text)
        {
            return null;
        }

        if (parsed.GetValue(_options.MemoryMap) is not null)
        {
            throw new InputException(_options.Memory.Name, "the memory map says how much memory there is; give one of the two");
        }

        return MemorySize.TryParse(text, out ulong bytes, out string fault)
            ? bytes
            : throw new InputException(_options.Memory.Name, fault);
    }

    private MemoryMapFile? MemoryMap(ParseResult parsed) => parsed.GetValue(_options.MemoryMap) is { } path
        ? new MemoryMapFile(path, InputFile.Read(path, "memory map"))
        : null;

    private IEnumerable<string> InputFiles(ParseResult parsed) =>
        new[] { parsed.GetValue(_options.Image), parsed.GetValue(_options.Initrd), parsed.GetValue(_options.MemoryMap) }.OfType<string>();

    private static string? Named(ParseResult parsed, Option<string?> option, IReadOnlyList<string> names) =>
        parsed.GetValue(option) is not { } name ? null
        : names.Contains(name) ? name
        : throw new InputException(option.Name, $"unknown '{name}'; there are {string.Join(", ", names)}");

    private static ulong? Number(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(
            hexadecimal ? text[2..] : text,
            hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out ulong number)
            ? number
            : throw new InputException(option.Name, $"'{text}' is not a number from 0 to {ulong.MaxValue}");
    }
}
