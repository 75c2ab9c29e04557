using System.CommandLine;
using System.Globalization;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>efiemu boot.</summary>
internal sealed class BootCommand : ICommand
{
    private const string DefaultMemory = "8G";

    private static readonly string[] Formats = ["text", "json"];
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
        bool json = Named(parsed, _options.Format, Formats) == "json";
        BootRequest request = Request(parsed, loadOptions);
        using OutputFile? file = parsed.GetValue(_options.Out) is { } path ? OutputFile.Open(path, InputFiles(parsed)) : null;

        var statistics = RunStatistics.Start();
        BootReport report = _emulator.Boot(request, cancellation);
        if (parsed.GetValue(_options.Verbose))
        {
            _terminal.Say(statistics.Describe(report.Instructions));
        }

        var printer = new ReportPrinter(report, json, request.Trace);
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

    private BootRequest Request(ParseResult parsed, string? loadOptions)
    {
        string platform = Named(parsed, _options.Platform, PlatformCatalogue.Names) ?? PlatformCatalogue.Names[0];
        string firmware = Named(parsed, _options.Firmware, [.. FirmwareProfiles.All.Select(p => p.Name)]) ?? FirmwareProfiles.Default;
        string? acceptance = Named(parsed, _options.Acceptance, [.. AcceptancePolicies.All.Select(p => p.Name)]);
        string? until = Named(parsed, _options.Until, Ends);
        ulong memory = Memory(parsed);
        ulong seed = Number(parsed, _options.Seed) ?? 0;
        var budget = new BootBudget();
        budget = budget with { Instructions = Number(parsed, _options.MaximumInstructions) ?? budget.Instructions };
        return new BootRequest
        {
            Guest = Guest(parsed.GetValue(_options.Image) ?? throw new InputException("boot", "IMAGE: none given (see efiemu boot --help)")),
            Platform = platform,
            MemoryBytes = memory,
            MemoryMap = MemoryMap(parsed),
            Firmware = firmware,
            Acceptance = acceptance,
            LoadOptions = loadOptions,
            Initrd = Initrd(parsed),
            Until = until switch { null => null, "exit-boot-services" => BootUntil.ExitBootServices, "hand-off" => BootUntil.HandOff, _ => BootUntil.GuestEnd },
            Trace = parsed.GetValue(_options.Trace),
            Budget = budget,
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

    private ulong Memory(ParseResult parsed)
    {
        string? text = parsed.GetValue(_options.Memory);
        if (text is not null && parsed.GetValue(_options.MemoryMap) is not null)
        {
            throw new InputException(_options.Memory.Name, "the memory map says how much memory there is; give one of the two");
        }

        return MemorySize.TryParse(text ?? DefaultMemory, out ulong bytes, out string fault)
            ? bytes
            : throw new InputException(_options.Memory.Name, fault);
    }

    private MemoryMapFile? MemoryMap(ParseResult parsed) => parsed.GetValue(_options.MemoryMap) is { } path
        ? new MemoryMapFile(path, InputFile.Read(path, "memory map"))
        : null;

    private IEnumerable<string> InputFiles(ParseResult parsed) =>
        new[] { parsed.GetValue(_options.Image), parsed.GetValue(_options.Initrd), parsed.GetValue(_options.MemoryMap) }.OfType<string>();

    /// <summary>The value of an option that has a fixed set of names; null where it is not given.</summary>
    internal static string? Named(ParseResult parsed, Option<string?> option, IReadOnlyList<string> names) =>
        parsed.GetValue(option) is not { } name ? null
        : names.Contains(name) ? name
        : throw new InputException(option.Name, $"unknown '{name}'; there are {string.Join(", ", names)}");

    /// <summary>The value of an option that is a number; null where it is not given.</summary>
    internal static ulong? Number(ParseResult parsed, Option<string?> option)
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
