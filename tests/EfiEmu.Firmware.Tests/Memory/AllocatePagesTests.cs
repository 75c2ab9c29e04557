using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class AllocatePagesTests
{
    [Theory]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void AllocatePages_UnknownAllocateType_IsInvalidParameter(uint type) =>
        Assert.Equal(EfiStatus.InvalidParameter, Plain().AllocatePages(type, MemoryType.LoaderData, 1, GuestAddress.Null).Status);

    [Theory]
    [InlineData(7u)]
    [InlineData(14u)]
    [InlineData(15u)]
    [InlineData(16u)]
    [InlineData(17u)]
    [InlineData(0x100u)]
    [InlineData(0x6FFFFFFFu)]
    public void AllocatePages_TypeThatCannotBeAllocated_IsInvalidParameter(uint type)
    {
        foreach (MemoryRules rules in new[] { MemoryRules.BeforeStable202405, MemoryRules.Stable202511 })
        {
            var database = new MemoryDatabase(Ovmf(), rules);
            Assert.Equal(EfiStatus.InvalidParameter, database.Any(new MemoryType(type), 1).Status);
            Assert.Empty(database.DrainChanges());
        }
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
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public void AllocatePages_AnyOtherType_ShowsInTheMapWithItsTypeAndGoesBackToConventional(uint number)
    {
        MemoryDatabase database = Plain();
        var type = new MemoryType(number);
        Assert.True(database.Any(type, 3).TryGet(out GuestAddress at));
        Assert.True(at.IsPageAligned);
        Assert.Equal(type, database.TypeOf(at + 0x2FFF));
        MemoryDescriptor shown = database.GetMemoryMap().Descriptors.Single(
            d => d.PhysicalStart <= at && at <= d.PhysicalEnd);
        Assert.Equal(type, shown.Type);
        Assert.Equal(number is 5 or 6 or 13, (shown.Attributes & MemoryAttributes.Runtime) != 0);
        Assert.Equal(EfiStatus.Success, database.FreePages(at, 3));
        Assert.Equal(MemoryType.Conventional, database.TypeOf(at));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL << 40)]
    [InlineData(1UL << 52)]
    [InlineData((1UL << 52) + 1)]
    [InlineData(ulong.MaxValue)]
    public void AllocatePages_CountThatCannotFitAnywhere_IsOutOfResources(ulong pages)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.OutOfResources, database.Any(MemoryType.LoaderData, pages).Status);
        Assert.Equal(EfiStatus.OutOfResources, database.Below(MemoryType.LoaderData, pages, 0x7FFFFFFF).Status);
        Assert.Empty(database.DrainChanges());
    }

    [Theory]
    [InlineData(0x2000001UL, 1UL)]
    [InlineData(0x2000800UL, 1UL)]
    [InlineData(0x2000000UL, 0UL)]
    [InlineData(0x2000000UL, 1UL << 52)]
    [InlineData(0x2000000UL, ulong.MaxValue)]
    [InlineData(0xFFFFFFFFFFFFF000UL, 2UL)]
    [InlineData(0xFFFFFFFFFFFFF000UL, 1UL)]
    [InlineData(0x900000UL, 1UL)]
    [InlineData(0x8FF000UL, 2UL)]
    [InlineData(0xA0000UL, 1UL)]
    [InlineData(0x9F000UL, 2UL)]
    [InlineData(0xE0000000UL, 1UL)]
    public void AllocateAddress_NotOneFreeRange_IsNotFound(ulong address, ulong pages)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, pages, address).Status);
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void AllocateAddress_OfFreeMemory_GivesThatAddressOnce()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(new GuestAddress(0x2000000), database.At(MemoryType.LoaderData, 4, 0x2000000).Value);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 4, 0x2000000).Status);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 1, 0x2003000).Status);
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 1, 0x2004000).Status);
    }

    [Fact]
    public void AllocateAddress_AcrossTwoFreeRangesOfOtherAttributes_IsNotFound()
    {
        var layout = new MemoryLayout(
            [
                Space(0x100000, 4, GcdMemoryType.SystemMemory, Ram),
                Space(0x104000, 4, GcdMemoryType.SystemMemory, MemoryAttributes.WriteBack),
            ], [], []);
        var database = new MemoryDatabase(layout, MemoryRules.Stable202405);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 2, 0x103000).Status);
    }

    [Fact]
    public void AllocateAddress_OfPageZero_IsRefusedSince202508Only()
    {
        var before = new MemoryDatabase(Ovmf(), MemoryRules.Stable202405);
        var since = new MemoryDatabase(Ovmf(), MemoryRules.Stable202508);
        Assert.Equal(EfiStatus.Success, before.At(MemoryType.LoaderData, 1, 0).Status);
        Assert.Equal(EfiStatus.NotFound, since.At(MemoryType.LoaderData, 1, 0).Status);
        Assert.Equal(EfiStatus.Success, since.At(MemoryType.LoaderData, 1, 0x1000).Status);
    }

    [Fact]
    public void AllocateAddress_InTheBinOfAnotherSpecialType_IsNotFound()
    {
        MemoryDatabase database = Plain();
        const ulong Code = LowestBin + (0x100 * Page);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 1, LowestBin).Status);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 2, LowestBin - Page).Status);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.RuntimeServicesData, 2, Code - Page).Status);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 0x400, LowestBin - Page).Status);
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.RuntimeServicesData, 1, Code - Page).Status);
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 1, LowestBin - Page).Status);
    }

    [Fact]
    public void AllocateAddress_InUnacceptedMemory_IsNotFound()
    {
        var database = new MemoryDatabase(Ovmf(GcdMemoryType.Unaccepted), MemoryRules.Stable202405);
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 1, FourGiB).Status);
        Assert.Equal(EfiStatus.OutOfResources, database.Any(MemoryType.LoaderData, 0x80000).Status);
    }

    [Fact]
    public void AllocateAnyPages_WithoutABin_ComesFromJustBelowTheBins()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(LowestBin - (2 * Page), database.Any(MemoryType.LoaderData, 2).Value.Value);
        Assert.Equal(LowestBin - (3 * Page), database.Any(MemoryType.BootServicesCode, 1).Value.Value);
    }

    [Fact]
    public void AllocateAnyPages_OfATypeWithABin_ComesFromTheTopOfItsBin()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(LowestBin + (0xFF * Page), database.Any(MemoryType.RuntimeServicesData, 1).Value.Value);
        Assert.Equal(LowestBin + (0x1FF * Page), database.Any(MemoryType.RuntimeServicesCode, 1).Value.Value);
        Assert.Equal(LowestBin + (0x27F * Page), database.Any(MemoryType.Reserved, 1).Value.Value);
        Assert.Equal(LowestBin + (0x291 * Page), database.Any(MemoryType.AcpiReclaim, 1).Value.Value);
        Assert.Equal(LowestBin + (0x311 * Page), database.Any(MemoryType.AcpiNvs, 1).Value.Value);
    }

    [Fact]
    public void AllocateAnyPages_WhenTheBinIsFull_ComesFromBelowTheBins()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(LowestBin, database.Any(MemoryType.RuntimeServicesData, 0x100).Value.Value);
        Assert.Equal(LowestBin - Page, database.Any(MemoryType.RuntimeServicesData, 1).Value.Value);
    }

    [Fact]
    public void AllocateAnyPages_TooLargeForLowMemory_ComesFromTheTopOfHighMemory()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(FourGiB + ((0x180000 - 0x80000) * Page), database.Any(MemoryType.LoaderData, 0x80000).Value.Value);
    }

    [Fact]
    public void AllocateAnyPages_WithoutBins_ComesFromTheTopOfRam()
    {
        var database = new MemoryDatabase(Ovmf(bins: false), MemoryRules.Stable202405);
        Assert.Equal(FourGiB + (0x17FFFF * Page), database.Any(MemoryType.RuntimeServicesData, 1).Value.Value);
    }

    [Theory]
    [InlineData(0x7FFFFFFUL, 0x7FFF000UL)]
    [InlineData(0x8000000UL, 0x7FFF000UL)]
    [InlineData(0x7FFF000UL, 0x7FFE000UL)]
    [InlineData(0x7FFFFFEUL, 0x7FFE000UL)]
    public void AllocateMaxAddress_GivesAPageWhoseLastByteIsAtTheBoundOrBelow(ulong bound, ulong expected) =>
        Assert.Equal(expected, Plain().Below(MemoryType.LoaderData, 1, bound).Value.Value);

    [Theory]
    [InlineData(0UL)]
    [InlineData(0xFFEUL)]
    [InlineData(0xFFFUL)]
    [InlineData(0x1000UL)]
    [InlineData(0x1FFEUL)]
    public void AllocateMaxAddress_BoundThatLeavesNothingButPageZero_IsOutOfResources(ulong bound) =>
        Assert.Equal(EfiStatus.OutOfResources, Plain().Below(MemoryType.LoaderData, 1, bound).Status);

    [Fact]
    public void AllocateMaxAddress_BelowTheBin_IgnoresTheBin()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(0x3FFFF000UL, database.Below(MemoryType.RuntimeServicesData, 1, 0x3FFFFFFF).Value.Value);
    }

    [Fact]
    public void AllocateMaxAddress_AboveTheBin_StartsInTheBin()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(LowestBin + (0xFF * Page), database.Below(MemoryType.RuntimeServicesData, 1, 0xFFFFFFFF).Value.Value);
        Assert.Equal(LowestBin - Page, database.Below(MemoryType.LoaderData, 1, 0xFFFFFFFF).Value.Value);
    }

    [Fact]
    public void AllocateMaxAddress_InsideTheBins_StartsBelowThemAll()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(LowestBin - Page, database.Below(MemoryType.LoaderData, 1, LowestBin + 0x10FFF).Value.Value);
    }

    [Fact]
    public void AllocatePages_SpecialPurposeMemory_IsHadByAddressOnly()
    {
        var database = new MemoryDatabase(
            Bare(0x100000, 16, Ram | MemoryAttributes.SpecialPurpose), MemoryRules.Stable202405);
        Assert.Equal(EfiStatus.OutOfResources, database.Any(MemoryType.LoaderData, 1).Status);
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 1, 0x100000).Status);
    }

    [Fact]
    public void AllocatePages_WhenNothingElseIsLeft_TakesUntestedMemoryIntoUse()
    {
        const MemoryAttributes Untested = Ram | GcdBits.Present | GcdBits.Initialized;
        var layout = new MemoryLayout(
            [Space(0x100000, 4, GcdMemoryType.SystemMemory, Ram), Space(0x200000, 16, GcdMemoryType.Reserved, Untested)], [], []);
        var database = new MemoryDatabase(layout, MemoryRules.Stable202405);
        Assert.Equal(MemoryType.Reserved, database.TypeOf(new GuestAddress(0x200000)));
        Assert.Equal(0x208000UL, database.Any(MemoryType.LoaderData, 8).Value.Value);
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0x200000)));
        Assert.Equal([MapChangeKind.Promotion, MapChangeKind.AllocatePages], database.DrainChanges().Select(c => c.Kind));
        Assert.Equal(EfiStatus.Success, new MemoryDatabase(layout, MemoryRules.Stable202405).At(MemoryType.LoaderData, 2, 0x201000).Status);
    }

    [Fact]
    public void AllocatePages_AtTheVeryTopOfTheAddressSpace_Works()
    {
        var database = new MemoryDatabase(Bare(0xFFFFFFFFFFFF0000, 16), MemoryRules.Stable202511);
        Assert.Equal(0xFFFFFFFFFFFFF000UL, database.Any(MemoryType.LoaderData, 1).Value.Value);
        Assert.Equal(EfiStatus.Success, database.Free(0xFFFFFFFFFFFFF000, 1));
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 16, 0xFFFFFFFFFFFF0000).Status);
        Assert.Equal(EfiStatus.InvalidParameter, database.Free(0xFFFFFFFFFFFFF000, 2));
    }

    [Fact]
    public void AllocatePages_OnAMachineOfFourPebibytes_Works()
    {
        var layout = new MemoryLayout(
            [Space(0, 0xA0, GcdMemoryType.SystemMemory, Ram), Space(FourGiB, (1UL << 40) - (1 << 20), GcdMemoryType.SystemMemory, Ram)], [], []);
        var database = new MemoryDatabase(layout, MemoryRules.Stable202511);
        Assert.Equal((1UL << 52) - Page, database.Any(MemoryType.LoaderData, 1).Value.Value);
        Assert.Equal(FourGiB, database.Any(MemoryType.LoaderData, (1UL << 40) - (1 << 20) - 1).Value.Value);
        Assert.Equal(EfiStatus.NotFound, database.GetMemorySpaceDescriptor(new GuestAddress(1UL << 52)).Status);
    }
}
