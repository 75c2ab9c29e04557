using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Firmware.Tests.Memory.Machines;

namespace EfiEmu.Firmware.Tests.Memory;

public class MemorySpaceTests
{
    private const MemoryAttributes Kept = Ram | MemoryAttributes.Runtime;

    [Fact]
    public void GetMemorySpaceMap_CoversTheAddressSpaceWithoutGap()
    {
        ulong next = 0;
        foreach (MemorySpaceDescriptor space in Plain().GetMemorySpaceMap())
        {
            Assert.Equal(next, space.BaseAddress.Value);
            next += space.Length;
        }

        Assert.Equal(1UL << 40, next);
    }

    [Fact]
    public void GetMemorySpaceMap_MergesLikeNeighbours()
    {
        var layout = new MemoryLayout(
            [Space(0, 16, GcdMemoryType.SystemMemory, Ram), Space(0x10000, 16, GcdMemoryType.SystemMemory, Ram)], [], []);
        Assert.Equal(
            new MemorySpaceDescriptor(GuestAddress.Null, 0x20000, Kept, MemoryAttributes.None, GcdMemoryType.SystemMemory),
            new MemoryDatabase(layout, MemoryRules.Stable202405).GetMemorySpaceMap()[0]);
    }

    [Theory]
    [InlineData(0UL, GcdMemoryType.SystemMemory)]
    [InlineData(0xA0000UL, GcdMemoryType.NonExistent)]
    [InlineData(0xE0000000UL, GcdMemoryType.Reserved)]
    [InlineData(0xFFFFFFFFUL, GcdMemoryType.MemoryMappedIo)]
    [InlineData((1UL << 40) - 1, GcdMemoryType.NonExistent)]
    public void GetMemorySpaceDescriptor_InsideTheAddressSpace_GivesTheRangeAround(ulong address, GcdMemoryType type)
    {
        Assert.True(Plain().GetMemorySpaceDescriptor(new GuestAddress(address)).TryGet(out MemorySpaceDescriptor found));
        Assert.Equal(type, found.Type);
        Assert.True(address - found.BaseAddress.Value < found.Length);
    }

    [Fact]
    public void GetMemorySpaceDescriptor_BeyondTheAddressSpace_IsNotFound() =>
        Assert.Equal(EfiStatus.NotFound, Plain().GetMemorySpaceDescriptor(new GuestAddress(1UL << 40)).Status);

    [Theory]
    [InlineData(GcdMemoryType.NonExistent)]
    [InlineData((GcdMemoryType)7)]
    public void AddMemorySpace_OfATypeThatCannotBeAdded_IsInvalidParameter(GcdMemoryType type) =>
        Assert.Equal(EfiStatus.InvalidParameter, Plain().AddMemorySpace(type, new(0xD0000000), Page, Ram));

    [Theory]
    [InlineData(0xD0000000UL, 0UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0x9F000UL, 0x2000UL, "EFI_ACCESS_DENIED")]
    [InlineData(0xE0000000UL, 0x1000UL, "EFI_ACCESS_DENIED")]
    [InlineData(1UL << 40, 0x1000UL, "EFI_UNSUPPORTED")]
    [InlineData((1UL << 40) - 0x1000, 0x2000UL, "EFI_UNSUPPORTED")]
    [InlineData(0xD0000000UL, ulong.MaxValue, "EFI_UNSUPPORTED")]
    public void AddMemorySpace_WhereItCannotBe_SaysWhy(ulong address, ulong length, string status)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(status, database.AddMemorySpace(GcdMemoryType.SystemMemory, new(address), length, Ram).ToString());
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void AddMemorySpace_OfSystemMemory_JoinsTheAllocatorAndMovesTheKeyByOne()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.AddMemorySpace(GcdMemoryType.SystemMemory, new(0xC0000000), 4 * Page, Ram));
        Assert.Equal(["AddMemorySpace ConventionalMemory, 4 pages at 0xc0000000"], database.DrainChanges().Select(c => c.Cause));
        Assert.Equal(EfiStatus.Success, database.At(MemoryType.LoaderData, 4, 0xC0000000).Status);
    }

    [Theory]
    [InlineData(GcdMemoryType.Reserved)]
    [InlineData(GcdMemoryType.MemoryMappedIo)]
    [InlineData(GcdMemoryType.Persistent)]
    [InlineData(GcdMemoryType.Unaccepted)]
    public void AddMemorySpace_OfAnythingElse_LeavesTheKey(GcdMemoryType type)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.AddMemorySpace(type, new(0xC0000000), 4 * Page, Ram));
        Assert.Empty(database.DrainChanges());
        Assert.Equal(EfiStatus.NotFound, database.At(MemoryType.LoaderData, 1, 0xC0000000).Status);
    }

    [Fact]
    public void AddMemorySpace_OfBrokenPages_GivesTheAllocatorTheWholeOnes()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.AddMemorySpace(GcdMemoryType.SystemMemory, new(0xC0000800), 3 * Page, Ram));
        Assert.Null(database.TypeOf(new GuestAddress(0xC0000800)));
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0xC0001000)));
        Assert.Equal(MemoryType.Conventional, database.TypeOf(new GuestAddress(0xC0002FFF)));
        Assert.Null(database.TypeOf(new GuestAddress(0xC0003000)));
        Assert.Equal(EfiStatus.Success, database.RemoveMemorySpace(new(0xC0000800), 0x800));
        Assert.Equal(EfiStatus.AccessDenied, database.RemoveMemorySpace(new(0xC0001000), 0x800));
    }

    [Theory]
    [InlineData(0xE0000000UL, 0UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0xD0000000UL, 0x1000UL, "EFI_NOT_FOUND")]
    [InlineData(0xEFFFF000UL, 0x2000UL, "EFI_NOT_FOUND")]
    [InlineData(0x100000UL, 0x1000UL, "EFI_ACCESS_DENIED")]
    [InlineData(0xFFFFF000UL, 0x2000UL, "EFI_ACCESS_DENIED")]
    [InlineData(1UL << 40, 0x1000UL, "EFI_UNSUPPORTED")]
    public void RemoveMemorySpace_WhereItCannotBe_SaysWhy(ulong address, ulong length, string status) =>
        Assert.Equal(status, Plain().RemoveMemorySpace(new(address), length).ToString());

    [Theory]
    [InlineData(0xE0000000UL, 0UL, MemoryAttributes.Uncached, "EFI_INVALID_PARAMETER")]
    [InlineData(0xE0000800UL, 0x1000UL, MemoryAttributes.Runtime, "EFI_INVALID_PARAMETER")]
    [InlineData(0xE0000000UL, 0x1800UL, MemoryAttributes.Runtime, "EFI_INVALID_PARAMETER")]
    [InlineData(0xE0000000UL, 0x1000UL, MemoryAttributes.WriteBack, "EFI_UNSUPPORTED")]
    [InlineData(0xD0000000UL, 0x1000UL, MemoryAttributes.WriteBack, "EFI_UNSUPPORTED")]
    [InlineData(1UL << 40, 0x1000UL, MemoryAttributes.WriteBack, "EFI_UNSUPPORTED")]
    [InlineData(0x100800UL, 0x800UL, MemoryAttributes.WriteBack, "EFI_UNSUPPORTED")]
    public void SetMemorySpaceAttributes_SaysWhatItCannotDo(ulong address, ulong length, MemoryAttributes attributes, string status)
    {
        MemoryDatabase database = Plain();
        Assert.Equal(status, database.SetMemorySpaceAttributes(new(address), length, attributes).ToString());
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void SetMemorySpaceAttributes_RuntimeOnMmio_MakesItAppearInTheMapAndKeepsItsCaching()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.AddMemorySpace(GcdMemoryType.MemoryMappedIo, new(0xFED00000), Page, MemoryAttributes.Uncached));
        int before = database.GetMemoryMap().Descriptors.Count;
        Assert.Equal(EfiStatus.Success, database.SetMemorySpaceAttributes(new(0xFED00000), Page, MemoryAttributes.Uncached));
        Assert.Equal(EfiStatus.Success, database.SetMemorySpaceAttributes(new(0xFED00000), Page, MemoryAttributes.Runtime));
        Assert.Equal(
            MemoryAttributes.Uncached | MemoryAttributes.Runtime,
            database.GetMemorySpaceDescriptor(new(0xFED00000)).Value.Attributes);
        Assert.Equal(before + 1, database.GetMemoryMap().Descriptors.Count);
    }

    [Theory]
    [InlineData(0x100000UL, 0UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0x100800UL, 0x1000UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0x100000UL, 0x800UL, "EFI_INVALID_PARAMETER")]
    [InlineData(0xE0000000UL, 0x1000UL, "EFI_UNSUPPORTED")]
    [InlineData(1UL << 40, 0x1000UL, "EFI_UNSUPPORTED")]
    public void SetMemorySpaceCapabilities_SaysWhatItCannotDo(ulong address, ulong length, string status) =>
        Assert.Equal(status, Plain().SetMemorySpaceCapabilities(new(address), length, MemoryAttributes.WriteBack).ToString());

    [Fact]
    public void SetMemorySpaceCapabilities_OfSystemMemory_ChangesTheMapRangeByRange()
    {
        MemoryDatabase database = Plain();
        const MemoryAttributes More = Ram | MemoryAttributes.CpuCrypto;
        Assert.Equal(EfiStatus.Success, database.SetMemorySpaceCapabilities(new(0x7FF000), 8 * Page, More | MemoryAttributes.Runtime));
        Assert.Equal(3, database.DrainChanges().Count(c => c.Kind == MapChangeKind.SetMemorySpaceCapabilities));
        MemoryDescriptor nvs = database.GetMemoryMap().Descriptors.Single(d => d.PhysicalStart.Value == 0x800000);
        Assert.Equal(new MemoryDescriptor(MemoryType.AcpiNvs, new(0x800000), 6, More), nvs);
    }

    [Fact]
    public void SetMemorySpaceCapabilities_OfMmio_LeavesTheKey()
    {
        MemoryDatabase database = Plain();
        Assert.Equal(EfiStatus.Success, database.SetMemorySpaceCapabilities(new(0xE0000000), 8 * Page, Ram));
        Assert.Empty(database.DrainChanges());
    }

    [Fact]
    public void AcceptingAllMemory_AsFirmwareDoesAtExitBootServices_MovesTheKeyByOneAndLeavesNoUnacceptedMemory()
    {
        var database = new MemoryDatabase(Ovmf(GcdMemoryType.Unaccepted), MemoryRules.Stable202405);
        ulong key = database.MapKey;
        foreach (MemorySpaceDescriptor space in database.GetMemorySpaceMap().Where(s => s.Type == GcdMemoryType.Unaccepted))
        {
            Assert.Equal(EfiStatus.Success, database.RemoveMemorySpace(space.BaseAddress, space.Length));
            Assert.Equal(
                EfiStatus.Success,
                database.AddMemorySpace(
                    GcdMemoryType.SystemMemory, space.BaseAddress, space.Length, space.Capabilities & ~GcdBits.NeverInAllocator));
        }

        Assert.Equal(key + 1, database.MapKey);
        Assert.Equal(Plain().GetMemoryMap().Descriptors, database.GetMemoryMap().Descriptors);
        Assert.Equal(Plain().GetMemorySpaceMap(), database.GetMemorySpaceMap());
        Assert.Equal(FourGiB, database.At(MemoryType.LoaderData, 1, FourGiB).Value.Value);
    }

    [Theory]
    [InlineData(0x100000UL, 0UL)]
    [InlineData(0x100800UL, 0x1000UL)]
    [InlineData(0x100000UL, 0x800UL)]
    [InlineData(0UL, 0x1000UL)]
    [InlineData(0xFFFFFFFFFFFFF000UL, 0x2000UL)]
    public void MemoryDatabase_LayoutThatIsNotMadeOfAscendingPages_IsRefused(ulong start, ulong length)
    {
        var second = new MemorySpace(new MemoryRange(start, length), GcdMemoryType.SystemMemory, Ram, MemoryAttributes.None);
        var layout = new MemoryLayout([Space(0x1000, 4, GcdMemoryType.SystemMemory, Ram), second], [], []);
        Assert.Throws<ArgumentException>(() => new MemoryDatabase(layout, MemoryRules.Stable202405));
    }

    [Theory]
    [InlineData(0xA0000UL, 1UL)]
    [InlineData(0x9F000UL, 2UL)]
    [InlineData(0xE0000000UL, 1UL)]
    public void MemoryDatabase_FirmwareOutsideSystemMemory_IsRefused(ulong start, ulong pages)
    {
        MemoryLayout layout = Ovmf() with { Allocated = [Used(MemoryType.BootServicesData, start, pages)] };
        Assert.Throws<ArgumentException>(() => new MemoryDatabase(layout, MemoryRules.Stable202405));
    }
}
