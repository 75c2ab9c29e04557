using System.Text;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>Kernels that unpack themselves once boot services are gone: through a page of 32-bit code, or entered as 32-bit code by GRUB.</summary>
[Collection(KernelTests.Name)]
public sealed class UnpackingTests(KernelBoots boots)
{
    private const string Linux510 = "linux-5.10";
    private const string Linux61 = "linux-6.1-cloud";
    private const string Grub = "grub";
    private const ulong GiB = Emulator.GiB;

    [RealImageTheory(Linux510)]
    [InlineData("plain", 0)]
    [InlineData("sev-snp", 0)]
    [InlineData("tdx", 14 * GiB)]
    public void OldKernel_UntilHandOff_UnpacksItselfAndKnowsItsMemory(string platform, ulong lost)
    {
        BootReport report = boots.Of(Linux510, new KernelBoot(platform, 16) { Until = BootUntil.HandOff });

        Assert.Equal((BootEnd.HandOff, 0), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal((lost, lost), (report.KernelMemory!.MissingBytes, report.Ram.LostToGuest));
        Assert.InRange(report.KernelMemory.RamBytes, (15 * GiB) - lost, (16 * GiB) - lost);
    }

    // A trace of this kernel on QEMU shows 32. Each maps 2 MiB, so that the number depends on where the kernel goes and firmware's tables lie.
    [RealImageFact(Linux510)]
    public void OldKernel_UntilHandOff_MapsMemoryInItsHandlerOfPageFaults() =>
        Assert.InRange(boots.Of(Linux510, new KernelBoot("plain", 16) { Until = BootUntil.HandOff }).PageFaults, 30u, 35u);

    [RealImageTheory(Grub, Linux61)]
    [InlineData("plain", 0, 1)]
    [InlineData("sev-snp", 14 * GiB, 2)]
    [InlineData("tdx", 14 * GiB, 1)]
    public void Grub_WithAKernel_LosesWhatFirmwareHadNotAcceptedBefore(string platform, ulong lost, int attempts)
    {
        BootReport report = BootGrub(platform);

        Assert.Equal((BootEnd.HandOff, attempts), (report.Outcome.End, report.ExitBootServices.Count));
        Assert.Equal((lost, lost), (report.KernelMemory!.MissingBytes, report.Ram.LostToGuest));
        Assert.InRange(report.KernelMemory.RamBytes, (15 * GiB) - lost, (16 * GiB) - lost);
        Assert.Equal(0ul, report.KernelMemory.PhantomBytes);
    }

    [RealImageFact(Grub, Linux61)]
    public void Grub_WithAKernelWithoutRandomisation_IsFollowedToWhereTheKernelWasUnpacked()
    {
        BootReport random = BootGrub("plain");
        BootReport report = BootGrub("plain", "nokaslr");

        // The kernel then lies where the code that unpacks it was loaded. Unpacking takes most of 90 million instructions.
        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.InRange(report.Instructions, random.Instructions - 20_000_000, random.Instructions);
    }

    private static BootReport BootGrub(string platform, string options = "quiet") => Emulator.Boot(new BootRequest
    {
        Guest = Emulator.Guest("grubx64.efi", File.ReadAllBytes(RealImages.Path(Grub))),
        Platform = platform,
        Firmware = FirmwareProfiles.Default,
        MemoryBytes = 16 * GiB,
        BootFiles = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            [@"\vmlinuz"] = File.ReadAllBytes(RealImages.Path(Linux61)),
            [@"\efi\debian\grub.cfg"] = Encoding.ASCII.GetBytes($"linux /vmlinuz {options}\nboot\n"),
        },
        Until = BootUntil.HandOff,
    });
}
