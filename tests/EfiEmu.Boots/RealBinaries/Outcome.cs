using System.Globalization;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>What became of a binary, as a row of the table.</summary>
/// <param name="Binary">Which.</param>
/// <param name="End">The kind of end, in the words of the report's schema.</param>
/// <param name="Status">The status that it returned, or a dash.</param>
/// <param name="Exits">Its ExitBootServices calls.</param>
/// <param name="Instructions">Guest instructions retired.</param>
/// <param name="File">The first digits of a SHA-256 over its files.</param>
/// <param name="NotFound">The protocols that it asked for in vain, or a dash.</param>
/// <param name="LastLine">The last line that it printed, or a dash.</param>
internal sealed record Outcome(
    RealBinary Binary, string End, string Status, string Exits, string Instructions, string File, string NotFound, string LastLine)
{
    private const string None = "-";
    private const string NotFoundLabel = "not found  ";
    private const string LastLineLabel = "last line  ";
    private const int DigestDigits = 12;
    private const int LongestLine = 100;
    private const int Columns = 7;

    /// <summary>The heading of what the read-me shows.</summary>
    public static string ShortHeading { get; } = Row("binary", "platform", "end", "status", "exits", "instructions");

    /// <summary>The heading of the table.</summary>
    public static string Heading { get; } = ShortHeading + "  sha256";

    /// <summary>What the read-me shows of the row.</summary>
    public string ShortText => Row(Binary.Name, Binary.Platform, End, Status, Exits, Instructions);

    /// <summary>The row as it stands in the table.</summary>
    public string Text => $"{ShortText}  {File}\n    {NotFoundLabel}{NotFound}\n    {LastLineLabel}{LastLine}\n";

    /// <summary>The row of a boot.</summary>
    /// <param name="binary">What was booted.</param>
    /// <param name="report">What became of it.</param>
    /// <param name="digest">A SHA-256 over its files.</param>
    public static Outcome Of(RealBinary binary, BootReport report, string digest) => new(
        binary,
        JsonReport.EndName(report.Outcome.End),
        report.Outcome.Status?.ToString() ?? None,
        report.ExitBootServices.Count.ToString(CultureInfo.InvariantCulture),
        report.Instructions.ToString("N0", CultureInfo.InvariantCulture),
        digest[..DigestDigits],
        report.ProtocolsNotFound.Count == 0 ? None : string.Join(", ", report.ProtocolsNotFound.Select(GuidNames.Short)),
        LastLineOf(report.Console));

    /// <summary>Reads the rows of a table.</summary>
    public static IEnumerable<Outcome> Parse(string table)
    {
        foreach (string[] lines in table.Split('\n').Skip(1).Where(line => line.Length > 0).Chunk(3))
        {
            string[] cells = lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (cells.Length != Columns || lines.Length != 3)
            {
                throw new InvalidDataException($"not a row of the table: {lines[0]}");
            }

            yield return new Outcome(
                new RealBinary(cells[0], cells[1]), cells[2], cells[3], cells[4], cells[5], cells[6],
                lines[1].Trim()[NotFoundLabel.Length..], lines[2].Trim()[LastLineLabel.Length..]);
        }
    }

    /// <summary>The row with what another version of the binary may do differently taken from the reviewed row.</summary>
    public Outcome ComparableWith(Outcome reviewed) => File == reviewed.File
        ? this
        : this with { Instructions = reviewed.Instructions, File = reviewed.File, LastLine = reviewed.LastLine };

    private static string Row(string binary, string platform, string end, string status, string exits, string instructions) =>
        $"{binary,-20}  {platform,-8}  {end,-18}  {status,-21}  {exits,5}  {instructions,13}";

    private static string LastLineOf(string console)
    {
        string line = console.Split('\n', '\r').Select(Visible).LastOrDefault(text => text.Any(char.IsLetterOrDigit)) ?? None;
        return line.Length > LongestLine ? line[..LongestLine].TrimEnd() + "..." : line;
    }

    private static string Visible(string line) => string.Concat(line.Where(c => !char.IsControl(c))).Trim();
}
