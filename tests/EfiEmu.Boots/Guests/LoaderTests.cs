using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;
using static EfiEmu.Boots.Guests.GuestBoots;

namespace EfiEmu.Boots.Guests;

/// <summary>What becomes of memory when loaders stand between firmware and kernel.</summary>
public sealed class LoaderTests
{
    private const ulong GiB = Emulator.GiB;
    private const uint Reserved = 2;

    [Fact]
    public void Bootloader_OnSevSnp_HasFirmwareAcceptForAKernelThatWasNeverAsked()
    {
        BootReport report = Boot("bootloader", "sev-snp");

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        Assert.Equal((High, 0UL), (report.Ram.AcceptedAtExitBootServices, report.Ram.LostToGuest));
    }

    [Fact]
    public void Bootloader_OnTdx_HandsTheMemoryOverAsReserved()
    {
        BootReport report = Boot("bootloader", "tdx");

        Assert.Equal(High, report.Ram.LostToGuest);
        AssertReserved(report);
    }

    [Theory]
    [InlineData(null, 1, 1)]
    [InlineData("quiet kernel=6.12", 1, 1)]
    [InlineData("kernel=6.5", 1, 1)]
    [InlineData("kernel=6.4", 0, 2)]
    [InlineData("kernel=5.19", 0, 2)]
    public void ChoosingBootloader_OnSevSnp_AsksForAKernelThatKnows(string? options, int asked, int attempts)
    {
        BootReport report = Boot("choosing-bootloader", "sev-snp", request => request with { LoadOptions = options });

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal(((ulong)asked, attempts), (report.Calls("AllowUnacceptedMemory"), report.ExitBootServices.Count));
        Assert.Equal(asked == 1 ? High : 0, report.Ram.Unaccepted);
        Assert.Equal(0UL, report.Ram.LostToGuest);
    }

    [Theory]
    [InlineData("kernel=6.12", 0)]
    [InlineData("kernel=6.1", High)]
    public void ChoosingBootloader_OnTdx_CannotAskAndCanOnlyKnow(string options, ulong lost) =>
        Assert.Equal(lost, Boot("choosing-bootloader", "tdx", request => request with { LoadOptions = options }).Ram.LostToGuest);

    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud")]
    [InlineData("linux-6.1-cloud", 0)]
    [InlineData("linux-6.12-cloud", 1)]
    public void ChoosingBootloader_KernelOnItsVolume_IsReadForItsVersion(string kernel, int asked)
    {
        BootReport report = BootFrom(@"\vmlinuz", File.ReadAllBytes(RealImages.Path(kernel)));

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal((ulong)asked, report.Calls("AllowUnacceptedMemory"));
    }

    [Theory]
    [InlineData(@"\vmlinuz", 100, "EFI_LOAD_ERROR")]
    [InlineData(@"\other", 100, "EFI_NOT_FOUND")]
    [InlineData(@"\vmlinuz", 0, "EFI_LOAD_ERROR")]
    public void ChoosingBootloader_FileThatIsNoKernel_SaysSo(string path, int bytes, string status)
    {
        BootReport report = BootFrom(path, new byte[bytes]);

        Assert.Equal((BootEnd.Returned, 1), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Contains(status, report.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void ChoosingBootloader_VersionThatIsNone_SaysSo()
    {
        BootReport report = Boot("choosing-bootloader", "plain", request => request with { LoadOptions = "kernel=new" });

        Assert.Equal((BootEnd.Returned, 1), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Contains("neither a version", report.Console, StringComparison.Ordinal);
    }

    private static BootReport BootFrom(string path, byte[] vmlinuz) => Boot("choosing-bootloader", "sev-snp", request => request with
    {
        LoadOptions = $"kernel={path}",
        BootFiles = new Dictionary<string, ReadOnlyMemory<byte>> { [@"\vmlinuz"] = vmlinuz },
    });

    [Fact]
    public void AcceptingLoader_OnTdx_AcceptsWhatTheKernelNeverHearsOf()
    {
        BootReport report = Boot("accepting-loader", "tdx");

        Assert.Equal((High, 0UL, High), (report.Ram.AcceptedByGuest, report.Ram.Unaccepted, report.Ram.LostToGuest));
        Assert.Equal(High, report.FinalMap().Unaccepted().Single().Length);
        Assert.Contains("goes on calling unaccepted", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void AcceptingLoader_OnSevSnp_IsEndedWhenFirmwareAcceptsTheSamePagesAgain()
    {
        BootReport report = Boot("accepting-loader", "sev-snp");

        Assert.Equal((BootEnd.Fault, 1), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal(4 * GiB, report.Fault!.Address);
        Assert.Contains("validated already, by the guest", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Empty(report.ExitBootServices);
    }

    [Fact]
    public void Grub206_OnSevSnp_LosesWhatFirmwareAcceptedAfterItMadeTheKernelsMap()
    {
        BootReport report = Boot("grub-2.06", "sev-snp");

        Assert.Equal([EfiStatus.InvalidParameter, EfiStatus.Success], report.Statuses());
        Assert.Equal(
            "Unknown memory type 15, considering reserved\r\nTrying to terminate EFI services again\r\n", report.Console);
        Assert.Equal((High, High), (report.Ram.AcceptedAtExitBootServices, report.Ram.LostToGuest));
        AssertReserved(report);
        Assert.Contains("after the guest made the map for its kernel", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Grub206_OnSevSnpUnderLazyWithoutNegotiation_LosesMemoryAboveFourGiB()
    {
        BootReport report = Boot("grub-2.06", "sev-snp", request => request with { Acceptance = "lazy-without-negotiation" });

        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal((High, High), (report.Ram.Unaccepted, report.Ram.LostToGuest));
        Assert.Contains("calls it reserved", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", null)]
    [InlineData("sev-snp", "accept-all")]
    [InlineData("tdx", "accept-all")]
    public void Grub206_WhereAllIsAcceptedBefore_LosesNothing(string platform, string? acceptance)
    {
        BootReport report = Boot("grub-2.06", platform, request => request with { Acceptance = acceptance });

        Assert.Equal((1, 0UL, ""), (report.ExitBootServices.Count, report.Ram.LostToGuest, report.Console));
    }

    // The flash below 4 GiB is reserved as well, and one entry with it.
    private static void AssertReserved(BootReport report) => Assert.Contains(
        report.KernelMemory!.Entries, e => e.Type == Reserved && e.Start <= 4 * GiB && e.Start + e.Bytes == (4 * GiB) + High);
}
