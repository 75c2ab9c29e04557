using System.Text.RegularExpressions;
using Xunit;

namespace EfiEmu.Rules.Tests;

/// <summary>Code that a document shows is code that compiles: a block below a marker with a path equals the file of that path.</summary>
/// <remarks>The marker is a line <c>&lt;!-- path/from/the/top --&gt;</c> right above the block.</remarks>
public sealed partial class DocumentedCodeTests
{
    private static IEnumerable<string> Documents => SourceTree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void MarkedBlocks_EqualTheFilesThatTheyName() => Assert.Empty(
        Documents.SelectMany(document => Faults(File.ReadAllText(Path.Combine(SourceTree.Root, document)), ReadSource).Select(f => $"{document}: {f}")));

    [Fact]
    public void Readme_ShowsTheSamples() =>
        Assert.Equal(3, Markers(File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"))).Count(m => m.Contains("/samples/", StringComparison.Ordinal)));

    [Theory]
    [InlineData("<!-- a.cs -->\n```csharp\none\ntwo\n```\n", null)]
    [InlineData("<!-- a.cs -->\n```csharp\r\none\r\ntwo\r\n```\n", null)]
    [InlineData("<!-- a.cs -->\n```csharp\none\nthree\n```\n", "a.cs: the block differs from the file at line 2")]
    [InlineData("<!-- a.cs -->\n```csharp\none\n```\n", "a.cs: the block differs from the file at line 2")]
    [InlineData("<!-- b.cs -->\n```csharp\none\n```\n", "b.cs: no such file")]
    [InlineData("<!-- a.cs -->\n\ntext\n", "a.cs: no block below the marker")]
    [InlineData("<!-- a remark -->\n\ntext\n", null)]
    public void Rule_TellsBlocksThatDiffer(string document, string? fault) =>
        Assert.Equal(fault is null ? [] : [fault], Faults(document, path => path == "a.cs" ? "one\ntwo\n" : null));

    private static IEnumerable<string> Markers(string document) => Marker().Matches(document).Select(m => m.Groups["path"].Value);

    private static IEnumerable<string> Faults(string document, Func<string, string?> read)
    {
        foreach (Match marker in Marker().Matches(document.ReplaceLineEndings("\n")))
        {
            string path = marker.Groups["path"].Value;
            string? fault = !marker.Groups["code"].Success ? "no block below the marker"
                : read(path) is not { } source ? "no such file"
                : DifferenceAt(marker.Groups["code"].Value, source) is { } line ? $"the block differs from the file at line {line}"
                : null;
            if (fault is not null)
            {
                yield return $"{path}: {fault}";
            }
        }
    }

    private static string? ReadSource(string path)
    {
        string file = Path.Combine(SourceTree.Root, path);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static int? DifferenceAt(string block, string source)
    {
        string[] shown = block.Split('\n');
        string[] written = source.ReplaceLineEndings("\n").Split('\n');
        int same = shown.Zip(written).TakeWhile(pair => pair.First == pair.Second).Count();
        return same == shown.Length && same == written.Length ? null : same + 1;
    }

    [GeneratedRegex(@"^<!-- (?<path>[\w./-]+\.\w+) -->\n(```\w*\n(?<code>[^`]*(?:`(?!``)[^`]*)*)^```$)?", RegexOptions.Multiline)]
    private static partial Regex Marker();
}
