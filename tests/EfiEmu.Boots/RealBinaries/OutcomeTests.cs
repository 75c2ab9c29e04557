using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>Real EFI binaries as Debian ships them: each comes to an end of its own, and the reviewed table says to which.</summary>
/// <remarks>
/// A row is keyed by a digest over the files: of another version the instructions and the last line are not compared. On a
/// mismatch OutcomeTests.received.txt is the table as it would have to be; read it, and rename it where it is right.
/// </remarks>
public sealed class OutcomeTests(OutcomeTable table) : IClassFixture<OutcomeTable>
{
    public static TheoryData<string, string> Binaries()
    {
        var rows = new TheoryData<string, string>();
        foreach (RealBinary binary in RealBinary.All)
        {
            rows.Add(binary.Name, binary.Platform);
        }

        return rows;
    }

    [RealBinaryTheory]
    [MemberData(nameof(Binaries))]
    public void Binary_OnAPlatform_EndsAsReviewed(string name, string platform)
    {
        var binary = new RealBinary(name, platform);
        BootReport report = binary.Boot(out string digest);

        var outcome = Outcome.Of(binary, report, digest);
        Outcome? reviewed = table.Reviewed.GetValueOrDefault(binary);
        Outcome comparable = reviewed is null ? outcome : outcome.ComparableWith(reviewed);
        if (comparable != reviewed)
        {
            table.Add(outcome);
        }

        AssertEndIsItsOwn(report);
        Assert.Equal(reviewed?.Text ?? $"no row; see {Path.GetFileName(OutcomeTable.Received)}", comparable.Text);
    }

    [Fact]
    public void Table_HasARowForEachBinaryAndNoOther() => Assert.Equal(RealBinary.All, table.Reviewed.Keys);

    // One row of each binary: that of the first platform.
    [Fact]
    public void Readme_ShowsTheReviewedTable()
    {
        IEnumerable<string> rows = table.Reviewed.Values.DistinctBy(row => row.Binary.Name).Select(row => row.ShortText);

        Assert.Contains(
            string.Join('\n', (string[])["```", Outcome.ShortHeading, .. rows, "```"]),
            File.ReadAllText(Path.Combine(Repository.Root(), "README.md")).ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfAnotherVersionOfTheFile_IsComparedWithoutWhatMovesWithIt()
    {
        Outcome reviewed = Outcome.Parse($"{Outcome.Heading}\nx  plain  returned  EFI_SUCCESS  0  1,000  aaaa\n    not found  Rng\n    last line  v1\n").Single();
        Outcome newer = reviewed with { File = "bbbb", Instructions = "2,000", LastLine = "v2" };

        Assert.Equal(reviewed, newer.ComparableWith(reviewed));
        Assert.NotEqual(reviewed, (newer with { Status = "EFI_ABORTED" }).ComparableWith(reviewed));
        Assert.NotEqual(reviewed, (newer with { NotFound = "-" }).ComparableWith(reviewed));
        Assert.NotEqual(reviewed, (reviewed with { Instructions = "2,000" }).ComparableWith(reviewed));
    }

    // No instruction without a name, no budget, no plugin at fault. What is not modelled may only be a service, and has its name.
    private static void AssertEndIsItsOwn(BootReport report)
    {
        Assert.NotEqual(BootEnd.Budget, report.Outcome.End);
        if (report.Outcome.End == BootEnd.NotModelled)
        {
            Assert.Matches("^EfiEmu cannot go on: (bs|rt)\\.", report.Outcome.Verdict);
        }
    }
}
