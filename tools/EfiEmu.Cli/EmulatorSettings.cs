namespace EfiEmu.Cli;

/// <summary>What a command's options say about the emulator as a whole, not about one boot.</summary>
internal sealed record EmulatorSettings
{
    /// <summary>Log to standard error.</summary>
    public bool Verbose { get; init; }

    /// <summary>Plugin assemblies, in the order given.</summary>
    public IReadOnlyList<string> Plugins { get; init; } = [];

    /// <summary>The folder whose plugins are loaded, or null for the one beside the command, where there is one.</summary>
    public string? PluginFolder { get; init; }
}
