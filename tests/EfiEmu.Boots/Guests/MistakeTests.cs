using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Boots.Guests.GuestBoots;

namespace EfiEmu.Boots.Guests;

/// <summary>What loaders do wrong around ExitBootServices, and which firmware lets it pass.</summary>
public sealed class MistakeTests
{
    public static TheoryData<string, string> Machines
    {
        get
        {
            var machines = new TheoryData<string, string>();
            foreach (string platform in PlatformCatalogue.Names)
            {
                foreach (FirmwareProfile profile in FirmwareProfiles.All)
                {
                    machines.Add(platform, profile.Name);
                }
            }

            return machines;
        }
    }

    [Fact]
    public void NeverRetries_OnSevSnp_GivesUpAfterInvalidParameter()
    {
        BootReport report = Boot("never-retries", "sev-snp");

        Assert.Equal((BootEnd.GaveUp, 1, EfiStatus.InvalidParameter), (report.Outcome.End, report.Outcome.ExitCode, report.Outcome.Status));
        Assert.Equal([EfiStatus.InvalidParameter], report.Statuses());
        Assert.Contains("without fetching the map again", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "edk2-202502")]
    [InlineData("tdx", "edk2-202502")]
    [InlineData("sev-snp", "edk2-202211")]
    public void NeverRetries_WhereFirmwareChangesNothing_Leaves(string platform, string firmware) => Assert.Equal(
        BootEnd.HandOff, Boot("never-retries", platform, request => request with { Firmware = firmware }).Outcome.End);

    [Theory]
    [MemberData(nameof(Machines))]
    public void AllocatesAfterMap_OnEveryMachine_FailsByItsOwnCalls(string platform, string firmware)
    {
        BootReport report = Boot("allocates-after-map", platform, request => request with { Firmware = firmware });

        Assert.Equal((BootEnd.GaveUp, EfiStatus.InvalidParameter), (report.Outcome.End, report.Outcome.Status));
        Assert.StartsWith(
            "since the guest fetched the map: AllocatePages LoaderData", Assert.Single(report.ExitBootServices).Cause, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void WrongStride_OnEveryMachine_LeavesWithAMapThatIsNotTheMachines(string platform, string firmware)
    {
        BootReport report = Boot("wrong-stride", platform, request => request with { Firmware = firmware });
        KernelMemory kernel = report.KernelMemory!;

        Assert.Equal((BootEnd.HandOff, EfiStatus.Success), (report.Outcome.End, report.ExitBootServices[^1].Status));
        Assert.True(kernel.MissingBytes > 0 || kernel.PhantomBytes > 0);
        Assert.Contains("with a wrong map", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Matches("^[0-9]+ ranges of memory, [0-9]+ of them RAM: [0-9]+ MiB\r\n$", report.Console);
    }

    [Fact]
    public void RetriesForEver_OnSevSnp_IsStoppedAndToldWhichKeyItKept()
    {
        BootReport report = Boot("retries-for-ever", "sev-snp");

        Assert.Equal((BootEnd.Budget, 4), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Single(report.ExitBootServices.Select(a => (a.MapKey, a.Status)).Distinct());
        Assert.Contains("always with the key that it had for the first call", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void RetriesForEver_OnSevSnp_IsToldInAFewLines()
    {
        string text = Emulator.Text(Boot("retries-for-ever", "sev-snp"));

        Assert.Contains("exit #3   and so on up to #100", text, StringComparison.Ordinal);
        Assert.DoesNotContain("exit #4", text, StringComparison.Ordinal);
        Assert.DoesNotContain("exit-boot-services-4", text, StringComparison.Ordinal);
    }

    [Fact]
    public void RetriesForEver_OnAPlainMachine_NeverShowsIt() =>
        Assert.Equal([EfiStatus.Success], Boot("retries-for-ever", "plain").Statuses());

    [Theory]
    [MemberData(nameof(Machines))]
    public void TimerAfterMap_OnEveryMachine_IsSavedByTheTimerThatTheFailedCallTurnsOff(string platform, string firmware)
    {
        BootReport report = Boot("timer-after-map", platform, request => request with { Firmware = firmware });

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        Assert.StartsWith("since the guest fetched the map: AllocatePages", report.ExitBootServices[0].Cause, StringComparison.Ordinal);
        Assert.Equal(2UL, report.Calls("Stall"));
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void KeepsCalling_OnEveryMachine_WorksAndIsToldWhatItMayNotCall(string platform, string firmware)
    {
        BootReport report = Boot("keeps-calling", platform, request => request with { Firmware = firmware });

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Contains("it called OutputString, LocateProtocol, Stall", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_ThatCallNothingElseAfterAFailedAttempt_AreNotToldOff() =>
        Assert.DoesNotContain("UEFI permits", Boot("unenlightened-kernel", "sev-snp").Outcome.Verdict, StringComparison.Ordinal);
}
