using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Snapshots;

/// <summary>Canonical reports of whole boots.</summary>
public sealed class CanonicalReportTests
{
    [Fact]
    public async Task Report_OfTheUnenlightenedKernelOnSevSnp_IsReviewed() => await Verifier.Verify(Report(new UnenlightenedKernel()));

    [Fact]
    public async Task Report_OfTheEnlightenedKernelOnSevSnp_IsReviewed() => await Verifier.Verify(Report(new EnlightenedKernel()));

    [Fact]
    public void Report_OfABootThatWasTraced_IsTheSame() =>
        Assert.Equal(Report(new EnlightenedKernel()), Report(new EnlightenedKernel(), trace: true));

    private static string Report(IGuestImage guest, bool trace = false)
    {
        BootReport report = Emulator.Boot(new BootRequest
        {
            Guest = ManagedImage.ToGuestFile(guest),
            Platform = "sev-snp",
            MemoryBytes = 16 * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
            Trace = trace,
        });
        using var text = new StringWriter();
        CanonicalReport.Write(report, text);
        return text.ToString();
    }
}
