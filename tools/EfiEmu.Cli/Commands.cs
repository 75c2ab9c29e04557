namespace EfiEmu.Cli;

/// <summary>The commands of efiemu, one line each.</summary>
internal static class Commands
{
    /// <summary>The commands, in the order of the overview.</summary>
    public static IReadOnlyList<ICommand> All(IEmulator emulator, Terminal terminal) =>
    [
        new BootCommand(emulator, terminal),
        new CompareCommand(emulator, terminal),
        new LabCommand(emulator, terminal),
        new RunCommand(emulator, terminal),
        .. ListingCommand.All(emulator, terminal),
    ];
}
