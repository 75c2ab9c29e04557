using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Snapshots;

/// <summary>Canonical reports of whole boots.</summary>
public sealed class CanonicalReportTests
{
    [Fact]
    public async Task Report_OfTheUnenlightenedKernelOnSevSnp_IsReviewed() => await Verifier.Verify(Report("unenlightened-kernel"));

    [Fact]
    public async Task Report_OfTheEnlightenedKernelOnSevSnp_IsReviewed() => await Verifier.Verify(Report("enlightened-kernel"));

    [Fact]
    public void Report_OfABootThatWasTraced_IsTheSame() =>
        Assert.Equal(Report("enlightened-kernel"), Report("enlightened-kernel", trace: true));

    private static string Report(string guest, bool trace = false)
    {
        BootReport report = Emulator.Boot(new BootRequest
        {
            Guest = ManagedImage.ToGuestFile(BuiltInGuests.All.Single(g => g.Name == guest)),
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
