using System.CommandLine;
using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>A listing: one name per line, with what is known of it.</summary>
internal sealed class ListingCommand : ICommand
{
    private readonly Terminal _terminal;
    private readonly Func<IEnumerable<ListingRow>> _rows;
    private readonly IEmulator? _pluggable;
    private readonly PluginOptions _plugins = new();

    // Where plugins add to the listing, the emulator is told which.
    private ListingCommand(string name, string summary, Terminal terminal, Func<IEnumerable<ListingRow>> rows, IEmulator? pluggable = null)
    {
        _terminal = terminal;
        _rows = rows;
        _pluggable = pluggable;
        Summary = summary;
        Syntax = new Command(name);
        Usage = name;
        if (pluggable is not null)
        {
            _plugins.AddTo(Syntax);
            Usage += " [options]";
            Help =
                $"""
                efiemu {name} - {summary}

                Usage:
                  efiemu {name} [options]

                  --plugin FILE           a plugin DLL; may be given more than once
                  --plugins FOLDER        every plugin DLL in a folder; default: plugins beside the command

                """;
        }
    }

    /// <inheritdoc/>
    public string Usage { get; }

    /// <inheritdoc/>
    public string Summary { get; }

    /// <inheritdoc/>
    public string? Help { get; }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <summary>The listings.</summary>
    public static IEnumerable<ICommand> All(IEmulator emulator, Terminal terminal) =>
    [
        new ListingCommand("platforms", "the machines: plain, sev-snp, tdx", terminal, () => PlatformCatalogue.All.Select(p => new ListingRow(p.Name, p.Description))),
        new ListingCommand("firmware", "the firmware profiles", terminal, () => FirmwareProfiles.All.Select(p => new ListingRow(p.Name, Described(p)))),
        new ListingCommand("acceptance", "who accepts memory, and when", terminal, () => AcceptancePolicies.All.Select(p => new ListingRow(p.Name, p.Description))),
        new ListingCommand("protocols", "the protocols of firmware", terminal, () => emulator.Protocols, emulator),
        new ListingCommand("guests", "the guests in C#", terminal, () => emulator.Guests, emulator),
    ];

    /// <inheritdoc/>
    public int Run(ParseResult parsed, string? loadOptions, CancellationToken cancellation)
    {
        _pluggable?.Use(_plugins.Read(parsed));
        byte[] text = Encoding.UTF8.GetBytes(Text([.. _rows()]));
        StandardOutput.Write(_terminal.Output, stream => stream.Write(text));
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
