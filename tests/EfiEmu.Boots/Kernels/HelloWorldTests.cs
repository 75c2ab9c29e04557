using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>HelloWorld.efi of Debian's efitools: a gnu-efi application that draws a box and waits for a key.</summary>
[Collection(KernelTests.Name)]
public sealed class HelloWorldTests(KernelBoots boots)
{
    private const string Image = "efitools-helloworld";

    [RealImageFact(Image)]
    public void Boot_OnPlain_PrintsItsTextAndReturns()
    {
        BootReport report = boots.Of(Image, KernelBoot.Plain(8));

        Assert.Contains("HelloWorld", report.Console, StringComparison.Ordinal);
        Assert.Contains("This file is used to prove you have managed", report.Console, StringComparison.Ordinal);
        Assert.Contains("To execute an unsigned binary in secure boot mode", report.Console, StringComparison.Ordinal);
        Assert.Equal((BootEnd.Returned, 0, EfiStatus.Success), (report.Outcome.End, report.Outcome.ExitCode, report.Outcome.Status));
        Assert.Empty(report.ExitBootServices);
    }

    [RealImageFact(Image)]
    public void Boot_OnPlain_LeavesNoPoolAndNoPages()
    {
        BootReport report = boots.Of(Image, KernelBoot.Plain(8));

        Assert.DoesNotContain(report.Events.OfType<Remark>(), remark => remark.Text.Contains("left behind", StringComparison.Ordinal));
        Assert.DoesNotContain(report.FinalMap(), d => d.Type == MemoryType.LoaderCode || d.Type == MemoryType.LoaderData);
        Assert.Equal(report.Calls("AllocatePool"), report.Calls("FreePool"));
    }
}
