using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Memory;

namespace EfiEmu.Hosting;

/// <summary>Environment variables as configuration: EFIEMU_MEMORY is EfiEmu:Memory, two underscores stand for a colon.</summary>
public static class EfiEmuEnvironment
{
    private const string Prefix = "EFIEMU_";

    /// <summary>Adds the variables that name an option. They win over files and give way to the command line.</summary>
    /// <remarks>Other variables with the prefix are left alone: scripts and tests have theirs.</remarks>
    public static IConfigurationBuilder AddEfiEmuEnvironment(this IConfigurationBuilder configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        List<KeyValuePair<string, string?>> values =
        [
            .. ConfiguredOptions.Names
                .Select(name => (name, value: Environment.GetEnvironmentVariable(Prefix + name.ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal))))
                .Where(v => !string.IsNullOrEmpty(v.value))
                .Select(v => new KeyValuePair<string, string?>($"{EfiEmuOptions.Section}:{v.name}", v.value)),
        ];
        if (values.Count > 0)
        {
            int commandLine = configuration.Sources.TakeWhile(source => source is not CommandLineConfigurationSource).Count();
            configuration.Sources.Insert(commandLine, new MemoryConfigurationSource { InitialData = values });
        }

        return configuration;
    }
}
