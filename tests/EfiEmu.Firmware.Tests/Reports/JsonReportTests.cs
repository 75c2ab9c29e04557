using System.Text;
using System.Text.Json;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

public sealed class JsonReportTests
{
    [Fact]
    public async Task Write_MemoryAcceptedInsideExitBootServices_KeepsThePromisedNames() =>
        await Verifier.Verify(Json(SampleReport.AcceptedAtExit()));

    [Fact]
    public async Task Write_Fault_CarriesTheFault() => await Verifier.Verify(Json(SampleReport.Faulted()));

    [Fact]
    public void Write_UnacceptedTable_IsThereOnlyWhereTheGuestInstalledOne()
    {
        using JsonDocument with = JsonDocument.Parse(Json(SampleReport.Lost()));
        using JsonDocument without = JsonDocument.Parse(Json(SampleReport.Plain()));

        Assert.Equal(7168, with.RootElement.GetProperty("unacceptedTable").GetProperty("unacceptedUnits").GetInt32());
        Assert.False(without.RootElement.TryGetProperty("unacceptedTable", out _));
    }

    [Theory]
    [InlineData((1UL << 53) - 1, "9007199254740991")]
    [InlineData(1UL << 53, "\"0x20000000000000\"")]
    [InlineData(ulong.MaxValue, "\"0xffffffffffffffff\"")]
    public void Write_SizesFrom2To53On_AreStrings(ulong size, string expected)
    {
        using JsonDocument json = JsonDocument.Parse(Json(SampleReport.Plain() with { MemoryBytes = size }));

        Assert.Equal(expected, json.RootElement.GetProperty("platform").GetProperty("memoryBytes").GetRawText());
    }

    [Fact]
    public void Write_EveryEnd_HasItsWord() => Assert.Equal(
        ["exit-boot-services", "hand-off", "returned", "fault", "not-modelled", "budget", "gave-up", "waits-for-input"],
        Enum.GetValues<BootEnd>().Select(JsonReport.EndName));

    [Fact]
    public void Write_ConsoleThatIsNotText_StaysValidJson()
    {
        string console = "a\0b\ud800c\udc00\e[1m\"\\\u2028";
        using JsonDocument json = JsonDocument.Parse(Json(SampleReport.Plain() with { Console = console }));

        Assert.Equal("a\0b\ufffdc\ufffd\e[1m\"\\\u2028", json.RootElement.GetProperty("console").GetString());
    }

    [Fact]
    public void Write_EveryKindOfEvent_HasAJsonForm()
    {
        BootEvent[] all =
        [
            new FirmwareStarted(1), new MemoryAccepted(MemoryAcceptor.Guest, new(0, 4096), 1), new ImageLoaded("a", default, 1, default),
            new ImageStarted("a", default), new ImageExited("a", EfiStatus.Success),
            new ServiceCalled(new("rt", "GetTime"), [], 0, true, default, 1), new MemoryMapFetched(1, 2, 3, 48, EfiStatus.Success),
            new MemoryMapChanged(1, "x"), new EventGroupSignalled(Guid.Empty, 1), new ExitBootServicesCalled(new(1, 1, 1, EfiStatus.Success, "x")),
            new ConfigurationTableInstalled(Guid.Empty, default), new Remark("x"),
        ];
        int kinds = typeof(BootEvent).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(BootEvent)));
        using JsonDocument json = JsonDocument.Parse(Json(SampleReport.Plain() with { Events = all }));

        Assert.Equal(kinds, all.Length);
        Assert.Equal(kinds, json.RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("kind").GetString()).Distinct().Count());
    }

    private static string Json(BootReport report)
    {
        using var bytes = new MemoryStream();
        JsonReport.Write(report, bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
