using System.IO.Enumeration;
using System.Text.RegularExpressions;
using EfiEmu.Boots.Support;

namespace EfiEmu.Boots.Probes;

/// <summary>The lines that probes print, and how much each counts.</summary>
internal static partial class ProbeLines
{
    private const string Specification = "spec";
    private const string OldFirmware = "version";

    /// <summary>Check name and answer of every line that a probe printed.</summary>
    public static Dictionary<string, string> Read(string text)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Replace("\r", string.Empty, StringComparison.Ordinal).Split('\n'))
        {
            Match match = Line().Match(EscapeSequence().Replace(line, string.Empty));
            if (match.Success)
            {
                lines[match.Groups["name"].Value] = match.Groups["answer"].Value;
            }
        }

        return lines;
    }

    /// <summary>Every check of class spec or edk2 that was answered otherwise than by real firmware.</summary>
    public static IReadOnlyList<string> Differences(string printed, string golden, string firmware)
    {
        (string Class, string Pattern)[] rules = ReadRules();
        Dictionary<string, string> answers = Read(printed);
        return
        [
            .. Read(golden)
                .Where(expected => Counts(ClassOf(expected.Key, rules), firmware))
                .Where(expected => answers.GetValueOrDefault(expected.Key) != expected.Value)
                .Select(expected =>
                    $"{expected.Key}: real firmware: {expected.Value}; here: {answers.GetValueOrDefault(expected.Key, "(missing)")}"),
        ];
    }

    // Where two firmwares differ, the newer one's answer is the specification's, and the older one's is its own affair.
    private static bool Counts(string kind, string firmware) =>
        kind is Specification or "edk2" || (kind == OldFirmware && firmware == "edk2-202502");

    // The most specific pattern wins.
    private static string ClassOf(string name, (string Class, string Pattern)[] rules) => rules
        .Where(rule => FileSystemName.MatchesSimpleExpression(rule.Pattern, name, ignoreCase: false))
        .OrderByDescending(rule => rule.Pattern.Replace("*", string.Empty, StringComparison.Ordinal).Length)
        .Select(rule => rule.Class)
        .FirstOrDefault(Specification);

    private static (string Class, string Pattern)[] ReadRules() =>
    [
        .. File.ReadLines(Repository.Beside("probes", "classes.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(words => (words[0], words[1])),
    ];

    [GeneratedRegex(@"PROBE (?<name>\w+\.\w+)(?:: (?<answer>.*))?$")]
    private static partial Regex Line();

    [GeneratedRegex(@"\e\[[0-9;=?]*[A-Za-z]")]
    private static partial Regex EscapeSequence();
}
