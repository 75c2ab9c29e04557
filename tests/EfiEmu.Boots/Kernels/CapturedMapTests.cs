using EfiEmu.Boots.Support;
using EfiEmu.CapturedLogs;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>The maps of real machines: as a check of ours, and as machines to boot on.</summary>
[Collection(KernelTests.Name)]
public sealed class CapturedMapTests(KernelBoots boots)
{
    private const ulong GiB = Emulator.GiB;

    // A guest's own pieces lie above firmware's volumes, below the lowest of the pieces that DXE put at the top of low memory.
    private const ulong EndOfFirmwareVolumes = 0x1500000;
    private const ulong FirmwarePiecesBelowTop = 0x80000000 - 0x7dd66000;
    private const ulong StackBelowTop = 0x80000000 - 0x7bb75000;

    public static TheoryData<string> Logs => new(
        "qemu-ovmf-memmap-61-256m.txt",
        "qemu-ovmf-memmap-61-2g.txt",
        "qemu-ovmf-memmap-61-8g.txt",
        "qemu-ovmf-memmap-612-2g.txt",
        "qemu-ovmf-memmap-612-8g.txt");

    [RealImageTheory("linux-6.1-cloud")]
    [InlineData(2, "qemu-ovmf-memmap-61-2g.txt")]
    [InlineData(8, "qemu-ovmf-memmap-61-8g.txt")]
    public void Boot_On202211_LeavesTheMapThatRealFirmwareLeftButForTheGuestsOwnPieces(ulong memoryGiB, string log)
    {
        BootReport report = boots.Of("linux-6.1-cloud", KernelBoot.Plain(memoryGiB, "edk2-202211"));

        Assert.Equal(WithoutGuest(Captured(log)), WithoutGuest(report.FinalMap()));
    }

    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud")]
    [InlineData("linux-6.1-cloud", 2, "qemu-ovmf-memmap-61-2g.txt")]
    [InlineData("linux-6.1-cloud", 8, "qemu-ovmf-memmap-61-8g.txt")]
    [InlineData("linux-6.12-cloud", 2, "qemu-ovmf-memmap-612-2g.txt")]
    [InlineData("linux-6.12-cloud", 8, "qemu-ovmf-memmap-612-8g.txt")]
    public void Boot_On202211_KeepsWhatRealFirmwareKeepsAfterBootServices(string image, ulong memoryGiB, string log)
    {
        BootReport report = boots.Of(image, KernelBoot.Plain(memoryGiB, "edk2-202211"));

        Assert.Equal(Captured(log).Where(IsFirmwares), report.FinalMap().Where(IsFirmwares));
    }

    [RealImageTheory("linux-6.12-cloud")]
    [MemberData(nameof(Logs))]
    public void Boot_OnACapturedMap_LeavesAtTheFirstAttemptOnThatMachinesMap(string log)
    {
        List<MemoryDescriptor> captured = Captured(log);

        BootReport report = boots.Of("linux-6.12-cloud", new KernelBoot("plain", 0, MemoryMap: log));

        Assert.Equal([EfiStatus.Success], report.Statuses());
        ulong ram = captured.Where(IsRam).Aggregate(0UL, (sum, d) => sum + d.Bytes);
        Assert.Equal(new RamAccount(ram, ram, 0, 0, 0, 0), report.Ram);
        // What firmware and the guest allocate in this boot comes on top.
        Assert.Subset(report.FinalMap().ToHashSet(), captured.Where(IsFirmwares).ToHashSet());
        Assert.Equal(0UL, report.Calls("AllowUnacceptedMemory"));
    }

    private static bool IsRam(MemoryDescriptor d) =>
        d.Attributes.HasFlag(MemoryAttributes.WriteBack) && d.Type != MemoryType.MemoryMappedIo;

    // What outlives boot services.
    private static bool IsFirmwares(MemoryDescriptor d) =>
        d.Type == MemoryType.Reserved || d.Type == MemoryType.RuntimeServicesCode || d.Type == MemoryType.RuntimeServicesData
        || d.Type == MemoryType.AcpiReclaim || d.Type == MemoryType.AcpiNvs || d.Type == MemoryType.MemoryMappedIo;

    private static List<MemoryDescriptor> WithoutGuest(IReadOnlyList<MemoryDescriptor> map)
    {
        var result = new List<MemoryDescriptor>();
        foreach (MemoryDescriptor entry in map)
        {
            Append(result, IsGuests(entry) ? entry with { Type = MemoryType.Conventional } : entry);
        }

        return result;
    }

    private static bool IsGuests(MemoryDescriptor entry)
    {
        const ulong LowTop = 2 * GiB;
        ulong start = entry.PhysicalStart.Value;
        return entry.Type == MemoryType.LoaderCode || entry.Type == MemoryType.LoaderData
            || (start >= EndOfFirmwareVolumes && start < LowTop - FirmwarePiecesBelowTop && start != LowTop - StackBelowTop);
    }

    private static void Append(List<MemoryDescriptor> map, MemoryDescriptor next)
    {
        bool joins = map.Count > 0 && map[^1].Type == next.Type && map[^1].Attributes == next.Attributes
            && map[^1].PhysicalEnd.Value + 1 == next.PhysicalStart.Value;
        if (joins)
        {
            map[^1] = map[^1] with { NumberOfPages = map[^1].NumberOfPages + next.NumberOfPages };
        }
        else
        {
            map.Add(next);
        }
    }

    private static List<MemoryDescriptor> Captured(string log) => CapturedLog.Parse(File.ReadAllText(Repository.Beside("data", log)));
}
