using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests.Memory;

public sealed class PageStatesTests
{
    private const int Pages = 48;

    // Written out by hand: every pair of transition and state, and the state after it; null is illegal.
    public static TheoryData<int, int, int?> Pairs => new()
    {
        { (int)PageTransition.Accept, (int)PageState.Unaccepted, (int)PageState.Private },
        { (int)PageTransition.Accept, (int)PageState.Private, (int)PageState.Private },
        { (int)PageTransition.Accept, (int)PageState.Shared, null },
        { (int)PageTransition.Rescind, (int)PageState.Unaccepted, (int)PageState.Unaccepted },
        { (int)PageTransition.Rescind, (int)PageState.Private, (int)PageState.Unaccepted },
        { (int)PageTransition.Rescind, (int)PageState.Shared, null },
        { (int)PageTransition.Share, (int)PageState.Unaccepted, (int)PageState.Shared },
        { (int)PageTransition.Share, (int)PageState.Private, (int)PageState.Shared },
        { (int)PageTransition.Share, (int)PageState.Shared, (int)PageState.Shared },
        { (int)PageTransition.Reclaim, (int)PageState.Unaccepted, (int)PageState.Unaccepted },
        { (int)PageTransition.Reclaim, (int)PageState.Private, (int)PageState.Private },
        { (int)PageTransition.Reclaim, (int)PageState.Shared, (int)PageState.Unaccepted },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Next_EveryPair_IsTheTableOfLegalTransitions(int transition, int before, int? after) =>
        Assert.Equal((PageState?)after, PageTransitions.Next((PageState)before, (PageTransition)transition));

    [Fact]
    public void Pairs_AreAllPairs() => Assert.Equal(
        Enum.GetValues<PageTransition>().Length * Enum.GetValues<PageState>().Length, Pairs.Count);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Apply_OnOnePage_DoesWhatTheTableSays(int transition, int before, int? after)
    {
        var states = new PageStates((PageState)before);

        PageStateChange change = states.Apply((PageTransition)transition, Range(3, 1));

        Assert.Equal(after is not null, change.IsLegal);
        Assert.Equal((PageState)(after ?? before), states[Range(3, 1).Start]);
        Assert.Equal(after is not null && after != before ? [Range(3, 1)] : [], change.Changed);
        Assert.Equal((PageState)before, states[Range(4, 1).Start]);
    }

    [Fact]
    public void Apply_AnySequence_EqualsAModelPerPage()
    {
        Gen<(int Start, int Length, PageTransition Transition)[]> steps =
            (from start in Gen.Choose(0, Pages - 1)
             from length in Gen.Choose(1, Pages)
             from transition in Gen.Elements(Enum.GetValues<PageTransition>())
             select (start, Math.Min(length, Pages - start), transition)).ArrayOf();

        Properties.Hold(steps, sequence =>
        {
            var states = new PageStates(PageState.Unaccepted);
            var model = new PageState[Pages];
            foreach ((int start, int length, PageTransition transition) in sequence)
            {
                PageStateChange change = states.Apply(transition, Range(start, length));

                int[] pages = [.. Enumerable.Range(start, length)];
                bool legal = pages.All(page => PageTransitions.Next(model[page], transition) is not null);
                int[] changing = legal ? [.. pages.Where(page => PageTransitions.Next(model[page], transition) != model[page])] : [];
                foreach (int page in changing)
                {
                    model[page] = PageTransitions.Next(model[page], transition) ?? model[page];
                }

                Assert.Equal(legal, change.IsLegal);
                Assert.Equal(changing, change.Changed.SelectMany(PagesOf));
                Assert.All(change.Changed.Zip(change.Changed.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
                Assert.Equal(model, Enumerable.Range(0, Pages).Select(page => states[Range(page, 1).Start]));
            }
        });
    }

    [Theory]
    [InlineData(0x200000, 0x200000, 1, 0)]
    [InlineData(0x200000, 0x1000, 0, 1)]
    [InlineData(0x1ff000, 0x202000, 1, 2)]
    [InlineData(0x1000, 0x200000, 0, 512)]
    [InlineData(0x100000, 0x400000, 1, 512)]
    [InlineData(0x100000000, 0x380000000, 7168, 0)]
    public void Operations_OfARange_AreAsLargeAsAlignmentAllows(ulong start, ulong bytes, ulong large, ulong small) =>
        Assert.Equal(new PageOperations(large, small), PageOperations.Of(new MemoryRange(start, bytes)));

    private static MemoryRange Range(int page, int count) =>
        new((ulong)page * GuestAddress.PageSize, (ulong)count * GuestAddress.PageSize);

    private static IEnumerable<int> PagesOf(MemoryRange range) =>
        Enumerable.Range((int)(range.Start / GuestAddress.PageSize), (int)(range.Length / GuestAddress.PageSize));
}
