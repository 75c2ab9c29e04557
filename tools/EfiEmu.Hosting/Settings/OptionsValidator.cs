using EfiEmu.Firmware;
using EfiEmu.Platforms;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>Checks the options when the host starts: one line for each value that is wrong.</summary>
internal sealed class OptionsValidator : IValidateOptions<EfiEmuOptions>
{
    private const int MostParallelBoots = 1024;
    private const int LongestQueue = 1_000_000;
    private const ulong MostMemory = 1UL << 52;
    private const ulong PageSize = 4096;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, EfiEmuOptions options)
    {
        List<string> faults = [.. options.Unreadable, .. Faults(options).Select(f => $"{EfiEmuOptions.Section}:{f}")];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(EfiEmuOptions options)
    {
        IEnumerable<string?> checks =
        [
            Within("ParallelBoots", options.ParallelBoots, MostParallelBoots),
            Within("QueueLength", options.QueueLength, LongestQueue),
            Known("Platform", options.Platform, PlatformCatalogue.Names),
            options.MemoryBytes is > 0 and <= MostMemory && options.MemoryBytes % PageSize == 0
                ? null
                : $"Memory: {options.MemoryBytes} is not a positive multiple of {PageSize} bytes up to 4P",
            Known("Firmware", options.Firmware, FirmwareProfiles.All.Select(p => p.Name)),
            options.Acceptance is null ? null : Known("Acceptance", options.Acceptance, AcceptancePolicies.All.Select(p => p.Name)),
            options.Budget.Instructions > 0 ? null : "Budget:Instructions: 0 lets no guest run",
            options.Budget.GuestBytesTouched > 0 ? null : "Budget:GuestMemory: 0 lets no guest run",
            Within("Budget:Events", options.Budget.Events, int.MaxValue),
            Within("Budget:ConsoleCharacters", options.Budget.ConsoleCharacters, int.MaxValue),
            options.PluginFolder is null || Directory.Exists(options.PluginFolder) ? null : $"PluginFolder: no such folder: {options.PluginFolder}",
            options.LogFile is null ? null : LogFileFault(options.LogFile),
        ];
        return checks.OfType<string>();
    }

    private static string? Within(string field, int value, int most) =>
        value >= 1 && value <= most ? null : $"{field}: {value} is not a number from 1 to {most}";

    private static string? Known(string field, string value, IEnumerable<string> names) =>
        names.Contains(value) ? null : $"{field}: unknown '{value}'; there are {string.Join(", ", names)}";

    private static string? LogFileFault(string file)
    {
        if (file.Length == 0)
        {
            return "LogFile: the name is empty";
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(file));
        return Directory.Exists(file) ? $"LogFile: is a folder: {file}"
            : Directory.Exists(folder) ? null
            : $"LogFile: no such folder: {folder}";
    }
}
