using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Guests;

/// <summary>The guests that are written in C#: the two sides of the story, on every platform.</summary>
public sealed class BuiltInGuestTests
{
    private const ulong Unaccepted = 14 * Emulator.GiB;

    public static TheoryData<string> Platforms => [.. PlatformCatalogue.Names];

    [Theory]
    [MemberData(nameof(Platforms))]
    public void Guests_OnEveryPlatform_LeaveBootServices(string platform) => Assert.All(
        BuiltInGuests.All, guest => Assert.Equal(BootEnd.ExitBootServices, Boot(guest, platform).Outcome.End));

    [Fact]
    public void UnenlightenedKernel_OnSevSnp_SurvivesByFetchingTheMapAgain()
    {
        BootReport report = Boot(Guest("unenlightened-kernel"), "sev-snp");

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        Assert.Equal(0UL, report.Calls("AllowUnacceptedMemory"));
        Assert.Equal(Unaccepted, report.Ram.AcceptedAtExitBootServices);
        Assert.Empty(report.FinalMap().Unaccepted());
    }

    [Fact]
    public void UnenlightenedKernel_OnTdx_LosesTheMemoryAboveFourGiB() =>
        Assert.Equal(Unaccepted, Boot(Guest("unenlightened-kernel"), "tdx").Ram.LostToGuest);

    [Theory]
    [InlineData("sev-snp", 1)]
    [InlineData("tdx", 0)]
    public void EnlightenedKernel_OnAConfidentialPlatform_TakesTheMemoryOver(string platform, int asked)
    {
        BootReport report = Boot(Guest("enlightened-kernel"), platform);

        Assert.Equal((ulong)asked, report.Calls("AllowUnacceptedMemory"));
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal(new UnacceptedTable(1, 2 << 20, 4 * Emulator.GiB, 896, 0), report.UnacceptedTable);
        Assert.Equal((Unaccepted, 0UL), (report.Ram.Unaccepted, report.Ram.LostToGuest));
    }

    [Fact]
    public void EnlightenedKernel_WithFourPebibytes_CostsTheHostWhatItTouches()
    {
        BootReport report = Boot(Guest("enlightened-kernel"), "sev-snp", 1UL << 52);

        Assert.Equal(BootEnd.ExitBootServices, report.Outcome.End);
        Assert.Equal((1UL << 52) - (2 * Emulator.GiB), report.Ram.Unaccepted);
    }

    private static GuestDefinition Guest(string name) => BuiltInGuests.All.Single(g => g.Name == name);

    private static BootReport Boot(GuestDefinition guest, string platform, ulong memory = 16 * Emulator.GiB) => Emulator.Boot(new BootRequest
    {
        Guest = ManagedImage.ToGuestFile(guest),
        Platform = platform,
        MemoryBytes = memory,
        Firmware = FirmwareProfiles.Default,
    });
}
