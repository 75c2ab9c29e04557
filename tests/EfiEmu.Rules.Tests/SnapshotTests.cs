using VerifyXunit;
using Xunit;
using Xunit.Sdk;

namespace EfiEmu.Rules.Tests;

/// <summary>The stand-in for Verify keeps Verify's file convention.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efiemu-snapshots-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Source => Path.Combine(_folder, "SnapshotTests.cs");

    [Fact]
    public async Task Verify_TextAsVerified_Passes()
    {
        Put("SnapshotTests.Some_Test.verified.txt", "one\ntwo\n");

        await Verifier.Verify("one\ntwo\n", Source, "Some_Test");

        Assert.Equal(["SnapshotTests.Some_Test.verified.txt"], Files());
    }

    [Fact]
    public async Task Verify_LineEndingsAlone_AreNoDifference()
    {
        Put("SnapshotTests.Some_Test.verified.txt", "one\r\ntwo");

        await Verifier.Verify("one\ntwo", Source, "Some_Test");
    }

    [Fact]
    public async Task Verify_OtherText_FailsNamesTheLineAndKeepsWhatItGot()
    {
        Put("SnapshotTests.Some_Test.verified.txt", "one\ntwo");

        XunitException fault = await Assert.ThrowsAsync<XunitException>(async () => await Verifier.Verify("one\nthree", Source, "Some_Test"));

        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
        Assert.Equal("one\nthree", File.ReadAllText(Path.Combine(_folder, "SnapshotTests.Some_Test.received.txt")));
    }

    [Fact]
    public async Task Verify_NothingVerifiedYet_FailsAndKeepsWhatItGot()
    {
        await Assert.ThrowsAsync<XunitException>(async () => await Verifier.Verify("one", Source, "Some_Test"));

        Assert.Equal(["SnapshotTests.Some_Test.received.txt"], Files());
    }

    [Fact]
    public async Task Verify_MatchAfterAMismatch_RemovesTheReceivedFile()
    {
        Put("SnapshotTests.Some_Test.verified.txt", "one");
        Put("SnapshotTests.Some_Test.received.txt", "other");

        await Verifier.Verify("one", Source, "Some_Test");

        Assert.Equal(["SnapshotTests.Some_Test.verified.txt"], Files());
    }

    [Theory]
    [InlineData("sev-snp", 16)]
    public async Task UseParameters_RowOfATheory_HasAFileOfItsOwn(string platform, int size)
    {
        Put("SnapshotTests.UseParameters_RowOfATheory_HasAFileOfItsOwn_platform=sev-snp_size=16.verified.txt", "row");

        await Verifier.Verify("row", Source).UseParameters(platform, size);
    }

    [Fact]
    public async Task UseDirectory_FolderBesideTheTest_HasTheFiles()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "Reviewed"));
        Put("Reviewed/SnapshotTests.Some_Test.verified.txt", "there");

        await Verifier.Verify("there", Source, "Some_Test").UseDirectory("Reviewed");
        await Assert.ThrowsAsync<XunitException>(
            async () => await Verifier.Verify("other", Source, "Some_Test").UseDirectory("Reviewed"));

        Assert.Equal("other", File.ReadAllText(Path.Combine(_folder, "Reviewed", "SnapshotTests.Some_Test.received.txt")));
    }

    [Fact]
    public async Task Verify_TreeThatMovedSinceItWasBuilt_IsFoundAgain()
    {
        string elsewhere = "/nonexistent/checkout/tests/EfiEmu.Rules.Tests/SnapshotTests.cs";

        await Verifier.Verify("found\n", elsewhere);
    }

    private void Put(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private string[] Files() => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
