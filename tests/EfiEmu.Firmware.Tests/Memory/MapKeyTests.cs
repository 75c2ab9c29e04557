using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class MapKeyTests
{
    [Fact]
    public void MapKey_OfANewDatabase_CountsTheRangesOfItsLayout()
    {
        // 3 ranges of RAM and 3 in use.
        Assert.Equal(6UL, Plain().MapKey);
        Assert.Empty(Plain().DrainChanges());
    }

    [Fact]
    public void MapKey_EachSuccess_MovesItByOneAndSaysWhy()
    {
        MemoryDatabase database = Plain();
        ulong key = database.MapKey;
        GuestAddress at = database.Any(MemoryType.LoaderData, 2).Value;
        database.FreePages(at, 2);
        Assert.Equal(
            [
                $"{key + 1} AllocatePages LoaderData, 2 pages at 0x7f4ea000",
                $"{key + 2} FreePages LoaderData, 2 pages at 0x7f4ea000",
            ],
            database.DrainChanges().Select(c => $"{c.MapKey} {c.Cause}"));
        Assert.Equal(key + 2, database.MapKey);
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void MapKey_Failures_DoNotMoveIt()
    {
        MemoryDatabase database = Plain();
        ulong key = database.MapKey;
        database.Any(MemoryType.Conventional, 1);
        database.Any(MemoryType.LoaderData, 0);
        database.At(MemoryType.LoaderData, 1, 0x900000);
        database.Free(0x2000000, 1);
        database.GetMemoryMap();
        Assert.Equal(key, database.MapKey);
    }

    [Fact]
    public void MapKey_AllocationThatMergesWithItsNeighbours_NeedsNoStorage()
    {
        var database = new MemoryDatabase(Fragmented(64), MemoryRules.Stable202405);
        Assert.Equal(128, database.Ranges.Count);
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.BootServicesData, 1, 0x101000).Status);
        Assert.Equal([MapChangeKind.AllocatePages], database.DrainChanges().Select(c => c.Kind));
        Assert.Equal(126, database.Ranges.Count);
    }

    [Fact]
    public void MapKey_WhenStorageRunsOut_MovesOnceMoreForThePageThatTheMapTakes()
    {
        var database = new MemoryDatabase(Bare(0x100000, 1024), MemoryRules.Stable202405);
        var kinds = new List<MapChangeKind>();
        for (ulong i = 0; i < 200; i++)
        {
            Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 1, 0x100000 + (i * 2 * Page)).Status);
        }

        kinds.AddRange(database.DrainChanges().Select(c => c.Kind));

        // 200 ranges in use, as many free between them, and the map's own: one page for each 64 after the first 64.
        Assert.Equal(401, database.Ranges.Count);
        Assert.Equal(6, kinds.Count(k => k == MapChangeKind.MapStorage));
        Assert.Equal(1UL + 200 + 6, database.MapKey);
        Assert.Equal(6UL, database.Ranges.Single(r => r.Type == MemoryType.BootServicesData).NumberOfPages);
        Assert.Equal(0x100000UL + (1024 * Page), database.Ranges[^1].PhysicalEnd.Value + 1);
    }

    [Fact]
    public void MapKey_StorageOfTheMap_IsNeverGivenBack()
    {
        var database = new MemoryDatabase(Bare(0x100000, 1024), MemoryRules.Stable202405);
        for (int round = 0; round < 3; round++)
        {
            for (ulong i = 0; i < 200; i++)
            {
                database.At(MemoryType.LoaderData, 1, 0x100000 + (i * 2 * Page));
            }

            for (ulong i = 0; i < 200; i++)
            {
                database.Free(0x100000 + (i * 2 * Page), 1);
            }

            Assert.Equal(2, database.Ranges.Count);
            Assert.Equal(6UL, database.Ranges[1].NumberOfPages);
        }
    }

    [Fact]
    public void MapKey_WhenNotOnePageIsLeftForStorage_TheMapStillWorks()
    {
        // 64 entries, the last page with them: the free page goes to the guest, and splitting has no page to take.
        var database = new MemoryDatabase(Fragmented(32), MemoryRules.Stable202405);
        while (database.Any(MemoryType.LoaderData, 1).Succeeded)
        {
        }

        for (ulong i = 0; i < 64; i += 4)
        {
            Assert.Equal(EfiStatus.Success, database.Free(0x100000 + (i * Page), 1));
        }

        Assert.Equal(64UL, database.Ranges.Aggregate(0UL, (sum, r) => sum + r.NumberOfPages));
    }
}
