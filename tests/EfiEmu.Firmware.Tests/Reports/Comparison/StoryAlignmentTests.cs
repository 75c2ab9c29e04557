using EfiEmu.Firmware.Reports.Comparison;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports.Comparison;

public sealed class StoryAlignmentTests
{
    [Theory]
    [InlineData("abc", "abc", "aa bb cc")]
    [InlineData("abc", "axc", "aa b- -x cc")]
    [InlineData("abc", "ac", "aa b- cc")]
    [InlineData("ac", "abc", "aa -b cc")]
    [InlineData("", "ab", "-a -b")]
    [InlineData("aba", "a", "aa b- a-")]
    [InlineData("", "", "")]
    public void Align_Steps_PutsWhatBothTellInOneRow(string a, string b, string rows) => Assert.Equal(rows, Show(StoryAlignment.Align(Steps(a), Steps(b))));

    [Fact]
    public void Align_StepsThatAreAlike_ShareARow()
    {
        StoryStep small = Step("firmware", "accepts", "2 GiB");
        StoryStep large = Step("firmware", "accepts", "14 GiB");

        Assert.Equal([(small, large)], StoryAlignment.Align([small], [large]));
    }

    [Fact]
    public void Align_RunsOfCalls_ShareARowWhateverTheyTell()
    {
        var a = new StoryStep("guest", [new("calls", "GetTime") { OfRun = true }], default);
        var b = new StoryStep("guest", [new("calls", "Stall") { OfRun = true }], default);

        Assert.Equal([(a, b)], StoryAlignment.Align([a], [b]));
    }

    [Fact]
    public void Align_RandomStories_KeepsBothInOrderAndFindsTheMostInCommon()
    {
        var random = new Random(20261122);
        for (int round = 0; round < 3000; round++)
        {
            string a = Letters(random);
            string b = Letters(random);

            List<(StoryStep? A, StoryStep? B)> rows = [.. StoryAlignment.Align(Steps(a), Steps(b))];

            Assert.Equal(a, string.Concat(rows.Select(r => r.A?.Actor)));
            Assert.Equal(b, string.Concat(rows.Select(r => r.B?.Actor)));
            Assert.All(rows.Where(r => r.A is not null && r.B is not null), r => Assert.Equal(r.A!.Actor, r.B!.Actor));
            Assert.Equal(MostInCommon(a, b), rows.Count(r => r.A is not null && r.B is not null));
        }
    }

    [Fact]
    public void Align_StoriesTooLongForATable_AreStillToldInFull()
    {
        string a = "x" + new string('a', 3000);
        string b = "y" + new string('a', 2999);

        List<(StoryStep? A, StoryStep? B)> rows = [.. StoryAlignment.Align(Steps(a), Steps(b))];

        Assert.Equal((a.Length, b.Length), (rows.Count(r => r.A is not null), rows.Count(r => r.B is not null)));
        Assert.Equal(2999, rows.Count(r => r.A is not null && r.B is not null));
    }

    // Straight from the definition.
    private static int MostInCommon(string a, string b) => (a, b) switch
    {
        ("", _) or (_, "") => 0,
        _ when a[0] == b[0] => 1 + MostInCommon(a[1..], b[1..]),
        _ => Math.Max(MostInCommon(a[1..], b), MostInCommon(a, b[1..])),
    };

    private static string Letters(Random random) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => (char)('a' + random.Next(3))));

    private static List<StoryStep> Steps(string letters) => [.. letters.Select(letter => Step(letter.ToString(), string.Empty, "same"))];

    private static StoryStep Step(string actor, string verb, string what) => new(actor, [new(verb, what)], default);

    private static string Show(IEnumerable<(StoryStep? A, StoryStep? B)> rows) =>
        string.Join(' ', rows.Select(r => $"{r.A?.Actor ?? "-"}{r.B?.Actor ?? "-"}"));
}
