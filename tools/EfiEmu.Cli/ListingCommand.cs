using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>A listing: one name per line, with what is known of it.</summary>
internal sealed class ListingCommand(string name, string summary, Terminal terminal, Func<IEnumerable<ListingRow>> rows) : ICommand
{
    /// <inheritdoc/>
    public string Usage => name;

    /// <inheritdoc/>
    public string Summary => summary;

    /// <inheritdoc/>
    public string? Help => null;

    /// <inheritdoc/>
    public Command Syntax { get; } = new(name);

    /// <summary>The listings.</summary>
    public static IEnumerable<ICommand> All(IEmulator emulator, Terminal terminal) =>
    [
        new ListingCommand("platforms", "the machines: plain, sev-snp, tdx", terminal, () => PlatformCatalogue.All.Select(p => new ListingRow(p.Name, p.Description))),
        new ListingCommand("firmware", "the firmware profiles", terminal, () => FirmwareProfiles.All.Select(p => new ListingRow(p.Name, Described(p)))),
        new ListingCommand("acceptance", "who accepts memory, and when", terminal, () => AcceptancePolicies.All.Select(p => new ListingRow(p.Name, p.Description))),
        new ListingCommand("protocols", "the protocols that the firmware brings", terminal, () => emulator.Protocols),
        new ListingCommand("guests", "the guests that are built in", terminal, () => emulator.Guests),
    ];

    /// <inheritdoc/>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        StandardOutput.Write(terminal.Output, stream => stream.Write(Encoding.UTF8.GetBytes(Text([.. rows()]))));
        return ExitCode.Success;
    }

    private static string Text(List<ListingRow> rows)
    {
        int width = rows.Count == 0 ? 0 : rows.Max(r => r.Name.Length);
        var text = new StringBuilder();
        foreach (ListingRow row in rows)
        {
            text.Append($"{row.Name.PadRight(width)}  {row.Description}".TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string Described(FirmwareProfile profile) =>
        profile.Name == FirmwareProfiles.Default ? $"{profile.Description} (default)" : profile.Description;
}
