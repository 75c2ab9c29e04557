using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>Reads the options out of the configuration. What cannot be read becomes a line that the validation shows.</summary>
/// <param name="configuration">The host's; null where there is none.</param>
internal sealed class ConfiguredOptions(IConfiguration? configuration) : IConfigureOptions<EfiEmuOptions>
{
    /// <summary>The keys below the section, each with what takes its value: the fault, or null where there is none.</summary>
    private static readonly IReadOnlyDictionary<string, Func<EfiEmuOptions, string, string?>> Keys =
        new Dictionary<string, Func<EfiEmuOptions, string, string?>>(StringComparer.OrdinalIgnoreCase)
        {
            ["ParallelBoots"] = (o, text) => Number<int>(text, value => o.ParallelBoots = value),
            ["QueueLength"] = (o, text) => Number<int>(text, value => o.QueueLength = value),
            ["Platform"] = (o, text) => Text(o.Platform = text),
            ["Memory"] = (o, text) => Size(text, value => o.MemoryBytes = value),
            ["Firmware"] = (o, text) => Text(o.Firmware = text),
            ["Acceptance"] = (o, text) => Text(o.Acceptance = text),
            ["Budget:Instructions"] = (o, text) => Number<ulong>(text, value => o.Budget = o.Budget with { Instructions = value }),
            ["Budget:GuestMemory"] = (o, text) => Size(text, value => o.Budget = o.Budget with { GuestBytesTouched = value }),
            ["Budget:Events"] = (o, text) => Number<int>(text, value => o.Budget = o.Budget with { Events = value }),
            ["Budget:ConsoleCharacters"] = (o, text) => Number<int>(text, value => o.Budget = o.Budget with { ConsoleCharacters = value }),
            ["PluginFolder"] = (o, text) => Text(o.PluginFolder = text),
            ["LogLevel"] = (o, text) => Level(text, value => o.LogLevel = value),
            ["LogFile"] = (o, text) => Text(o.LogFile = text),
        };

    /// <summary>The keys, as a user may write them.</summary>
    public static IEnumerable<string> Names => Keys.Keys;

    /// <inheritdoc/>
    public void Configure(EfiEmuOptions options)
    {
        if (configuration is null)
        {
            return;
        }

        int prefix = EfiEmuOptions.Section.Length + 1;
        foreach ((string path, string? value) in configuration.GetSection(EfiEmuOptions.Section).AsEnumerable().OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (value is null)
            {
                continue;
            }

            string? fault = path.Length > prefix && Keys.TryGetValue(path[prefix..], out Func<EfiEmuOptions, string, string?>? read)
                ? read(options, value)
                : $"unknown; there are {string.Join(", ", Names)}";
            if (fault is not null)
            {
                options.Unreadable.Add($"{path}: {fault}");
            }
        }
    }

    private static string? Text(string? _) => null;

    private static string? Number<T>(string text, Action<T> set)
        where T : System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        if (!T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T? value))
        {
            return $"'{text}' is not a number up to {T.MaxValue}";
        }

        set(value);
        return null;
    }

    private static string? Size(string text, Action<ulong> set)
    {
        if (MemorySize.TryParse(text, out ulong bytes, out string fault))
        {
            set(bytes);
            return null;
        }

        return fault;
    }

    private static string? Level(string text, Action<LogLevel> set)
    {
        if (!Enum.TryParse(text, ignoreCase: true, out LogLevel level) || !Enum.IsDefined(level) || int.TryParse(text, out _))
        {
            return $"unknown '{text}'; there are {string.Join(", ", Enum.GetNames<LogLevel>())}";
        }

        set(level);
        return null;
    }
}
