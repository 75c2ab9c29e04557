using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

public sealed class MemoryMapDifferenceTests
{
    private const int Pages = 24;

    [Fact]
    public void Compare_RangeThatWasMerelySplit_IsTheSame()
    {
        var difference = new MemoryMapDifference([Range(7, 0, 10)]);

        Assert.Equal(MapMark.Same, difference.Compare(Range(7, 3, 4)).Mark);
    }

    [Fact]
    public void Compare_RangesThatWereMerelyMerged_AreTheSame()
    {
        var difference = new MemoryMapDifference([Range(7, 4, 6), Range(7, 0, 4)]);

        Assert.Equal(MapMark.Same, difference.Compare(Range(7, 0, 10)).Mark);
    }

    [Fact]
    public void Compare_RandomMaps_AgreesWithAComparisonPageByPage()
    {
        var random = new Random(20261121);
        for (int round = 0; round < 2000; round++)
        {
            (MemoryDescriptor[] earlier, int[] before) = RandomMap(random);
            (MemoryDescriptor[] later, int[] after) = RandomMap(random);
            var difference = new MemoryMapDifference(earlier);

            foreach (MemoryDescriptor descriptor in later)
            {
                int first = (int)(descriptor.PhysicalStart.Value / GuestAddress.PageSize);
                int[] was = before[first..(first + (int)descriptor.NumberOfPages)];
                MapMark expected = was.All(t => t < 0) ? MapMark.New
                    : was.All(t => t == (int)descriptor.Type.Value) ? MapMark.Same : MapMark.Changed;
                MapChange change = difference.Compare(descriptor);
                Assert.Equal(expected, change.Mark);
                if (expected == MapMark.Changed)
                {
                    Assert.Equal(was.Where(t => t >= 0).Distinct(), change.Earlier.Select(e => (int)e.Type.Value));
                    Assert.Equal(was.Contains(-1), change.PartlyNew);
                }
            }

            ulong removedPages = MemoryMapDifference.Removed(earlier, later).Aggregate(0UL, (sum, d) => sum + d.NumberOfPages);
            Assert.Equal((ulong)Enumerable.Range(0, Pages).Count(p => before[p] >= 0 && after[p] < 0), removedPages);
            CheckTransitions(before, after, MemoryMapDifference.Transitions(earlier, later));
            CheckMoves(before, after, MemoryMapDifference.Moves(earlier, later));
        }
    }

    private static void CheckTransitions(
        int[] before, int[] after, IReadOnlyList<(MemoryType? From, MemoryType? To, ulong Bytes)> transitions)
    {
        Dictionary<(int, int), ulong> expected = Enumerable.Range(0, Pages).Where(p => before[p] != after[p])
            .GroupBy(p => (before[p], after[p])).ToDictionary(g => g.Key, g => (ulong)g.Count() * GuestAddress.PageSize);
        Assert.Equal(
            expected.OrderBy(e => e.Key),
            transitions.ToDictionary(t => (Number(t.From), Number(t.To)), t => t.Bytes).OrderBy(e => e.Key));
    }

    // Page by page, each stretch with one story is one range.
    private static void CheckMoves(int[] before, int[] after, IReadOnlyList<MapMove> moves)
    {
        List<(ulong First, ulong Last, int From, int To)> expected = [];
        for (int page = 0; page < Pages; page++)
        {
            ulong first = (ulong)page * GuestAddress.PageSize;
            if (before[page] == after[page])
            {
                continue;
            }

            bool joins = expected.Count > 0 && expected[^1].Last + 1 == first && (expected[^1].From, expected[^1].To) == (before[page], after[page]);
            ulong start = joins ? expected[^1].First : first;
            if (joins)
            {
                expected.RemoveAt(expected.Count - 1);
            }

            expected.Add((start, first + GuestAddress.PageSize - 1, before[page], after[page]));
        }

        Assert.Equal(expected, moves.Select(m => (m.First, m.Last, Number(m.From?.Type), Number(m.To?.Type))));
    }

    private static int Number(MemoryType? type) => type is { } known ? (int)known.Value : -1;

    private static (MemoryDescriptor[] Map, int[] Types) RandomMap(Random random)
    {
        int[] types = new int[Pages];
        List<MemoryDescriptor> map = [];
        for (int page = 0; page < Pages;)
        {
            int length = Math.Min(random.Next(1, 8), Pages - page);
            int type = random.Next(-1, 3);
            Array.Fill(types, type, page, length);
            if (type >= 0)
            {
                map.Add(Range((uint)type, (ulong)page, (ulong)length));
            }

            page += length;
        }

        MemoryDescriptor[] shuffled = [.. map];
        random.Shuffle(shuffled);
        return (shuffled, types);
    }

    private static MemoryDescriptor Range(uint type, ulong page, ulong pages) =>
        new(new(type), new(page * GuestAddress.PageSize), pages, MemoryAttributes.SystemRam);
}
