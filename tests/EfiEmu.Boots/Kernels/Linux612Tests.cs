using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>Linux 6.12, which accepts memory itself.</summary>
[Collection(KernelTests.Name)]
public sealed class Linux612Tests(KernelBoots boots)
{
    private const string Image = "linux-6.12-cloud";
    private const ulong GiB = Emulator.GiB;

    [RealImageFact(Image)]
    public void Boot_OnSevSnp_AllowsUnacceptedMemoryAndLeavesAtTheFirstAttempt()
    {
        BootReport report = boots.Of(Image, KernelBoot.SevSnp());

        Assert.Equal(1UL, report.Calls("AllowUnacceptedMemory"));
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Equal((BootEnd.ExitBootServices, 0), (report.Outcome.End, report.Outcome.ExitCode));
        // The handler is still there; it does nothing now.
        Assert.Equal([1], report.Signals(KnownGuids.BeforeExitBootServicesGroup).Select(signal => signal.Members));
        Assert.Empty(report.AcceptedBy(MemoryAcceptor.FirmwareAtExitBootServices));
        Assert.Contains("loses nothing", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [RealImageFact(Image)]
    public void Boot_OnTdx_AsksForTheProtocolInVainAndLeavesAtTheFirstAttempt()
    {
        BootReport report = boots.Of(Image, KernelBoot.Tdx);

        Assert.Equal(0UL, report.Calls("AllowUnacceptedMemory"));
        ServiceCalled asked = Assert.Single(
            report.CallsOf("LocateProtocol"), c => c.Arguments[0].StartsWith("SevMemoryAcceptance", StringComparison.Ordinal));
        Assert.Equal(EfiStatus.NotFound, new EfiStatus(asked.Result));
        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Contains("loses nothing", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [RealImageTheory(Image)]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Boot_OnAConfidentialPlatform_KeepsTheMemoryAboveFourGiBUnaccepted(string platform)
    {
        BootReport report = boots.Of(Image, On(platform));

        Assert.Equal([new MemoryRange(4 * GiB, 14 * GiB)], report.FinalMap().Unaccepted());
        Assert.Equal(new RamAccount(16 * GiB, 2 * GiB, 0, 0, 14 * GiB, 0), report.Ram);
    }

    [RealImageTheory(Image)]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Boot_OnAConfidentialPlatform_InstallsTheBitmapOfUnacceptedMemory(string platform)
    {
        BootReport report = boots.Of(Image, On(platform));

        Assert.Contains(
            report.Events.OfType<ConfigurationTableInstalled>(), e => e.Table == KnownGuids.LinuxUnacceptedMemoryTable && !e.Address.IsNull);
        UnacceptedTable table = Assert.IsType<UnacceptedTable>(report.UnacceptedTable);
        // 14 GiB are 7,168 units of 2 MiB, eight to a byte. The stub sets the bits after ExitBootServices, where this boot ends.
        Assert.Equal(new UnacceptedTable(1, 0x200000, 4 * GiB, 896, 0), table);
        Assert.Contains("896 bytes of bitmap", Emulator.Text(report), StringComparison.Ordinal);
    }

    [RealImageFact(Image)]
    public void Boot_OnPlain_LeavesAtTheFirstAttemptWithoutATable()
    {
        BootReport report = boots.Of(Image, KernelBoot.Plain(8));

        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Null(report.UnacceptedTable);
        Assert.Equal(new RamAccount(8 * GiB, 8 * GiB, 0, 0, 0, 0), report.Ram);
    }

    private static KernelBoot On(string platform) => platform == "tdx" ? KernelBoot.Tdx : KernelBoot.SevSnp();
}
