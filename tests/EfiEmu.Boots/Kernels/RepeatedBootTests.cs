using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Kernels;

[Collection(KernelTests.Name)]
public sealed class RepeatedBootTests(KernelBoots boots)
{
    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud", "efitools-helloworld")]
    [InlineData("efitools-helloworld", "plain", "edk2-202502", null)]
    [InlineData("linux-6.1-cloud", "plain", "edk2-202502", null)]
    [InlineData("linux-6.1-cloud", "sev-snp", "edk2-202502", null)]
    [InlineData("linux-6.1-cloud", "sev-snp", "edk2-202302", null)]
    [InlineData("linux-6.1-cloud", "sev-snp", "edk2-202211", null)]
    [InlineData("linux-6.1-cloud", "sev-snp", "edk2-202502", "lazy-without-negotiation")]
    [InlineData("linux-6.1-cloud", "tdx", "edk2-202502", null)]
    [InlineData("linux-6.12-cloud", "sev-snp", "edk2-202502", null)]
    [InlineData("linux-6.12-cloud", "tdx", "edk2-202502", null)]
    public void Boot_MadeTwice_GivesByteIdenticalReports(string image, string platform, string firmware, string? acceptance)
    {
        var boot = new KernelBoot(platform, platform == "plain" ? 8UL : 16UL, firmware, acceptance);

        BootReport first = boots.Of(image, boot);
        BootReport second = KernelBoots.Fresh(image, boot);

        Assert.Equal(Emulator.Json(first), Emulator.Json(second));
        Assert.Equal(Emulator.Text(first, trace: true), Emulator.Text(second, trace: true));
    }
}
