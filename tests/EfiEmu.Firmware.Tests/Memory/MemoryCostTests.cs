using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class MemoryCostTests
{
    [Fact]
    public void AllocateFreeAndLookUp_WithTenTimesTheRanges_VisitOnlyAFewNodesMore()
    {
        Costs small = Measure(1_000);
        Costs medium = Measure(10_000);
        Costs large = Measure(100_000);

        // Ten times the ranges add log2(10), about 3.3, levels; each operation walks the tree a few times.
        foreach ((Costs few, Costs many) in new[] { (small, medium), (medium, large) })
        {
            Assert.InRange(many.Allocate - few.Allocate, 0, 60);
            Assert.InRange(many.AllocateAt - few.AllocateAt, 0, 60);
            Assert.InRange(many.Free - few.Free, 0, 60);
            Assert.InRange(many.Find - few.Find, 0, 10);
            Assert.InRange(many.Fail - few.Fail, 0, 20);
        }

        Assert.InRange(large.Allocate, 1, 400);
        Assert.InRange(large.Find, 1, 40);
    }

    [Fact]
    public void MemoryDatabase_OfAHundredThousandRanges_GivesItsWholeMap()
    {
        var database = new MemoryDatabase(Fragmented(50_000), MemoryRules.Stable202405);
        Assert.Equal(100_000, database.GetMemoryMap().Descriptors.Count);
        Assert.Equal(EfiStatus.OutOfResources, database.Any(MemoryType.LoaderData, 2).Status);
        Assert.Equal(EfiStatus.Success, database.Any(MemoryType.LoaderData, 1).Status);
    }

    [Fact]
    public void AcceptingTwentyThousandRanges_OneByOne_VisitsAFewNodesForEach()
    {
        const int Count = 20_000;
        var spaces = Enumerable.Range(0, Count).Select(i => Space(FourGiB + ((ulong)i * 2 * Page), 1, GcdMemoryType.Unaccepted, Ram));
        var database = new MemoryDatabase(
            new([Space(0x100000, 4096, GcdMemoryType.SystemMemory, Ram), .. spaces], [], []), MemoryRules.Stable202511);
        long before = database.Visits;
        foreach (MemorySpaceDescriptor space in database.GetMemorySpaceMap().Where(s => s.Type == GcdMemoryType.Unaccepted))
        {
            database.RemoveMemorySpace(space.BaseAddress, space.Length);
            database.AddMemorySpace(GcdMemoryType.SystemMemory, space.BaseAddress, space.Length, Ram);
        }

        Assert.InRange((database.Visits - before) / (double)Count, 1, 1_000);
        Assert.DoesNotContain(database.GetMemoryMap().Descriptors, d => d.Type == MemoryType.Unaccepted);
    }

    // Mean nodes per operation over a hundred of each, on memory where every other page is in use.
    private static Costs Measure(int freeRanges)
    {
        const int Rounds = 100;
        var database = new MemoryDatabase(Fragmented(freeRanges), MemoryRules.Stable202405);
        ulong step = (ulong)(freeRanges / Rounds) * 2 * Page;
        long start = database.Visits;
        for (int i = 0; i < Rounds; i++)
        {
            Assert.True(database.Any(MemoryType.LoaderData, 1).Succeeded);
        }

        long allocated = database.Visits;
        for (ulong i = 0; i < Rounds; i++)
        {
            Assert.Equal(EfiStatus.Success, database.Free(0x100000 + (i * step), 1));
        }

        long freed = database.Visits;
        for (ulong i = 0; i < Rounds; i++)
        {
            Assert.True(database.At(MemoryType.LoaderCode, 1, 0x100000 + (i * step)).Succeeded);
        }

        long placed = database.Visits;
        for (ulong i = 0; i < Rounds; i++)
        {
            Assert.NotNull(database.TypeOf(new GuestAddress(0x100000 + (i * step))));
        }

        long found = database.Visits;
        for (int i = 0; i < Rounds; i++)
        {
            Assert.Equal(EfiStatus.OutOfResources, database.Any(MemoryType.LoaderData, 3).Status);
        }

        long failed = database.Visits;
        return new Costs(
            (allocated - start) / Rounds, (freed - allocated) / Rounds, (placed - freed) / Rounds, (found - placed) / Rounds, (failed - found) / Rounds);
    }

    private readonly record struct Costs(long Allocate, long Free, long AllocateAt, long Find, long Fail);
}
