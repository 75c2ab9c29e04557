using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The options of every command that plugins add to.</summary>
internal sealed class PluginOptions
{
    public Option<string[]> Files { get; } = new("--plugin");

    public Option<string?> Folder { get; } = new("--plugins");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Files);
        command.Add(Folder);
    }

    /// <summary>What they say.</summary>
    public EmulatorSettings Read(ParseResult parsed) => new()
    {
        Plugins = parsed.GetValue(Files) ?? [],
        PluginFolder = parsed.GetValue(Folder),
    };
}
