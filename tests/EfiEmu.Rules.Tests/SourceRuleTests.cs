using System.Text.RegularExpressions;
using Xunit;

namespace EfiEmu.Rules.Tests;

/// <summary>Conventions that a reader relies on, checked in the sources.</summary>
public sealed partial class SourceRuleTests
{
    private const int LongestFile = 600;

    // The one place where any exception is caught: it turns a bug into one line and an exit code.
    private const string LastResort = "tools/EfiEmu.Cli/LastResort.cs";

    private static IEnumerable<string> Rules => SourceTree.Code.Where(f => !f.StartsWith("tests/EfiEmu.Rules.Tests/", StringComparison.Ordinal));

    [Fact]
    public void Files_AreShortEnoughToRead() => Assert.All(
        SourceTree.Code, file => Assert.True(SourceTree.Lines(file).Length <= LongestFile, file));

    [Fact]
    public void Product_HasNoStaticMutableState() => Assert.Empty(
        SourceTree.Find(SourceTree.ProductCode, line => StaticField().IsMatch(line) || StaticSetter().IsMatch(line)));

    [Fact]
    public void BroadCatches_StandInOneFileOnly() =>
        Assert.Empty(SourceTree.Find(Rules.Where(f => f != LastResort), line => BroadCatch().IsMatch(line)));

    [Fact]
    public void Code_HasNoStubsAndNoSilencedWarnings() => Assert.Empty(SourceTree.Find(Rules, line => Stub().IsMatch(line)));

    [Fact]
    public void Code_HasNoRegions() => Assert.Empty(SourceTree.Find(Rules, line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal)));

    [Fact]
    public void Tests_AreNeverSkippedUnconditionally() => Assert.Empty(SourceTree.Find(Rules, line => Skipped().IsMatch(line)));

    [Fact]
    public void Tree_NamesNoMachinePaths() => Assert.Empty(
        SourceTree.Find(
            SourceTree.Files.Where(f => IsText(f) && !f.StartsWith("tests/EfiEmu.Rules.Tests/", StringComparison.Ordinal)),
            line => MachinePath().IsMatch(line)));

    [Theory]
    [InlineData("    private static int _count;", true)]
    [InlineData("    internal static List<int> Seen = [];", true)]
    [InlineData("    private static readonly int[] Table = [1];", false)]
    [InlineData("    private const int Count = 1;", false)]
    [InlineData("    public static int Twice(int x) => 2 * x;", false)]
    [InlineData("    public static EfiStatus Success => new(0);", false)]
    [InlineData("    public static IReadOnlyList<int> All { get; } =", false)]
    [InlineData("    private static void Write(Stream s, int n = 1);", false)]
    [InlineData("    [ThreadStatic] private static int t_depth;", true)]
    public void StaticFieldRule_TellsStateFromTables(string line, bool isState) => Assert.Equal(isState, StaticField().IsMatch(line));

    [Theory]
    [InlineData("catch (Exception)", true)]
    [InlineData("catch (Exception fault)", true)]
    [InlineData("catch", true)]
    [InlineData("catch { }", true)]
    [InlineData("catch (Exception fault) when (fault is IOException)", false)]
    [InlineData("catch (IOException)", false)]
    public void BroadCatchRule_TellsAnyExceptionFromSome(string line, bool isBroad) => Assert.Equal(isBroad, BroadCatch().IsMatch(line));

    private static bool IsText(string file) => Path.GetExtension(file) is
        ".cs" or ".csproj" or ".props" or ".targets" or ".md" or ".json" or ".txt" or ".sh" or ".yml" or ".py" or "";

    [GeneratedRegex(@"^(?!\s*//)(?!.*\bstatic\b[^=;]*\w\().*\bstatic\s+(?!readonly\b|partial\b|class\b|abstract\b|extern\b|event\b|implicit\b|explicit\b|unsafe\b|async\b|virtual\b|ref\b|struct\b|record\b|interface\b|delegate\b)[\w<>\[\],.?()\s]+?\s\w+\s*(=(?![=>])[^;]*)?;\s*$")]
    private static partial Regex StaticField();

    [GeneratedRegex(@"\bstatic\b[^=;]*\{[^}]*\bset;")]
    private static partial Regex StaticSetter();

    [GeneratedRegex(@"\bcatch\s*(\(\s*(System\.)?Exception(\s+\w+)?\s*\)\s*)?(\{.*)?$(?<!when.*)")]
    private static partial Regex BroadCatch();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException|#pragma warning disable")]
    private static partial Regex Stub();

    [GeneratedRegex(@"Skip\s*=\s*""")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"(^|[^\w./$}~])/(work|farm|tmp|home|root|Users)/\w")]
    private static partial Regex MachinePath();
}
