using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Boot;

/// <summary>Which protocols a report says that the guest asked for in vain.</summary>
public sealed class ProtocolsAskedForTests
{
    private const string DiskIo = "DiskIo ce345171-ba0b-11d2-8e4f-00a0c969723b";
    private const string Nameless = "12345678-0000-0000-0000-000000000001";

    [Fact]
    public void NotFound_OfEachWayToAsk_NamesTheProtocolOnce() => Assert.Equal(
        [Guid.Parse("ce345171-ba0b-11d2-8e4f-00a0c969723b"), Guid.Parse(Nameless)],
        NotFound(
            Call("LocateProtocol", EfiStatus.NotFound, DiskIo, "0x0", "0x1000"),
            Call("HandleProtocol", EfiStatus.Unsupported, "0x2000", Nameless, "0x1000"),
            Call("OpenProtocol", EfiStatus.Unsupported, "0x2000", DiskIo, "0x1000"),
            Call("LocateDevicePath", EfiStatus.NotFound, Nameless, "0x1", "0x2"),
            Call("LocateHandle", EfiStatus.NotFound, "0x2", DiskIo, "0x0", "0x1", "0x0"),
            Call("LocateHandleBuffer", EfiStatus.NotFound, "0x2", Nameless, "0x0", "0x1", "0x2")));

    [Theory]
    [InlineData("LocateProtocol", DiskIo, "0x0")]
    [InlineData("LocateDevicePath", DiskIo, "0x0")]
    [InlineData("HandleProtocol", "0x2000", DiskIo)]
    [InlineData("LocateHandle", "0x2", DiskIo)]
    public void NotFound_OfWhatWasFoundLater_SaysNothing(string service, string first, string second) => Assert.Empty(
        NotFound(Call("LocateProtocol", EfiStatus.NotFound, DiskIo, "0x0"), Call(service, EfiStatus.Success, first, second)));

    [Fact]
    public void NotFound_OfWhatAHandleHasAtTheEnd_SaysNothing() =>
        Assert.Empty(ProtocolsAskedFor.NotFound([Call("HandleProtocol", EfiStatus.Unsupported, "0x2000", DiskIo)], _ => true));

    [Theory]
    [InlineData("LocateHandle", "0x1", DiskIo)]
    [InlineData("LocateProtocol", "NULL", "0x0")]
    [InlineData("LocateProtocol", "?", "0x0")]
    [InlineData("GetVariable", DiskIo, DiskIo)]
    public void NotFound_OfACallThatNamesNoProtocol_SaysNothing(string service, string first, string second) =>
        Assert.Empty(NotFound(Call(service, EfiStatus.NotFound, first, second)));

    [Fact]
    public void NotFound_OfACallThatIsWrong_SaysNothing() =>
        Assert.Empty(NotFound(Call("LocateProtocol", EfiStatus.InvalidParameter, DiskIo, "0x0", "NULL")));

    private static IReadOnlyList<Guid> NotFound(params BootEvent[] events) => ProtocolsAskedFor.NotFound(events, _ => false);

    private static ServiceCalled Call(string service, EfiStatus status, params string[] arguments) =>
        new(new FunctionSignature("bs", service), arguments, status.Value, ReturnsStatus: true, new GuestAddress(0x1000), Repeats: 1);
}
