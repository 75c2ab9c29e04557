using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Memory;

public class RangeTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RangeTree_AnyOrderOfOperations_AgreesWithASortedList(int seed)
    {
        var random = new Random(seed);
        var tree = new RangeTree<MapEntry>();
        var model = new SortedList<ulong, MapEntry>();
        for (int i = 0; i < 4000; i++)
        {
            ulong start = (ulong)random.Next(400) * 0x10000;
            MapEntry entry = Entry(start, (ulong)random.Next(1, 16), random.Next(3) == 0 ? 4u : 7u);
            switch (model.ContainsKey(start), random.Next(3))
            {
                case (false, _):
                    tree.Insert(entry);
                    model.Add(start, entry);
                    break;
                case (true, 0):
                    tree.Replace(entry);
                    model[start] = entry;
                    break;
                default:
                    tree.Remove(start);
                    model.Remove(start);
                    break;
            }

            Compare(tree, model, (ulong)random.Next(0x1A00000), (ulong)random.Next(1, 17));
        }

        Assert.Equal(model.Values, tree.Ascending());
    }

    [Fact]
    public void RangeTree_ASecondRangeWithTheSameStart_IsAFaultOfTheCaller()
    {
        var tree = new RangeTree<MapEntry>();
        tree.Insert(Entry(0, 1, 7));
        Assert.Throws<InvalidOperationException>(() => tree.Insert(Entry(0, 2, 7)));
        Assert.Throws<InvalidOperationException>(() => tree.Remove(0x1000));
        Assert.Throws<InvalidOperationException>(() => tree.Replace(Entry(0x1000, 2, 7)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RangeTree_FilledInOrder_StaysFlat(bool ascending)
    {
        var tree = new RangeTree<MapEntry>();
        const int Count = 100_000;
        for (ulong i = 0; i < Count; i++)
        {
            tree.Insert(Entry((ascending ? i : Count - i) * 0x1000, 1, 7));
        }

        long before = tree.Visits;
        Assert.True(tree.TryFind(0x1000, out _));
        Assert.True(tree.TryFind(0x1000UL * (Count - 1), out _));

        // An AVL tree of 100,000 nodes is at most 24 deep.
        Assert.InRange(tree.Visits - before, 2, 48);
    }

    private static MapEntry Entry(ulong start, ulong pages, uint type) =>
        new(start, start + (pages * 4096) - 1, new MemoryType(type), MemoryAttributes.None, MapEntry.InStorage);

    private static void Compare(RangeTree<MapEntry> tree, SortedList<ulong, MapEntry> model, ulong address, ulong pages)
    {
        Assert.Equal(model.Count, tree.Count);
        MapEntry? around = model.Values.Cast<MapEntry?>().SingleOrDefault(e => e!.Value.Start <= address && address <= e.Value.End);
        MapEntry? above = model.Values.Cast<MapEntry?>().FirstOrDefault(e => e!.Value.Start > address);
        MapEntry? free = model.Values.Cast<MapEntry?>().LastOrDefault(e => e!.Value.Start < address && e.Value.FreePages >= pages);
        Assert.Equal(around, tree.TryFind(address, out MapEntry foundAround) ? foundAround : null);
        Assert.Equal(above, tree.TryFindAbove(address, out MapEntry foundAbove) ? foundAbove : null);
        Assert.Equal(free, tree.TryFindHighestFree(address, pages, out MapEntry foundFree) ? foundFree : null);
    }
}
