using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Plugins;

/// <summary>Plugins that go wrong: a report that names the guest's mistake, or one line that names the file and the class.</summary>
public sealed class OddPluginTests : IDisposable
{
    private readonly PluginAssembly _odd = PluginAssembly.Load(PluginFiles.Odd);

    public void Dispose() => _odd.Dispose();

    [Theory]
    [InlineData("throws", "the guest threw InvalidOperationException: the message (ThrowingGuest in OddPlugins.dll)")]
    [InlineData("cancels-itself", "the guest threw OperationCanceledException: The operation was canceled (CancellingGuest in OddPlugins.dll)")]
    [InlineData("throws-in-notify", "guest.Notify of NotifyingGuest in OddPlugins.dll threw FormatException: notified")]
    [InlineData("touches-nothing", "WildGuest in OddPlugins.dll reads 0x10000000000: no RAM or device there")]
    public void Guest_ThatThrows_EndsTheBootWithAReport(string name, string summary)
    {
        BootReport report = Boot(name);

        Assert.Equal((BootEnd.Fault, 1), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal(summary, report.Fault?.Summary);
        Assert.Equal($"The guest faulted: {summary}.", report.Outcome.Verdict);
    }

    [Fact]
    public void Guest_ThatCannotOpenItsFile_ThrowsLikeAnyOther()
    {
        BootReport report = Boot("opens-a-file");

        Assert.StartsWith("the guest threw FileNotFoundException: ", report.Fault?.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void ProtocolMember_ThatThrows_IsToldByItsPluginsName()
    {
        BootReport report = Boot("calls-the-protocol", "ThrowingMember");

        Assert.Equal(BootEnd.Fault, report.Outcome.End);
        Assert.Equal("ThrowingMember.Member of ThrowingMember in OddPlugins.dll threw FormatException: called", report.Fault?.Summary);
    }

    [Theory]
    [InlineData("throws-in-constructor", "ThrowingConstructorGuest: its constructor threw InvalidOperationException: no mood")]
    [InlineData("asks-for-a-stream", "the constructor of AskingGuest asks for Stream, which firmware does not offer")]
    [InlineData("has-a-private-constructor", "PrivateGuest has no public constructor")]
    public void Guest_ThatCannotBeMade_IsRefusedInOneLine(string name, string fault)
    {
        PluginException refused = Assert.Throws<PluginException>(() => Boot(name));

        Assert.Equal(("plugin", $"{PluginFiles.Odd}: {fault}"), (refused.Field, refused.Fault));
    }

    [Fact]
    public void Guest_WithoutItsNativeLibrary_IsRefusedInOneLine()
    {
        BootRequestException refused = Assert.Throws<BootRequestException>(() => Boot("needs-a-native-library"));

        Assert.Equal("NativeGuest in OddPlugins.dll needs the native library no-such-library, which cannot be loaded", refused.Fault);
        Assert.Equal("plugin", refused.Field);
    }

    [Fact]
    public void Guest_ThatAsksForEverything_GetsWhatFirmwareHas()
    {
        BootReport report = Boot("asks-for-everything");

        Assert.Equal("same True nothing True offers False filled True\n", report.Console);
    }

    [Fact]
    public void Guest_StartedTwice_IsMadeTwice()
    {
        Assert.Equal("run 1\n", Boot("counts-itself").Console);
        Assert.Equal("run 1\n", Boot("counts-itself").Console);
    }

    [Fact]
    public void Guest_ThatExits_EndsWithItsStatus() => AssertEnd(Boot("exits"), BootEnd.Returned, EfiStatus.Success);

    [Fact]
    public void Guest_ThatSwallowsItsExit_ExitsAllTheSame() => AssertEnd(Boot("swallows-exit"), BootEnd.Returned, EfiStatus.Success);

    [Fact]
    public void Guest_ThatSwallowsTheWatchdogsReset_IsStoppedAllTheSame() => AssertEnd(Boot("swallows"), BootEnd.Returned, EfiStatus.Timeout);

    [Theory]
    [InlineData("Calling")]
    [InlineData("Called")]
    [InlineData("Happened")]
    public void Instrument_ThatThrows_ComesOutAsItThrew(string member)
    {
        var thrown = new InvalidOperationException("the instrument's own");

        InvalidOperationException seen = Assert.Throws<InvalidOperationException>(
            () => PluginFiles.Boot(Guest("swallows"), [], new ThrowingInstrument(member, thrown)));

        Assert.Same(thrown, seen);
    }

    [Fact]
    public void CancelledBoot_IsNoFaultOfTheGuestThatRuns()
    {
        using var cancellation = new CancellationTokenSource();

        OperationCanceledException seen = Assert.Throws<OperationCanceledException>(() => PluginFiles.Boot(
            Guest("throws-in-notify"), [], new ActingInstrument("CreateEvent", cancellation.Cancel), cancellation.Token));

        Assert.Equal(cancellation.Token, seen.CancellationToken);
    }

    [Theory]
    [InlineData("ThrowingInstall", "ThrowingInstall in OddPlugins.dll: Install threw NotSupportedException: not here")]
    [InlineData("WildInstall", "WildInstall in OddPlugins.dll: Install threw GuestMemoryFaultException: write to 0x10000000000: NothingThere")]
    public void Protocol_ThatCannotInstallItself_IsRefusedInOneLine(string protocol, string fault)
    {
        BootRequestException refused = Assert.Throws<BootRequestException>(() => Boot("exits", protocol));

        Assert.Equal(("plugin", fault), (refused.Field, refused.Fault));
    }

    [Fact]
    public void Protocol_ThatAsksForWhatNobodyOffers_IsRefusedInOneLine()
    {
        PluginException refused = Assert.Throws<PluginException>(() => Boot("exits", "AskingProtocol"));

        Assert.EndsWith(": the constructor of AskingProtocol asks for Stream, which firmware does not offer", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondProtocolOnAHandle_IsRefusedByTheNamesOfBothPlugins()
    {
        BootRequestException refused = Assert.Throws<BootRequestException>(() => PluginFiles.Boot(Guest("exits"), OnDevice(0, 1)));

        Assert.Equal(
            "SecondOnDevice in OddPlugins.dll cannot install 0dd0dd00-0dd0-0dd0-0000-000000000005: EFI_INVALID_PARAMETER, "
                + "because FirstOnDevice in OddPlugins.dll installed it on that handle",
            refused.Fault);
    }

    [Fact]
    public void SecondProtocolOnAHandle_OfAPluginThatDoesNotLook_IsToldInTheReport()
    {
        BootReport report = PluginFiles.Boot(Guest("exits"), OnDevice(1, 2));

        Assert.Equal(0, report.Outcome.ExitCode);
        Assert.Equal(
            "CarelessOnDevice in OddPlugins.dll cannot install 0dd0dd00-0dd0-0dd0-0000-000000000005: EFI_INVALID_PARAMETER, "
                + "because SecondOnDevice in OddPlugins.dll installed it on that handle",
            Assert.Single(report.Events.OfType<Remark>()).Text);
    }

    // The three rows that go for the boot device have one name and one GUID, which one of them declares explicitly.
    private IReadOnlyList<ProtocolDefinition> OnDevice(params int[] indices)
    {
        ProtocolDefinition[] rows = [.. _odd.Protocols.Where(p => p.Name == "OnDevice")];
        Assert.Single(rows.Select(r => r.Guid).Distinct());
        return [.. indices.Select(i => rows[i])];
    }

    private static void AssertEnd(BootReport report, BootEnd end, EfiStatus? status) =>
        Assert.Equal((end, status), (report.Outcome.End, report.Outcome.Status));

    private GuestDefinition Guest(string name) => _odd.Guests.Single(g => g.Name == name);

    private BootReport Boot(string guest, params string[] protocols) =>
        PluginFiles.Boot(Guest(guest), [.. _odd.Protocols.Where(p => protocols.Contains(p.Name))]);
}
