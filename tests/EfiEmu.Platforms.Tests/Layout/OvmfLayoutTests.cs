using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests.Layout;

public sealed class OvmfLayoutTests
{
    private const ulong MiB = 1UL << 20;
    private const ulong GiB = 1UL << 30;
    private const ulong S3Bytes = 0x88000;

    // What a guest of the captured boot left in pool: below the lowest of firmware's own pieces.
    private const ulong FirmwarePieceBytesBelowTop = 0x80000000 - 0x7dd66000;
    private const ulong StackBytesBelowTop = 0x80000000 - 0x7bb75000;

    [Theory]
    [InlineData("qemu-ovmf-memmap-61-256m.txt", 256 * MiB)]
    [InlineData("qemu-ovmf-memmap-61-2g.txt", 2 * GiB)]
    [InlineData("qemu-ovmf-memmap-61-8g.txt", 8 * GiB)]
    public void Build_Of202211OnPlain_EqualsTheMapOfARealGuestButForTheGuestsOwnPieces(string file, ulong ramBytes)
    {
        List<MemoryDescriptor> composed = Composition.Compose(Build("plain", OvmfGeneration.Ovmf202211, ramBytes));

        ulong lowTop = Math.Min(ramBytes, 2 * GiB);
        var real = new List<MemoryDescriptor>();
        foreach (MemoryDescriptor entry in LogReader.Read(file))
        {
            ulong start = entry.PhysicalStart.Value;
            bool isGuests = entry.Type == MemoryType.LoaderCode || entry.Type == MemoryType.LoaderData
                || (start >= 0x1500000 && start < lowTop - FirmwarePieceBytesBelowTop && start != lowTop - StackBytesBelowTop);
            Composition.Add(real, isGuests ? entry with { Type = MemoryType.Conventional } : entry);
        }

        Assert.Equal(real, composed);
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("plain", true)]
    [InlineData("sev-snp", false)]
    [InlineData("sev-snp", true)]
    [InlineData("tdx", false)]
    [InlineData("tdx", true)]
    public void Build_AtAnySize_IsAWellFormedLayoutOfThatMuchRam(string platform, bool leaveUnaccepted)
    {
        Gen<(ulong Pages, OvmfGeneration Generation)> inputs =
            from shift in Gen.Choose(15, 39)
            from low in Gen.Choose(0, int.MaxValue)
            from generation in Gen.Elements<OvmfGeneration>(OvmfGeneration.All)
            select ((1UL << shift) + ((ulong)low % (1UL << shift)), generation);

        Properties.Hold(inputs, input =>
        {
            ulong ramBytes = input.Pages * GuestAddress.PageSize;
            Assert.True(OvmfLayout.Build(TestLayouts.Platform(platform), input.Generation, ramBytes, leaveUnaccepted)
                .TryGet(out MemoryLayout? layout, out _));
            AssertWellFormed(layout);
            Assert.Equal(ramBytes - 0x60000, layout.RamBytes);
        });
    }

    [Theory]
    [InlineData(0UL, "less than the 128 MiB")]
    [InlineData((128 * MiB) - 4096, "less than the 128 MiB")]
    [InlineData((1UL << 52) + 4096, "more than the 4 PiB")]
    [InlineData(ulong.MaxValue - 4095, "more than the 4 PiB")]
    [InlineData((1 * GiB) + 1, "not a multiple of 4 KiB")]
    public void Build_OfAnImpossibleSize_SaysWhy(ulong ramBytes, string fault)
    {
        LayoutResult result = OvmfLayout.Build(TestLayouts.Platform("plain"), OvmfGeneration.Ovmf202502, ramBytes, false);

        Assert.Null(result.Layout);
        Assert.Contains(fault, result.Fault, StringComparison.Ordinal);
        Assert.StartsWith("memory: ", result.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xaffff000UL, 0xaffff000UL, 0UL)]
    [InlineData(0xb0000000UL, 0x80000000UL, 0x30000000UL)]
    [InlineData(16 * GiB, 0x80000000UL, 14 * GiB)]
    [InlineData(1UL << 52, 0x80000000UL, (1UL << 52) - (2 * GiB))]
    public void Build_AroundTheSplit_KeepsTwoGiBLow(ulong ramBytes, ulong lowTop, ulong highBytes)
    {
        MemoryLayout layout = Build("plain", OvmfGeneration.Ovmf202502, ramBytes);

        Assert.Equal(lowTop, layout.Spaces[1].Range.End);
        Assert.Equal(
            highBytes,
            layout.Spaces.Where(space => space.Range.Start >= TestLayouts.FourGiB).Aggregate(0UL, (sum, s) => sum + s.Range.Length));
    }

    [Theory]
    [InlineData("sev-snp", true, GcdMemoryType.Unaccepted)]
    [InlineData("tdx", true, GcdMemoryType.Unaccepted)]
    [InlineData("plain", true, GcdMemoryType.SystemMemory)]
    [InlineData("sev-snp", false, GcdMemoryType.SystemMemory)]
    public void Build_WithRamAboveFourGiB_LeavesItUnacceptedWhereAskedAndPossible(
        string platform, bool leaveUnaccepted, GcdMemoryType type)
    {
        Assert.True(OvmfLayout.Build(TestLayouts.Platform(platform), OvmfGeneration.Ovmf202502, 16 * GiB, leaveUnaccepted)
            .TryGet(out MemoryLayout? layout, out _));

        MemorySpace high = Assert.Single(layout.Spaces, space => space.Range.Start >= TestLayouts.FourGiB);
        Assert.Equal((type, new MemoryRange(4 * GiB, 14 * GiB)), (high.Type, high.Range));
        Assert.Equal(MemoryAttributes.SystemRam, high.Capabilities);
    }

    [Fact]
    public void Build_OnSevSnp_ReservesItsPagesAndKeepsNothingForS3()
    {
        List<MemoryDescriptor> map = Composition.Compose(Build("sev-snp", OvmfGeneration.Ovmf202502, 16 * GiB));

        Assert.Contains(Descriptor(MemoryType.Reserved, 0x80d000, 3), map);
        Assert.Equal(
            [(0x7f806000UL, 0x80UL)],
            map.Where(entry => entry.Type == MemoryType.AcpiNvs).Select(entry => (entry.PhysicalStart.Value, entry.NumberOfPages)));
        Assert.DoesNotContain(map, entry => entry.PhysicalStart.Value == 0x800000);
        Assert.Contains(Descriptor(MemoryType.BootServicesData, 0x820000, 0xe0 + 0xe80), map);
        Assert.Contains(Descriptor(MemoryType.Reserved, 0x80000000 - 0xfa000, 3), map);

        // The variable store ends where RAM does.
        Assert.Equal(0x80000000UL, map.Last(entry => entry.Type == MemoryType.RuntimeServicesData).PhysicalEnd.Value + 1);
    }

    [Fact]
    public void Build_OnTdx_KeepsPageTablesAndMailboxForTheOperatingSystem()
    {
        List<MemoryDescriptor> map = Composition.Compose(Build("tdx", OvmfGeneration.Ovmf202502, 16 * GiB));

        Assert.Contains(Descriptor(MemoryType.AcpiNvs, 0x800000, 6), map);
        Assert.Contains(Descriptor(MemoryType.AcpiNvs, 0x80c000, 1), map);
        Assert.DoesNotContain(Descriptor(MemoryType.Reserved, 0x80d000, 3), map);
    }

    [Theory]
    [InlineData("plain", "202211", 0xb0000000UL, false)]
    [InlineData("plain", "202302", 0xb0000000UL, false)]
    [InlineData("plain", "202502", 0xe0000000UL, true)]
    [InlineData("sev-snp", "202211", 0xb0000000UL, true)]
    [InlineData("tdx", "202302", 0xb0000000UL, true)]
    public void Build_OfAGeneration_HasItsSpacesOutsideRam(string platform, string generation, ulong mmconfig, bool hasKvmPages)
    {
        MemoryLayout layout = Build(platform, OvmfGeneration.All.Single(g => g.Name == generation), 4 * GiB);

        MemorySpace[] reserved = [.. layout.Spaces.Where(space => space.Type == GcdMemoryType.Reserved)];
        Assert.Equal(new MemoryRange(mmconfig, 0x10000000), reserved[0].Range);
        Assert.Equal(MemoryAttributes.Uncached, reserved[0].Attributes);
        Assert.Equal(hasKvmPages ? 2 : 1, reserved.Length);
        Assert.True(!hasKvmPages || reserved[1] == new MemorySpace(new MemoryRange(0xfeffc000, 0x4000), GcdMemoryType.Reserved, 0, 0));
        MemorySpace flash = Assert.Single(layout.Spaces, space => space.Type == GcdMemoryType.MemoryMappedIo);
        Assert.Equal(new MemoryRange(0xffc00000, 0x400000), flash.Range);
        Assert.Equal(MemoryAttributes.Uncached | MemoryAttributes.Runtime, flash.Attributes);
    }

    [Fact]
    public void Build_OfADedicatedBuild_HasSmallerBinsRightBelowTheSameTop()
    {
        Assert.True(OvmfLayout.Build(
            TestLayouts.Platform("sev-snp"), OvmfGeneration.Ovmf202502, OvmfBuild.AmdSev, 4 * GiB, true).TryGet(out MemoryLayout? amd, out _));
        MemoryLayout general = Build("sev-snp", OvmfGeneration.Ovmf202502, 4 * GiB);

        AssertWellFormed(amd);
        Assert.Equal(general.Bins[0], amd.Bins[0]);
        Assert.Equal(0x10UL * 4096, amd.Bins[1].Range.Length);
        Assert.Equal(general.Bins[^1].Range.Start + (2 * 4096), amd.Bins[^1].Range.Start);
        Assert.Contains(amd.Allocated, piece => piece == Descriptor(MemoryType.Reserved, 0x810000, 1));

        // Nothing free between the bins and what lies below them, as in the general build.
        Assert.Contains(amd.Allocated, piece => piece.PhysicalStart.Value + piece.Bytes == amd.Bins[^1].Range.Start);
    }

    [Fact]
    public void Build_WithS3_EndsInNvsOfOneProcessor()
    {
        MemoryLayout layout = Build("plain", OvmfGeneration.Ovmf202502, 1 * GiB);

        Assert.Equal(Descriptor(MemoryType.AcpiNvs, (1 * GiB) - S3Bytes, 0x88), layout.Allocated[^1]);
        Assert.Equal(
            [(0x800000UL, 8UL), (0x80b000UL, 1UL), (0x811000UL, 0xefUL)],
            layout.Allocated.Where(piece => piece.Type == MemoryType.AcpiNvs && piece.PhysicalStart.Value < 0x900000)
                .Select(piece => (piece.PhysicalStart.Value, piece.NumberOfPages)));
    }

    private static void AssertWellFormed(MemoryLayout layout)
    {
        Assert.All(layout.Spaces.Zip(layout.Spaces.Skip(1)), pair => Assert.True(pair.First.Range.End <= pair.Second.Range.Start));
        Assert.All(layout.Spaces, space => Assert.True(space.Range.Length > 0));
        Assert.All(
            layout.Allocated.Zip(layout.Allocated.Skip(1)),
            pair => Assert.True(pair.First.PhysicalStart.Value + pair.First.Bytes <= pair.Second.PhysicalStart.Value));
        Assert.All(layout.Allocated, piece => Assert.Contains(
            layout.Spaces,
            space => space.Type == GcdMemoryType.SystemMemory
                && space.Range.Contains(piece.PhysicalStart.Value) && space.Range.Contains(piece.PhysicalEnd.Value)));
        Assert.All(layout.Bins, bin => Assert.DoesNotContain(
            layout.Allocated, piece => bin.Range.Contains(piece.PhysicalStart.Value) || bin.Range.Contains(piece.PhysicalEnd.Value)));
        Assert.All(layout.Bins.Zip(layout.Bins.Skip(1)), pair => Assert.Equal(pair.First.Range.Start, pair.Second.Range.End));
    }

    private static MemoryLayout Build(string platform, OvmfGeneration generation, ulong ramBytes)
    {
        Assert.True(OvmfLayout.Build(TestLayouts.Platform(platform), generation, ramBytes, leaveUnaccepted: true)
            .TryGet(out MemoryLayout? layout, out string? fault), fault);
        return layout;
    }

    private static MemoryDescriptor Descriptor(MemoryType type, ulong start, ulong pages) =>
        new(type, new GuestAddress(start), pages, MemoryAttributes.SystemRam);
}
