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
    private const string DefaultMemory = "8G";

    private static readonly string[] Ends = ["exit-boot-services", "hand-off", "guest-end"];

    /// <summary>The request for one boot.</summary>
    /// <param name="image">IMAGE as the user wrote it.</param>
    /// <param name="machine">The machine as the user wrote it.</param>
    /// <param name="parsed">Everything else.</param>
    /// <param name="loadOptions">What follows the separator.</param>
    /// <exception cref="InputException">What is wrong, and where.</exception>
    public BootRequest Read(string image, MachineWords machine, ParseResult parsed, string? loadOptions)
    {
        string platform = Named(options.Platform, machine.Platform, PlatformCatalogue.Names) ?? PlatformCatalogue.Names[0];
        string firmware = Named(options.Firmware, machine.Firmware, [.. FirmwareProfiles.All.Select(p => p.Name)]) ?? FirmwareProfiles.Default;
        string? acceptance = Named(options.Acceptance, machine.Acceptance, [.. AcceptancePolicies.All.Select(p => p.Name)]);
        string? until = Named(options.Until, parsed.GetValue(options.Until), Ends);
        ulong memory = Memory(machine.Memory, parsed);
        ulong seed = Number(parsed, options.Seed) ?? 0;
        var budget = new BootBudget();
        budget = budget with { Instructions = Number(parsed, options.MaximumInstructions) ?? budget.Instructions };
        return new BootRequest
        {
            Guest = Guest(image),
            Platform = platform,
            MemoryBytes = memory,
            MemoryMap = MemoryMap(parsed),
            Firmware = firmware,
            Acceptance = acceptance,
            LoadOptions = loadOptions,
            Initrd = Initrd(parsed),
            Until = until switch { null => null, "exit-boot-services" => BootUntil.ExitBootServices, "hand-off" => BootUntil.HandOff, _ => BootUntil.GuestEnd },
            Trace = parsed.GetValue(options.Trace),
            Budget = budget,
            Seed = seed,
        };
    }

    private GuestFile Guest(string image)
    {
        if (!File.Exists(image) && !Directory.Exists(image) && emulator.BuiltInGuest(image) is { } builtIn)
        {
            return builtIn;
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

    private ulong Memory(string? text, ParseResult parsed)
    {
        if (text is not null && parsed.GetValue(options.MemoryMap) is not null)
        {
            throw new InputException(options.Memory.Name, "the memory map says how much memory there is; give one of the two");
        }

        return MemorySize.TryParse(text ?? DefaultMemory, out ulong bytes, out string fault)
            ? bytes
            : throw new InputException(options.Memory.Name, fault);
    }

    private MemoryMapFile? MemoryMap(ParseResult parsed) => parsed.GetValue(options.MemoryMap) is { } path
        ? new MemoryMapFile(path, InputFile.Read(path, "memory map"))
        : null;

    /// <summary>The files beside the image that a boot reads.</summary>
    public IEnumerable<string> FilesBesideTheImage(ParseResult parsed) =>
        new[] { parsed.GetValue(options.Initrd), parsed.GetValue(options.MemoryMap) }.OfType<string>();

    /// <summary>One of several names, or null where none is given.</summary>
    public static string? Named(Option option, string? name, IReadOnlyList<string> names) =>
        name is null || names.Contains(name) ? name
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
