using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Tests.Support;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class PoolAllocatorTests
{
    private const uint HeadSignature = 0x30646870;
    private const uint TailSignature = 0x6C617470;

    private static readonly uint[] PooledTypes = [2, 4, 6, 0x90000001];

    private readonly MemoryDatabase _database = Plain();
    private readonly SparseGuestMemory _memory = new();
    private readonly PoolAllocator _pool;

    public PoolAllocatorTests() => _pool = new PoolAllocator(_database, _memory);

    [Theory]
    [InlineData(7u)]
    [InlineData(14u)]
    [InlineData(15u)]
    [InlineData(16u)]
    [InlineData(17u)]
    [InlineData(0x6FFFFFFFu)]
    public void AllocatePool_TypeThatCannotBeAllocated_IsInvalidParameter(uint type)
    {
        Assert.Equal(EfiStatus.InvalidParameter, _pool.AllocatePool(new MemoryType(type), 16).Status);
        Assert.Empty(_database.DrainChanges());
    }

    [Fact]
    public void AllocatePool_OfUnacceptedMemory_SucceedsBefore202405()
    {
        var database = new MemoryDatabase(Ovmf(), MemoryRules.BeforeStable202405);
        var pool = new PoolAllocator(database, _memory);
        Assert.True(pool.AllocatePool(MemoryType.Unaccepted, 16).TryGet(out GuestAddress buffer));
        Assert.Equal(MemoryType.Unaccepted, database.TypeOf(buffer));
        Assert.Equal(EfiStatus.Success, pool.FreePool(buffer));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(5u)]
    [InlineData(6u)]
    [InlineData(8u)]
    [InlineData(9u)]
    [InlineData(10u)]
    [InlineData(11u)]
    [InlineData(12u)]
    [InlineData(13u)]
    [InlineData(0x70000000u)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void AllocatePool_AnyOtherType_GivesAlignedMemoryOfThatTypeAndTakesItBack(uint number)
    {
        IReadOnlyList<MemoryDescriptor> before = _database.Ranges;
        var type = new MemoryType(number);
        Assert.True(_pool.AllocatePool(type, 100).TryGet(out GuestAddress buffer));
        Assert.Equal(0UL, buffer.Value % 8);
        Assert.Equal(type, _database.TypeOf(buffer));
        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
        Assert.Equal(before, _database.Ranges);
        Assert.Empty(_pool.Usage);
    }

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue - 47)]
    [InlineData(ulong.MaxValue - 40)]
    [InlineData(ulong.MaxValue)]
    public void AllocatePool_OfMoreThanThereIs_IsOutOfResources(ulong bytes)
    {
        Assert.Equal(EfiStatus.OutOfResources, _pool.AllocatePool(MemoryType.LoaderData, bytes).Status);
        Assert.Empty(_database.DrainChanges());
    }

    [Fact]
    public void AllocatePool_WithoutAFreePage_IsOutOfResources()
    {
        var database = new MemoryDatabase(Bare(0x100000, 1), MemoryRules.Stable202405);
        var pool = new PoolAllocator(database, _memory);
        Assert.Equal(EfiStatus.OutOfResources, pool.AllocatePool(MemoryType.LoaderData, 4096).Status);
        Assert.Equal(EfiStatus.Success, pool.AllocatePool(MemoryType.LoaderData, 1).Status);
        Assert.Equal(EfiStatus.OutOfResources, pool.AllocatePool(MemoryType.BootServicesData, 1).Status);
        Assert.Equal(EfiStatus.OutOfResources, pool.AllocatePool(new MemoryType(0x80000000), 1).Status);
    }

    [Fact]
    public void AllocatePool_OfNothing_GivesABufferOfItsOwn()
    {
        GuestAddress first = _pool.AllocatePool(MemoryType.LoaderData, 0).Value;
        GuestAddress second = _pool.AllocatePool(MemoryType.LoaderData, 0).Value;
        Assert.NotEqual(first, second);
        Assert.Equal(EfiStatus.Success, _pool.FreePool(first));
        Assert.Equal(EfiStatus.Success, _pool.FreePool(second));
    }

    [Theory]
    [InlineData(1UL, 48UL)]
    [InlineData(8UL, 48UL)]
    [InlineData(2648UL, 2688UL)]
    [InlineData(2649UL, 2696UL)]
    [InlineData(100_000UL, 100_040UL)]
    public void AllocatePool_PutsHeadAndTailAroundTheBuffer(ulong bytes, ulong total)
    {
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderCode, bytes).Value;
        GuestAddress head = new(buffer.Value - 24);
        GuestAddress tail = head + (total - 16);
        Assert.Equal("phd0"u8.ToArray(), _memory.ReadBytes(head, 4));
        Assert.Equal(1u, _memory.ReadUInt32(head + 8));
        Assert.Equal(total, _memory.ReadUInt64(head + 16));
        Assert.Equal("ptal"u8.ToArray(), _memory.ReadBytes(tail, 4));
        Assert.Equal(total, _memory.ReadUInt64(tail + 8));
    }

    [Theory]
    [InlineData(2649UL, 1UL)]
    [InlineData(4056UL, 1UL)]
    [InlineData(4057UL, 2UL)]
    [InlineData(1_000_000UL, 245UL)]
    public void AllocatePool_OfALargeBuffer_TakesPagesOfItsOwnAndEndsIn018(ulong bytes, ulong pages)
    {
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderData, bytes).Value;
        Assert.Equal(LowestBin - (pages * Page) + 0x18, buffer.Value);
        Assert.Equal(
            [$"AllocatePool LoaderData, {pages} {(pages == 1 ? "page" : "pages")} at 0x{buffer.Value - 0x18:x}"],
            _database.DrainChanges().Select(c => c.Cause));
        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
        Assert.Equal([MapChangeKind.PoolReturn], _database.DrainChanges().Select(c => c.Kind));
    }

    [Fact]
    public void AllocatePool_OfASmallBuffer_CutsAFreshPageFromItsStart()
    {
        ulong page = LowestBin - Page;

        // 88 bytes and 40 around them fill the smallest bucket; the rest of the page becomes 2688, 1024 and 256.
        Assert.Equal(page + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 88).Value.Value);
        Assert.Equal(page + 128 + 2688 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 1000 - 40).Value.Value);
        Assert.Equal(page + 128 + 2688 + 1024 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 216).Value.Value);
        Assert.Equal(page + 128 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 2648).Value.Value);
        Assert.Equal(page - Page + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 1).Value.Value);
    }

    [Fact]
    public void AllocatePool_WithoutAChunkOfItsBucket_CutsTheNextLargerOne()
    {
        ulong page = LowestBin - Page;
        _pool.AllocatePool(MemoryType.LoaderData, 88);
        Assert.Equal(page + 128 + 2688 + 1024 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 88).Value.Value);

        // The 256 gave 128 and 128: the second half is next, then the 1024 is cut.
        Assert.Equal(page + 128 + 2688 + 1024 + 128 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 88).Value.Value);
        Assert.Equal(page + 128 + 2688 + 0x18, _pool.AllocatePool(MemoryType.LoaderData, 88).Value.Value);
    }

    [Fact]
    public void AllocatePool_AfterAFree_GivesTheChunkFreedLast()
    {
        GuestAddress first = _pool.AllocatePool(MemoryType.LoaderData, 88).Value;
        GuestAddress second = _pool.AllocatePool(MemoryType.LoaderData, 88).Value;
        GuestAddress third = _pool.AllocatePool(MemoryType.LoaderData, 88).Value;
        _pool.FreePool(first);
        _pool.FreePool(third);
        Assert.Equal(third, _pool.AllocatePool(MemoryType.LoaderData, 80).Value);
        Assert.Equal(first, _pool.AllocatePool(MemoryType.LoaderData, 1).Value);
        Assert.NotEqual(second, _pool.AllocatePool(MemoryType.LoaderData, 1).Value);
    }

    [Fact]
    public void AllocatePool_KeepsAPageForEachType()
    {
        GuestAddress data = _pool.AllocatePool(MemoryType.LoaderData, 8).Value;
        GuestAddress code = _pool.AllocatePool(MemoryType.LoaderCode, 8).Value;
        GuestAddress runtime = _pool.AllocatePool(MemoryType.RuntimeServicesData, 8).Value;
        Assert.NotEqual(data.Value / Page, code.Value / Page);
        Assert.Equal(LowestBin + (0xFF * Page) + 0x18, runtime.Value);
    }

    [Fact]
    public void AllocatePool_FromAPageThatIsThere_DoesNotMoveTheKey()
    {
        _pool.AllocatePool(MemoryType.LoaderData, 8);
        _database.DrainChanges();
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderData, 8).Value;
        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
        Assert.Empty(_database.DrainChanges());
    }

    [Fact]
    public void FreePool_OfTheLastBufferOfAPage_GivesThePageBack()
    {
        GuestAddress[] buffers = [.. Enumerable.Range(0, 32).Select(_ => _pool.AllocatePool(MemoryType.LoaderData, 88).Value)];
        Assert.Single(buffers.Select(b => b.Value / Page).Distinct());
        Assert.Single(_database.DrainChanges());
        foreach (GuestAddress buffer in buffers[..31])
        {
            Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
            Assert.Empty(_database.DrainChanges());
        }

        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffers[31]));
        Assert.Equal([MapChangeKind.PoolReturn], _database.DrainChanges().Select(c => c.Kind));
        Assert.Equal(MemoryType.Conventional, _database.TypeOf(buffers[0]));
    }

    [Fact]
    public void AllocatePool_OfACustomType_CostsAControlStructureUntilItsLastBufferGoes()
    {
        var type = new MemoryType(0x80000005);
        GuestAddress first = _pool.AllocatePool(type, 8).Value;
        GuestAddress second = _pool.AllocatePool(type, 8).Value;
        Assert.Equal([MemoryType.BootServicesData, type], _database.DrainChanges().Select(c => c.Type));
        Assert.Equal(
            [new PoolUsage(MemoryType.BootServicesData, 1, 232), new PoolUsage(type, 2, 16)], _pool.Usage);
        _pool.FreePool(first);
        Assert.Empty(_database.DrainChanges());
        _pool.FreePool(second);
        Assert.Equal([type, MemoryType.BootServicesData], _database.DrainChanges().Select(c => c.Type));
        Assert.Empty(_pool.Usage);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(8UL)]
    [InlineData(0x18UL)]
    [InlineData(0x2000018UL)]
    [InlineData(0xA0000UL)]
    [InlineData(0xFFFFFFFFFFFFFFF8UL)]
    public void FreePool_OfWhatIsNoBuffer_IsInvalidParameter(ulong address) =>
        Assert.Equal(EfiStatus.InvalidParameter, _pool.FreePool(new GuestAddress(address)));

    [Theory]
    [InlineData(8UL)]
    [InlineData(5000UL)]
    public void FreePool_Twice_IsInvalidParameter(ulong bytes)
    {
        GuestAddress keep = _pool.AllocatePool(MemoryType.LoaderData, 8).Value;
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderData, bytes).Value;
        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
        Assert.Equal(EfiStatus.InvalidParameter, _pool.FreePool(buffer));
        Assert.Equal(EfiStatus.InvalidParameter, _pool.FreePool(keep + 8));
        Assert.Equal(EfiStatus.Success, _pool.FreePool(keep));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(8UL)]
    [InlineData(16UL)]
    [InlineData(32UL)]
    [InlineData(40UL)]
    public void FreePool_OfABufferWhoseHeadOrTailWasOverwritten_IsInvalidParameterAndLeaksIt(ulong offset)
    {
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderData, 8).Value;
        _memory.WriteUInt64(new GuestAddress(buffer.Value - 24 + offset), 0x4141414141414141);
        Assert.Equal(EfiStatus.InvalidParameter, _pool.FreePool(buffer));
        Assert.Equal([new PoolUsage(MemoryType.LoaderData, 1, 8)], _pool.Usage);
    }

    [Fact]
    public void FreePool_OfAHeadThatTheGuestMadeUp_IsInvalidParameter()
    {
        GuestAddress head = _database.Any(MemoryType.LoaderData, 1).Value;
        _memory.WriteUInt32(head, HeadSignature);
        _memory.WriteUInt32(head + 8, 2);
        _memory.WriteUInt64(head + 16, 48);
        _memory.WriteUInt32(head + 32, TailSignature);
        _memory.WriteUInt64(head + 40, 48);
        Assert.Equal(EfiStatus.InvalidParameter, _pool.FreePool(head + 24));
    }

    [Fact]
    public void Usage_CountsWhatIsLiveByType()
    {
        _pool.AllocatePool(MemoryType.RuntimeServicesData, 5000);
        _pool.AllocatePool(MemoryType.LoaderData, 3);
        GuestAddress gone = _pool.AllocatePool(MemoryType.LoaderData, 7).Value;
        _pool.AllocatePool(MemoryType.BootServicesData, 0);
        _pool.FreePool(gone);
        Assert.Equal(
            [
                new PoolUsage(MemoryType.LoaderData, 1, 3),
                new PoolUsage(MemoryType.BootServicesData, 1, 0),
                new PoolUsage(MemoryType.RuntimeServicesData, 1, 5000),
            ],
            _pool.Usage);
    }

    [Theory]
    [InlineData(8UL)]
    [InlineData(5000UL)]
    public void FreePool_OfABufferWhosePagesTheGuestFreedItself_Succeeds(ulong bytes)
    {
        GuestAddress buffer = _pool.AllocatePool(MemoryType.LoaderData, bytes).Value;
        Assert.Equal(EfiStatus.Success, _database.Free(buffer.Value & ~0xFFFUL, bytes > 4056 ? 2UL : 1));
        Assert.Equal(EfiStatus.Success, _pool.FreePool(buffer));
        Assert.Equal(Plain().Ranges, _database.Ranges);
        Assert.Empty(_pool.Usage);
    }

    [Theory]
    [InlineData(8UL)]
    [InlineData(5000UL)]
    public void AllocatePool_OfPagesThatTheGuestFreedBehindThePoolsBack_ForgetsWhatWasThere(ulong bytes)
    {
        GuestAddress stale = _pool.AllocatePool(MemoryType.LoaderData, bytes).Value;
        _database.Free(stale.Value & ~0xFFFUL, bytes > 4056 ? 2UL : 1);
        GuestAddress anew = _pool.AllocatePool(MemoryType.LoaderCode, bytes).Value;
        Assert.Equal(stale, anew);
        Assert.Equal([new PoolUsage(MemoryType.LoaderCode, 1, bytes)], _pool.Usage);
        Assert.NotEqual(stale.Value / Page, _pool.AllocatePool(MemoryType.LoaderData, bytes).Value.Value / Page);
        Assert.Equal(EfiStatus.Success, _pool.FreePool(anew));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void PoolAllocator_RandomUse_KeepsBuffersApartAndLeavesNothingBehind(int seed)
    {
        var random = new Random(seed);
        var live = new SortedDictionary<ulong, (uint Type, ulong Bytes, byte Mark)>();
        IReadOnlyList<MemoryDescriptor> before = _database.Ranges;
        for (int i = 0; i < 3000; i++)
        {
            if (live.Count < 40 || random.Next(5) < (live.Count < 300 ? 3 : 2))
            {
                uint type = PooledTypes[random.Next(PooledTypes.Length)];
                ulong bytes = (ulong)(random.Next(12) == 0 ? random.Next(20_000) : random.Next(700));
                GuestAddress buffer = _pool.AllocatePool(new MemoryType(type), bytes).Value;
                byte mark = (byte)random.Next(1, 256);
                _memory.Fill(buffer, bytes, mark);
                live.Add(buffer.Value, (type, bytes, mark));
            }
            else
            {
                FreeOne(live, random.Next(live.Count));
            }

            Assert.Equal(
                live.Values.GroupBy(b => b.Type).OrderBy(g => g.Key).Select(g => (g.Key, g.Count(), g.Sum(b => (long)b.Bytes))),
                _pool.Usage.Where(u => u.Type != MemoryType.BootServicesData || live.Values.Any(b => b.Type == 4))
                    .Select(u => Net(u, live.Values.Any(b => b.Type == 0x90000001))));
        }

        while (live.Count > 0)
        {
            FreeOne(live, random.Next(live.Count));
        }

        Assert.Empty(_pool.Usage);
        Assert.Equal(
            before.Aggregate(0UL, (n, r) => n + (r.Type == MemoryType.Conventional ? r.NumberOfPages : 0)),
            _database.Ranges.Aggregate(0UL, (n, r) => n + (r.Type == MemoryType.Conventional ? r.NumberOfPages : 0))
                + (ulong)_database.DrainChanges().Count(c => c.Kind == MapChangeKind.MapStorage));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void PoolAllocator_AGuestThatScribblesAndFreesAtRandom_BreaksNothing(int seed)
    {
        var random = new Random(seed);
        var seen = new List<GuestAddress>();
        byte[] noise = new byte[64];
        for (int i = 0; i < 3000; i++)
        {
            GuestAddress at = seen.Count == 0 ? new GuestAddress(0x2000000) : seen[random.Next(seen.Count)];
            switch (random.Next(6))
            {
                case 0:
                    random.NextBytes(noise);
                    _memory.Write(new GuestAddress(at.Value - 32), noise);
                    break;
                case 1:
                    _pool.FreePool(at + (ulong)(random.Next(3) * 8));
                    break;
                case 2:
                    _database.Free(at.Value & ~0xFFFUL, (ulong)random.Next(1, 4));
                    break;
                case 3:
                    _database.Any(MemoryType.LoaderData, (ulong)random.Next(1, 4));
                    break;
                default:
                    uint type = random.Next(2) == 0 ? 4u : 0xA0000001;
                    seen.Add(_pool.AllocatePool(new MemoryType(type), (ulong)random.Next(9000)).Value);
                    break;
            }
        }

        Assert.All(_pool.Usage, u => Assert.True(u.Buffers < 3000));
        Assert.Equal(
            Plain().Ranges.Aggregate(0UL, (n, r) => n + r.NumberOfPages), _database.Ranges.Aggregate(0UL, (n, r) => n + r.NumberOfPages));
    }

    private static (uint Type, int Buffers, long Bytes) Net(PoolUsage usage, bool hasControl)
    {
        int control = usage.Type == MemoryType.BootServicesData && hasControl ? 1 : 0;
        return (usage.Type.Value, (int)usage.Buffers - control, (long)usage.Bytes - (control * 232));
    }

    private void FreeOne(SortedDictionary<ulong, (uint Type, ulong Bytes, byte Mark)> live, int index)
    {
        (ulong address, (uint type, ulong bytes, byte mark)) = live.ElementAt(index);
        Assert.Equal(new MemoryType(type), _database.TypeOf(new GuestAddress(address)));
        Assert.True(_memory.ReadBytes(new GuestAddress(address), (int)bytes).AsSpan().IndexOfAnyExcept(mark) < 0, "overlap");
        Assert.Equal(EfiStatus.Success, _pool.FreePool(new GuestAddress(address)));
        live.Remove(address);
    }
}
