using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Boots.Guests.GuestBoots;

namespace EfiEmu.Boots.Guests;

/// <summary>The kernels that are written in C#: the two sides of the story, and a third that knows half of it.</summary>
public sealed class BuiltInGuestTests
{
    private const ulong GiB = Emulator.GiB;

    [Fact]
    public void Guests_Descriptions_AreOneShortLine() => Assert.All(BuiltInGuests.All, guest =>
    {
        Assert.InRange(guest.Description.Length, 20, 85);
        Assert.Matches("^[a-z0-9.-]+$", guest.Name);
    });

    [Fact]
    public void Guests_OnAPlainMachine_ReachTheirKernel_ExceptForTheOneThatFailsEverywhere() => Assert.All(
        BuiltInGuests.All,
        guest => Assert.Equal(
            guest.Name == "allocates-after-map" ? BootEnd.GaveUp : BootEnd.HandOff, Boot(guest.Name, PlatformCatalogue.Names[0]).Outcome.End));

    [Fact]
    public void UnenlightenedKernel_OnSevSnp_SurvivesByFetchingTheMapAgain()
    {
        BootReport report = Boot("unenlightened-kernel", "sev-snp");

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        Assert.Equal(0UL, report.Calls("AllowUnacceptedMemory"));
        Assert.Equal(High, report.Ram.AcceptedAtExitBootServices);
        Assert.Empty(report.FinalMap().Unaccepted());
        Assert.Contains(new E820Entry(4 * GiB, High, E820Entry.Ram), report.KernelMemory!.Entries);
    }

    [Fact]
    public void UnenlightenedKernel_OnTdx_LosesTheMemoryAboveFourGiB()
    {
        BootReport report = Boot("unenlightened-kernel", "tdx");

        Assert.Equal(High, report.Ram.LostToGuest);
        Assert.All(report.KernelMemory!.Entries, e => Assert.True(e.Start < 4 * GiB));
    }

    [Theory]
    [InlineData("sev-snp", 1)]
    [InlineData("tdx", 0)]
    public void EnlightenedKernel_OnAConfidentialPlatform_TakesTheMemoryOver(string platform, int asked)
    {
        BootReport report = Boot("enlightened-kernel", platform);

        Assert.Equal((ulong)asked, report.Calls("AllowUnacceptedMemory"));
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal(new UnacceptedTable(1, 2 << 20, 4 * GiB, 896, 7168), report.UnacceptedTable);
        Assert.Equal((High, 0UL), (report.Ram.Unaccepted, report.Ram.LostToGuest));
        Assert.Contains(new E820Entry(4 * GiB, High, E820Entry.Ram), report.KernelMemory!.Entries);
    }

    [Fact]
    public void EnlightenedKernel_WithFourPebibytes_CostsTheHostWhatItTouches()
    {
        BootReport report = Boot("enlightened-kernel", "sev-snp", request => request with { MemoryBytes = 1UL << 52 });

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal((1UL << 52) - (2 * GiB), report.Ram.Unaccepted);
        Assert.Equal(((1UL << 52) - (2 * GiB)) >> 21, report.UnacceptedTable!.UnacceptedUnits);
    }

    [Fact]
    public void TdxKernel_OnTdx_AcceptsEverythingItselfAfterItHasLeft()
    {
        BootReport report = Boot("tdx-kernel", "tdx");

        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal((High, 0UL, 0UL), (report.Ram.AcceptedByGuest, report.Ram.Unaccepted, report.Ram.LostToGuest));
        Assert.Equal(High, report.FinalMap().Unaccepted().Single().Length);
    }

    [Fact]
    public void TdxKernel_OnSevSnp_IsAcceptedForBecauseItDoesNotAsk()
    {
        BootReport report = Boot("tdx-kernel", "sev-snp");

        Assert.Equal((High, 0UL), (report.Ram.AcceptedAtExitBootServices, report.Ram.LostToGuest));
        Assert.Contains("never called AllowUnacceptedMemory", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void TdxKernel_OnSevSnpThatLeavesMemoryUnaccepted_UsesAnInstructionThatIsNotThere()
    {
        BootReport report = Boot("tdx-kernel", "sev-snp", request => request with { Acceptance = "lazy" });

        Assert.Equal(BootEnd.Fault, report.Outcome.End);
        Assert.Contains("TDCALL", report.Outcome.Verdict, StringComparison.OrdinalIgnoreCase);
    }
}
