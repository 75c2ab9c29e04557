namespace EfiEmu.Cli;

/// <summary>What a command's options say about the emulator as a whole, not about one boot.</summary>
internal sealed record EmulatorSettings
{
    /// <summary>Log to standard error.</summary>
    public bool Verbose { get; init; }
}
