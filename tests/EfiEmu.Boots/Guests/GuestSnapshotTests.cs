using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Platforms;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Boots.Guests;

/// <summary>Each built-in guest on each platform under each era of firmware, as its canonical report. Read before they were committed.</summary>
public sealed class GuestSnapshotTests
{
    public static TheoryData<string, string, string> Boots
    {
        get
        {
            var boots = new TheoryData<string, string, string>();
            foreach (string guest in BuiltInGuests.All.Select(g => g.Name))
            {
                foreach (string platform in PlatformCatalogue.Names)
                {
                    foreach (FirmwareProfile profile in FirmwareProfiles.All)
                    {
                        boots.Add(guest, platform, profile.Name);
                    }
                }
            }

            return boots;
        }
    }

    [Theory]
    [MemberData(nameof(Boots))]
    public async Task Report(string guest, string platform, string firmware)
    {
        BootReport report = GuestBoots.Boot(guest, platform, request => request with { Firmware = firmware });
        using var text = new StringWriter();
        CanonicalReport.Write(report, text);
        await Verifier.Verify(text.ToString()).UseParameters(guest, platform, firmware).UseDirectory("Reviewed");
    }
}
