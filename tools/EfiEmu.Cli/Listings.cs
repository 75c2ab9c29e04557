using System.Text;
using EfiEmu.Firmware;
using EfiEmu.Platforms;

namespace EfiEmu.Cli;

/// <summary>The listing commands: one name per line, with what is known of it.</summary>
internal static class Listings
{
    /// <summary>The commands.</summary>
    public static IReadOnlyList<string> Names { get; } = ["platforms", "firmware", "acceptance", "protocols", "guests"];

    /// <summary>The text of a listing.</summary>
    public static string Text(string listing, IEmulator emulator)
    {
        IReadOnlyList<ListingRow> rows = Rows(listing, emulator);
        int width = rows.Count == 0 ? 0 : rows.Max(r => r.Name.Length);
        var text = new StringBuilder();
        foreach (ListingRow row in rows)
        {
            text.Append($"{row.Name.PadRight(width)}  {row.Description}".TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static IReadOnlyList<ListingRow> Rows(string listing, IEmulator emulator) => listing switch
    {
        "platforms" => [.. PlatformCatalogue.All.Select(p => new ListingRow(p.Name, p.Description))],
        "firmware" => [.. FirmwareProfiles.All.Select(p => new ListingRow(p.Name, Described(p)))],
        "acceptance" => [.. AcceptancePolicies.All.Select(p => new ListingRow(p.Name, p.Description))],
        "protocols" => emulator.Protocols,
        "guests" => emulator.Guests,
        _ => throw new ArgumentOutOfRangeException(nameof(listing), listing, "not a listing"),
    };

    private static string Described(FirmwareProfile profile) =>
        profile.Name == FirmwareProfiles.Default ? $"{profile.Description} (default)" : profile.Description;
}
