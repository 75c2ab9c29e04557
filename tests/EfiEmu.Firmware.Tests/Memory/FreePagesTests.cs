using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class FreePagesTests
{
    [Theory]
    [InlineData(0xA0000UL)]
    [InlineData(0xE0000000UL)]
    [InlineData(0x280000000UL)]
    [InlineData(0xFFFFFFFFFFFFF000UL)]
    public void FreePages_OutsideSystemMemory_IsNotFound(ulong address) =>
        Assert.Equal(EfiStatus.NotFound, Plain().Free(address, 1));

    [Fact]
    public void FreePages_OfFreeMemory_IsNotFound() => Assert.Equal(EfiStatus.NotFound, Plain().Free(0x2000000, 1));

    [Theory]
    [InlineData(0x900001UL, 1UL)]
    [InlineData(0x900800UL, 1UL)]
    [InlineData(0x900000UL, 0UL)]
    [InlineData(0x900000UL, 1UL << 52)]
    [InlineData(0x900000UL, ulong.MaxValue)]
    [InlineData(0x2000001UL, 1UL)]
    public void FreePages_UnalignedOrAbsurdCount_IsInvalidParameter(ulong address, ulong pages)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.InvalidParameter, database.Free(address, pages));
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void FreePages_LastByteOfARange_IsNotFound() => Assert.Equal(EfiStatus.NotFound, Plain().Free(0x900000 + (0xE80 * Page) - 1, 1));

    [Fact]
    public void FreePages_OfPartOfAnAllocation_LeavesTheRest()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 4, 0x2000000).Status);
        Assert.Equal(EfiStatus.Success, database.Free(0x2001000, 2));
        Assert.Equal(MemoryType.LoaderData, database.TypeOf(new GuestAddress(0x2000000)));
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0x2001000)));
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0x2002FFF)));
        Assert.Equal(MemoryType.LoaderData, database.TypeOf(new GuestAddress(0x2003000)));
        Assert.Equal(EfiStatus.NotFound, database.Free(0x2001000, 1));
    }

    [Fact]
    public void FreePages_AcrossAllocationsOfOtherTypes_FreesThemAllOneByOne()
    {
        MemoryDatabase database = Plain();
        database.At(MemoryType.LoaderData, 2, 0x2000000);
        database.At(MemoryType.BootServicesCode, 2, 0x2002000);
        database.At(MemoryType.RuntimeServicesCode, 2, 0x2004000);
        ulong key = database.MapKey;
        Assert.Equal(EfiStatus.Success, database.Free(0x2001000, 4));
        Assert.Equal(key + 3, database.MapKey);
        Assert.Equal(
            ["LoaderData", "BootServicesCode", "RuntimeServicesCode"],
            database.DrainChanges().TakeLast(3).Select(c => c.Type.ToString()));
    }

    [Fact]
    public void FreePages_ThatMeetFreeMemoryMidway_AreNotFoundAndKeepWhatWasFreed()
    {
        MemoryDatabase database = Plain();
        database.At(MemoryType.LoaderData, 2, 0x2000000);
        ulong key = database.MapKey;
        Assert.Equal(EfiStatus.NotFound, database.Free(0x2000000, 3));
        Assert.Equal(key + 1, database.MapKey);
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0x2000000)));
    }

    [Fact]
    public void FreePages_OfFirmwaresOwnMemory_Succeeds() => Assert.Equal(EfiStatus.Success, Plain().Free(0x900000, 0xE80));

    [Fact]
    public void FreePages_GivesBackTheAttributesOfTheMemory()
    {
        MemoryDatabase database = Plain();
        GuestAddress at = database.Any(MemoryType.RuntimeServicesCode, 0x100).Value;
        GuestAddress outside = database.Any(MemoryType.RuntimeServicesCode, 1).Value;
        int ranges = database.Ranges.Count;
        Assert.Equal(EfiStatus.Success, database.FreePages(outside, 1));
        Assert.Equal(ranges - 2, database.Ranges.Count);
        Assert.Equal(EfiStatus.Success, database.FreePages(at, 0x100));
        Assert.All(database.Ranges, r => Assert.Equal(Ram, r.Attributes));
    }
}
