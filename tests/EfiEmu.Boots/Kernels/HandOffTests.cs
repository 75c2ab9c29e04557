using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>Kernels beyond ExitBootServices, to where the stub jumps into the kernel.</summary>
[Collection(KernelTests.Name)]
public sealed class HandOffTests(KernelBoots boots)
{
    private const string Linux61 = "linux-6.1-cloud";
    private const string Linux612 = "linux-6.12-cloud";
    private const ulong GiB = Emulator.GiB;

    [RealImageTheory(Linux61)]
    [InlineData("plain")]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Boot_UntilHandOff_EndsInTheKernelThatTheStubUnpacked(string platform)
    {
        BootReport report = boots.Of(Linux61, On(platform));

        Assert.Equal((BootEnd.HandOff, 0), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Null(report.Fault);
    }

    [RealImageTheory(Linux61)]
    [InlineData("plain", 0)]
    [InlineData("sev-snp", 0)]
    [InlineData("tdx", 14 * GiB)]
    public void Boot_UntilHandOff_ReadsWhatTheStubToldItsKernelOfMemory(string platform, ulong lost)
    {
        BootReport report = boots.Of(Linux61, On(platform));
        KernelMemory kernel = report.KernelMemory!;

        Assert.Equal((lost, lost), (kernel.MissingBytes, report.Ram.LostToGuest));
        Assert.Equal((0UL, 0UL), (kernel.PhantomBytes, kernel.UnacceptedBytes));
        Assert.InRange(kernel.RamBytes, (15 * GiB) - lost, (16 * GiB) - lost);
    }

    [RealImageTheory(Linux612)]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Boot_UntilHandOff_CallsUnacceptedMemoryRam(string platform)
    {
        KernelMemory kernel = boots.Of(Linux612, On(platform)).KernelMemory!;

        Assert.Equal((0UL, 0UL, 14 * GiB), (kernel.MissingBytes, kernel.PhantomBytes, kernel.UnacceptedBytes));
    }

    [RealImageTheory(Linux612)]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Boot_UntilHandOff_FillsTheTableOfUnacceptedMemory(string platform)
    {
        BootReport report = boots.Of(Linux612, On(platform));

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal(new UnacceptedTable(1, 2 << 20, 4 * GiB, 896, 7168), report.UnacceptedTable);
        Assert.Equal(14 * GiB, report.Ram.Unaccepted);
    }

    private static KernelBoot On(string platform) => new(platform, 16) { Until = BootUntil.HandOff };
}
