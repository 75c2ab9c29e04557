using System.Text;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Reports.Comparison;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Snapshots;

/// <summary>Comparisons of whole boots, as people read them.</summary>
public sealed class ComparisonTests
{
    private const string OldKernel = "linux-6.1-cloud";
    private const string NewKernel = "linux-6.12-cloud";
    private const int ScreenLines = 45;

    [RealImageFact(OldKernel, NewKernel)]
    public async Task Comparison_OfAnOldAndANewKernelOnSevSnp_SaysWhatChanged()
    {
        string text = Compare(Kernel(OldKernel, "vmlinuz-6.1", "Linux 6.1"), Kernel(NewKernel, "vmlinuz-6.12", "Linux 6.12"));

        Assert.InRange(text.Count(c => c == '\n'), 1, ScreenLines);
        await Verifier.Verify(text);
    }

    [Fact]
    public async Task Comparison_OfOneGuestOnSevSnpAndTdx_SaysWhatItLoses() =>
        await Verifier.Verify(Compare(Boot("sev-snp"), Boot("tdx")));

    // The package's version is in neither the name nor, through the time that the kernel's own code takes, in the numbers.
    private static BootReport Kernel(string image, string name, string description)
    {
        BootReport report = Emulator.Boot(new BootRequest
        {
            Guest = Emulator.Guest(name, File.ReadAllBytes(RealImages.Path(image))) with { Description = description },
            Platform = "sev-snp",
            MemoryBytes = 16 * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
        });
        return report with
        {
            VirtualNanoseconds = report.VirtualNanoseconds - report.Instructions,
            Events = [.. report.Events.Select(e => e with { At = new(e.At.Nanoseconds - e.At.Instructions, 0) })],
        };
    }

    private static BootReport Boot(string platform) => Emulator.Boot(new BootRequest
    {
        Guest = GuestCode.Guest(LinuxLikeGuest.Old),
        Platform = platform,
        MemoryBytes = 0,
        MemoryMap = new MemoryMapFile("small.txt", Encoding.ASCII.GetBytes(BootReportTests.SmallMachine)),
        Firmware = FirmwareProfiles.Default,
        Until = BootUntil.ExitBootServices,
    });

    private static string Compare(BootReport a, BootReport b)
    {
        using var text = new StringWriter();
        TextComparison.Write(BootComparison.Of(a, b), text, ReportStyle.Plain);
        return text.ToString();
    }
}
