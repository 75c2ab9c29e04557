using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class GetMemoryMapTests
{
    private const MemoryAttributes RuntimeRam = Ram | MemoryAttributes.Runtime;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GetMemoryMap_OfALayoutCapturedFromRealFirmware_IsThatFirmwaresMap(bool withBins)
    {
        var database = new MemoryDatabase(OvmfCapture.Layout(withBins), MemoryRules.BeforeStable202405);
        Assert.Equal(127, OvmfCapture.Map.Count);
        Assert.Equal(OvmfCapture.Map, database.GetMemoryMap().Descriptors);
    }

    [Fact]
    public void GetMemoryMap_PutsWhatOnlyTheDomainKnowsBehindSystemMemory()
    {
        MemoryDescriptor[] expected =
        [
            new(MemoryType.Conventional, new(0), 0xA0, Ram),
            new(MemoryType.Conventional, new(0x100000), 0x700, Ram),
            new(MemoryType.AcpiNvs, new(0x800000), 6, Ram),
            new(MemoryType.Conventional, new(0x806000), 0xFA, Ram),
            new(MemoryType.BootServicesData, new(0x900000), 0xE80, Ram),
            new(MemoryType.Conventional, new(0x1780000), (LowestBin - 0x1780000) / Page, Ram),
            new(MemoryType.RuntimeServicesData, new(LowestBin), 0x100, RuntimeRam),
            new(MemoryType.RuntimeServicesCode, new(LowestBin + 0x100000), 0x100, RuntimeRam),
            new(MemoryType.Reserved, new(LowestBin + 0x200000), 0x80, Ram),
            new(MemoryType.AcpiReclaim, new(LowestBin + 0x280000), 0x12, Ram),
            new(MemoryType.AcpiNvs, new(LowestBin + 0x292000), 0x80, Ram),
            new(MemoryType.BootServicesData, new(0x7F7FE000), 0x802, Ram),
            new(MemoryType.Conventional, new(FourGiB), 0x180000, Ram),
            new(MemoryType.Reserved, new(0xE0000000), 0x10000, MemoryAttributes.Uncached),
            new(MemoryType.MemoryMappedIo, new(0xFFC00000), 0x400, MemoryAttributes.Uncached | MemoryAttributes.Runtime),
        ];
        Assert.Equal(expected, Plain().GetMemoryMap().Descriptors);
    }

    [Fact]
    public void GetMemoryMap_ShowsUnacceptedMemoryLastAndAsRam()
    {
        var database = new MemoryDatabase(Ovmf(GcdMemoryType.Unaccepted), MemoryRules.Stable202405);
        Assert.Equal(
            new MemoryDescriptor(MemoryType.Unaccepted, new(FourGiB), 0x180000, Ram), database.GetMemoryMap().Descriptors[^1]);
        Assert.Equal(MemoryType.Unaccepted, database.TypeOf(new GuestAddress(FourGiB)));
    }

    [Fact]
    public void GetMemoryMap_AsksForMoreThanItTakes()
    {
        MemoryMap map = Plain().GetMemoryMap();
        Assert.Equal(48u, map.DescriptorSize);

        // 8 ranges of system memory, 2 of the domain, 2 for each of 5 bins.
        Assert.Equal(48UL * (8 + 2 + 10), map.RequiredSize);
        Assert.True((ulong)map.Descriptors.Count * 48 <= map.RequiredSize);
    }

    [Fact]
    public void GetMemoryMap_CountsUnacceptedRangesInItsSizeSince202511Only()
    {
        MemoryMap before = new MemoryDatabase(Ovmf(GcdMemoryType.Unaccepted), MemoryRules.Stable202508).GetMemoryMap();
        MemoryMap since = new MemoryDatabase(Ovmf(GcdMemoryType.Unaccepted), MemoryRules.Stable202511).GetMemoryMap();
        Assert.Equal(48UL * (7 + 2 + 10), before.RequiredSize);
        Assert.Equal(before.RequiredSize + 48, since.RequiredSize);
        Assert.Equal(before.Descriptors, since.Descriptors);
    }

    [Fact]
    public void GetMemoryMap_NeverAsksForLessThanItTakes()
    {
        var layout = new MemoryLayout(
            [Space(0x1000, 1, GcdMemoryType.SystemMemory, Ram), Space(0x10000, 1, GcdMemoryType.Unaccepted, Ram), Space(0x20000, 1, GcdMemoryType.Unaccepted, Ram)],
            [], []);
        MemoryMap map = new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemoryMap();
        Assert.Equal(3, map.Descriptors.Count);
        Assert.Equal(3UL * 48, map.RequiredSize);
    }

    [Fact]
    public void GetMemoryMap_Twice_IsTheSame()
    {
        MemoryDatabase database = Plain();
        MemoryMap first = database.GetMemoryMap();
        MemoryMap second = database.GetMemoryMap();
        Assert.Equal(first.MapKey, second.MapKey);
        Assert.Equal(first.RequiredSize, second.RequiredSize);
        Assert.Equal(first.Descriptors, second.Descriptors);
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void GetMemoryMap_AllocationsInABin_MoveTheKeyAndChangeNothingVisible()
    {
        MemoryDatabase database = Plain();
        MemoryMap before = database.GetMemoryMap();
        GuestAddress at = database.Any(MemoryType.RuntimeServicesData, 4).Value;
        MemoryMap during = database.GetMemoryMap();
        database.FreePages(at, 4);
        Assert.Equal(before.Descriptors, during.Descriptors);
        Assert.Equal(before.Descriptors, database.GetMemoryMap().Descriptors);
        Assert.Equal(before.MapKey + 1, during.MapKey);
    }

    [Fact]
    public void GetMemoryMap_OtherMemoryInABin_ShowsWithItsOwnType()
    {
        MemoryBin bin = new(MemoryType.RuntimeServicesData, new MemoryRange(0x108000, 4 * Page));
        var layout = new MemoryLayout(
            [Space(0x100000, 16, GcdMemoryType.SystemMemory, Ram)], [Used(MemoryType.LoaderData, 0x109000, 1)], [bin]);
        Assert.Equal(
            [
                new(MemoryType.Conventional, new(0x100000), 8, Ram),
                new(MemoryType.RuntimeServicesData, new(0x108000), 1, RuntimeRam),
                new(MemoryType.LoaderData, new(0x109000), 1, Ram),
                new(MemoryType.RuntimeServicesData, new(0x10A000), 2, RuntimeRam),
                new(MemoryType.Conventional, new(0x10C000), 4, Ram),
            ],
            new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemoryMap().Descriptors);
    }

    [Fact]
    public void GetMemoryMap_BinOfAnOrdinaryType_ShowsAsFreeMemory()
    {
        MemoryBin bin = new(MemoryType.LoaderData, new MemoryRange(0x108000, 4 * Page));
        var database = new MemoryDatabase(
            new MemoryLayout([Space(0x100000, 16, GcdMemoryType.SystemMemory, Ram)], [], [bin]), MemoryRules.Stable202405);
        Assert.Equal(MemoryType.Conventional, Assert.Single(database.GetMemoryMap().Descriptors).Type);
        Assert.Equal(48UL, database.GetMemoryMap().RequiredSize);
        Assert.Equal(0x10B000UL, database.Any(MemoryType.LoaderData, 1).Value.Value);
        Assert.Equal(0x107000UL, database.Any(MemoryType.BootServicesData, 1).Value.Value);
    }

    [Fact]
    public void GetMemoryMap_HidesProtectionAndTheDomainsOwnBits()
    {
        const MemoryAttributes Own = GcdBits.Present | GcdBits.Initialized | GcdBits.Tested;
        const MemoryAttributes Protection = MemoryAttributes.ReadProtected | MemoryAttributes.ExecuteProtected | MemoryAttributes.ReadOnly;
        var layout = new MemoryLayout(
            [
                Space(0x100000, 1, GcdMemoryType.SystemMemory, Ram | Own | Protection),
                Space(0x101000, 1, GcdMemoryType.SystemMemory, Ram | MemoryAttributes.Runtime),
                Space(0x200000, 1, GcdMemoryType.Reserved, MemoryAttributes.Uncached | Own | Protection | MemoryAttributes.CpuCrypto),
                Space(0x300000, 1, GcdMemoryType.Unaccepted, Ram | Own | Protection | MemoryAttributes.SpecialPurpose),
            ], [], []);
        Assert.Equal(
            [
                new(MemoryType.Conventional, new(0x100000), 2, Ram),
                new(MemoryType.Reserved, new(0x200000), 1, MemoryAttributes.Uncached | MemoryAttributes.CpuCrypto),
                new(MemoryType.Unaccepted, new(0x300000), 1, Ram),
            ],
            new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemoryMap().Descriptors);
    }

    [Fact]
    public void GetMemoryMap_PortIoAndPersistentMemory_HaveTypesOfTheirOwn()
    {
        const MemoryAttributes Ports = MemoryAttributes.Uncached | MemoryAttributes.Runtime | GcdBits.PortIo;
        var layout = new MemoryLayout(
            [
                Space(0x100000, 1, GcdMemoryType.SystemMemory, Ram),
                Space(0x200000, 1, GcdMemoryType.MemoryMappedIo, MemoryAttributes.Uncached, Ports),
                Space(0x300000, 1, GcdMemoryType.Persistent, MemoryAttributes.WriteBack),
                Space(0x400000, 1, GcdMemoryType.MemoryMappedIo, MemoryAttributes.Uncached, MemoryAttributes.Uncached),
            ], [], []);
        Assert.Equal(
            [
                new(MemoryType.Conventional, new(0x100000), 1, Ram),
                new(MemoryType.MemoryMappedIoPortSpace, new(0x200000), 1, MemoryAttributes.Uncached | MemoryAttributes.Runtime),
                new(MemoryType.Persistent, new(0x300000), 1, MemoryAttributes.WriteBack | MemoryAttributes.NonVolatile),
            ],
            new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemoryMap().Descriptors);
    }

    [Fact]
    public void GetMemoryMap_RangeOfTheDomainThatTouchesALikeOneOfTheAllocator_JoinsIt()
    {
        var layout = new MemoryLayout(
            [
                Space(0x100000, 4, GcdMemoryType.Reserved, Ram),
                Space(0x104000, 4, GcdMemoryType.SystemMemory, Ram),
                Space(0x108000, 4, GcdMemoryType.Reserved, Ram),
            ],
            [Used(MemoryType.Reserved, 0x104000, 1), Used(MemoryType.Reserved, 0x107000, 1)],
            []);
        Assert.Equal(
            [
                new(MemoryType.Reserved, new(0x100000), 5, Ram),
                new(MemoryType.Conventional, new(0x105000), 2, Ram),
                new(MemoryType.Reserved, new(0x107000), 5, Ram),
            ],
            new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemoryMap().Descriptors);
    }
}
