using System.CommandLine;
using System.Globalization;
using EfiEmu.Firmware;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>The words of the options that say which machine boots; null where an option is not given.</summary>
internal sealed record MachineWords(string? Platform, string? Memory, string? Firmware, string? Acceptance)
{
    /// <summary>The words of one machine.</summary>
    public static MachineWords Of(ParseResult parsed, BootOptions options) => new(
        parsed.GetValue(options.Platform), parsed.GetValue(options.Memory), parsed.GetValue(options.Firmware), parsed.GetValue(options.Acceptance));
}

/// <summary>Turns what the user wrote into a boot request, or says what is wrong with it.</summary>
internal sealed class BootRequestReader(IEmulator emulator, BootOptions options)
{
    private const string BuiltIn = "guest:";

    private static readonly string[] Ends = ["exit-boot-services", "hand-off", "guest-end"];

    /// <summary>The request for one boot.</summary>
    /// <param name="image">IMAGE as the user wrote it.</param>
    /// <param name="machine">The machine as the user wrote it.</param>
    /// <param name="parsed">Everything else.</param>
    /// <param name="loadOptions">What follows the separator.</param>
    /// <exception cref="InputException">What is wrong, and where.</exception>
    public BootRequest Read(string image, MachineWords machine, ParseResult parsed, string? loadOptions)
    {
        string? platform = Named(options.Platform, machine.Platform, PlatformCatalogue.Names);
        string? firmware = Named(options.Firmware, machine.Firmware, [.. FirmwareProfiles.All.Select(p => p.Name)]);
        string? acceptance = Named(options.Acceptance, machine.Acceptance, [.. AcceptancePolicies.All.Select(p => p.Name)]);
        string? until = Named(options.Until, parsed.GetValue(options.Until), Ends);
        string? tier = Named(options.CpuTier, parsed.GetValue(options.CpuTier), [.. ExecutionTiers.Names]);
        ulong? memory = Memory(machine.Memory, parsed);
        ulong seed = Number(options.Seed, parsed.GetValue(options.Seed)) ?? 0;
        ulong? instructions = Number(options.MaximumInstructions, parsed.GetValue(options.MaximumInstructions));
        GuestFile guest = Guest(image);
        BootRequest defaults = emulator.Defaults.RequestFor(guest);
        return defaults with
        {
            Platform = platform ?? defaults.Platform,
            Processor = Processor(parsed) ?? defaults.Processor,
            Tier = tier ?? defaults.Tier,
            MemoryBytes = memory ?? defaults.MemoryBytes,
            MemoryMap = MemoryMap(parsed),
            Firmware = firmware ?? defaults.Firmware,
            Acceptance = acceptance ?? defaults.Acceptance,
            LoadOptions = loadOptions,
            Initrd = Initrd(parsed),
            BootFiles = parsed.GetValue(options.Disk) is { } disk ? DiskFolder.Read(disk) : defaults.BootFiles,
            Until = until switch { null => null, "exit-boot-services" => BootUntil.ExitBootServices, "hand-off" => BootUntil.HandOff, _ => BootUntil.GuestEnd },
            Trace = parsed.GetValue(options.Trace),
            Budget = defaults.Budget with { Instructions = instructions ?? defaults.Budget.Instructions },
            Seed = seed,
        };
    }

    private string? Processor(ParseResult parsed) => parsed.GetValue(options.Cpu) is not { } text ? null
        : ProcessorModel.TryParse(text, out ProcessorModel? model, out string? fault) ? model.Name
        : throw new InputException(options.Cpu.Name, fault);

    private GuestFile Guest(string image)
    {
        if (!File.Exists(image) && !Directory.Exists(image) && emulator.BuiltInGuest(image) is { } builtIn)
        {
            return builtIn;
        }

        if (image.StartsWith(BuiltIn, StringComparison.Ordinal) && !File.Exists(image))
        {
            throw new InputException(image, $"image: no such guest; there are {string.Join(", ", emulator.Guests.Select(guest => guest.Name))}");
        }

        byte[] bytes = InputFile.Read(image, "image");
        return emulator.Refusal(bytes) is { } fault
            ? throw new InputException(image, fault)
            : emulator.Describe(Path.GetFileName(image), bytes);
    }

    private ReadOnlyMemory<byte>? Initrd(ParseResult parsed)
    {
        if (parsed.GetValue(options.Initrd) is not { } path)
        {
            return null;
        }

        return InputFile.Read(path, "initrd");
    }

    private ulong? Memory(string? text, ParseResult parsed)
    {
        if (text is null)
        {
            return null;
        }

        if (parsed.GetValue(options.MemoryMap) is not null)
        {
            throw new InputException(options.Memory.Name, "the memory map says how much memory there is; give one of the two");
        }

        return Size(options.Memory, text);
    }

    private MemoryMapFile? MemoryMap(ParseResult parsed) => parsed.GetValue(options.MemoryMap) is { } path
        ? new MemoryMapFile(path, InputFile.Read(path, "memory map"))
        : null;

    /// <summary>Opens the file of --out, which must be none of those that the command reads; null where none is given.</summary>
    public OutputFile? OpenOutput(ParseResult parsed, params IEnumerable<string> images)
    {
        if (parsed.GetValue(options.Out) is not { } path)
        {
            return null;
        }

        if (path.Length > 0 && parsed.GetValue(options.Disk) is { Length: > 0 } disk && IsBelow(disk, path))
        {
            throw new InputException(path, "out: lies in the folder of --disk");
        }

        return OutputFile.Open(path, [.. images, .. new[] { parsed.GetValue(options.Initrd), parsed.GetValue(options.MemoryMap) }.OfType<string>()]);
    }

    private static bool IsBelow(string folder, string path) => Path.GetFullPath(path).StartsWith(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>A size in bytes; null where none is given.</summary>
    public static ulong? Size(Option option, string? text) =>
        text is null ? null
        : MemorySize.TryParse(text, out ulong bytes, out string fault) ? bytes
        : throw new InputException(option.Name, fault);

    /// <summary>One of several names, or null where none is given.</summary>
    public static string? Named(Option option, string? name, IReadOnlyList<string> names) =>
        name is null || names.Contains(name) ? name
        : throw new InputException(option.Name, $"unknown '{name}'; there are {string.Join(", ", names)}");

    /// <summary>A number in decimal or, after 0x, in hexadecimal; null where none is given.</summary>
    public static ulong? Number(Option option, string? text)
    {
        if (text is null)
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
