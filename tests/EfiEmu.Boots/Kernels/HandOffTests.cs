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
