using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

public sealed class OpenProtocolTests
{
    private const OpenAttributes DriverExclusive = OpenAttributes.ByDriver | OpenAttributes.Exclusive;
    private static readonly Guid A = Some.Protocol(1);
    private static readonly Guid B = Some.Protocol(2);
    private static readonly GuestAddress AtA = Some.Interface(1);

    private readonly TestDatabase _db = new TestDatabase().WithCoreAgent();
    private readonly EfiHandle _controller;
    private readonly EfiHandle _driver;
    private readonly EfiHandle _other;

    public OpenProtocolTests()
    {
        _controller = _db.Install(A, AtA);
        _driver = _db.Install(B, Some.Interface(2));
        _other = _db.Install(B, Some.Interface(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(0x18)]
    [InlineData(0x21)]
    [InlineData(0x40)]
    [InlineData(0x80000000)]
    public void Open_WithAttributesThatDoNotExist_IsInvalid(uint attributes) =>
        Assert.Equal(EfiStatus.InvalidParameter, _db.Open(_controller, A, _driver, _controller, (OpenAttributes)attributes).Status);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x30)]
    public void Open_OfUnknownHandle_IsInvalidAndLeavesTheInterfaceAlone(uint attributes)
    {
        OpenOutcome outcome = _db.Open(Some.Stranger, A, _driver, _other, (OpenAttributes)attributes);

        Assert.Equal(EfiStatus.InvalidParameter, outcome.Status);
        Assert.Null(outcome.Interface);
    }

    [Fact]
    public void Open_OfAbsentProtocol_IsUnsupportedWithNullInterface()
    {
        OpenOutcome outcome = _db.Open(_controller, B, _driver, _controller, OpenAttributes.GetProtocol);

        Assert.Equal(EfiStatus.Unsupported, outcome.Status);
        Assert.Equal(GuestAddress.Null, outcome.Interface);
    }

    [Fact]
    public void Open_ToTest_WritesNoInterface()
    {
        Assert.Null(_db.Open(_controller, A, _driver, _controller, OpenAttributes.TestProtocol).Interface);
        Assert.Null(_db.Open(_controller, B, _driver, _controller, OpenAttributes.TestProtocol).Interface);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x30)]
    [InlineData(0x08)]
    public void Open_ByDriverOrChildWithUnknownAgentOrController_IsInvalid(uint attributes)
    {
        Assert.Equal(EfiStatus.InvalidParameter, _db.Open(_controller, A, Some.Stranger, _other, (OpenAttributes)attributes).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Open(_controller, A, _driver, Some.Stranger, (OpenAttributes)attributes).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Open(_controller, A, _driver, EfiHandle.Null, (OpenAttributes)attributes).Status);
    }

    [Fact]
    public void Open_ExclusiveNeedsAnAgentButNoController()
    {
        Assert.Equal(EfiStatus.InvalidParameter, _db.Open(_controller, A, EfiHandle.Null, _other, OpenAttributes.Exclusive).Status);
        Assert.Equal(EfiStatus.Success, _db.Open(_controller, A, _driver, EfiHandle.Null, OpenAttributes.Exclusive).Status);
    }

    [Fact]
    public void Open_ByChildThatIsItsOwnController_IsInvalid() =>
        Assert.Equal(
            EfiStatus.InvalidParameter,
            _db.Open(_controller, A, _driver, _controller, OpenAttributes.ByChildController).Status);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Open_AgainInTheSameWay_CountsInsteadOfRecording(uint attributes)
    {
        OpenOutcome first = _db.Open(_controller, A, _driver, _other, (OpenAttributes)attributes);
        OpenOutcome second = _db.Open(_controller, A, _driver, _other, (OpenAttributes)attributes);

        Assert.Equal(RecordKind.OpenUsage, first.Created?.Kind);
        Assert.Equal(EfiStatus.Success, second.Status);
        Assert.Null(second.Created);
        Assert.Equal(2u, Assert.Single(_db.Opens.Information(_controller, A).Value).Count);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x30)]
    public void Open_ByTheSameDriverTwice_IsAlreadyStartedWithTheInterface(uint attributes)
    {
        _db.Open(_controller, A, _driver, _controller, (OpenAttributes)attributes);
        OpenOutcome second = _db.Open(_controller, A, _driver, _controller, (OpenAttributes)attributes);

        Assert.Equal(EfiStatus.AlreadyStarted, second.Status);
        Assert.Equal(AtA, second.Interface);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x30)]
    public void Open_ByDriverWhileAnotherDriverOrExclusiveUserHoldsIt_IsDenied(uint held)
    {
        _db.Open(_controller, A, _other, _controller, (OpenAttributes)held);
        OpenOutcome outcome = _db.Open(_controller, A, _driver, _controller, OpenAttributes.ByDriver);

        Assert.Equal(EfiStatus.AccessDenied, outcome.Status);
        Assert.Null(outcome.Interface);
        Assert.False(outcome.MustDisconnect);
    }

    [Theory]
    [InlineData(0x20, 0x20)]
    [InlineData(0x20, 0x30)]
    [InlineData(0x30, 0x20)]
    [InlineData(0x30, 0x30)]
    public void Open_ExclusiveWhileExclusive_IsDenied(uint held, uint wanted)
    {
        _db.Open(_controller, A, _other, _controller, (OpenAttributes)held);

        Assert.Equal(EfiStatus.AccessDenied, _db.Open(_controller, A, _driver, _controller, (OpenAttributes)wanted).Status);
    }

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x30)]
    public void Open_ExclusiveWhileByDriver_NamesTheDriverAndGoesOnOnceItHasClosed(uint attributes)
    {
        _db.Open(_controller, A, _other, _controller, OpenAttributes.ByDriver);
        var request = new OpenRequest(_controller, A, _driver, _controller, (OpenAttributes)attributes);

        OpenOutcome blocked = _db.Opens.Open(request);
        Assert.Equal(_other, blocked.Disconnect);
        Assert.Equal(EfiStatus.AccessDenied, blocked.Status);
        Assert.Equal(_other, _db.Opens.ContinueOpen(request).Disconnect);

        _db.Opens.Close(_controller, A, _other, _controller);
        OpenOutcome done = _db.Opens.ContinueOpen(request);
        Assert.Equal(EfiStatus.Success, done.Status);
        Assert.Equal(AtA, done.Interface);
        Assert.NotNull(done.Created);
    }

    [Fact]
    public void ContinueOpen_WhenDisconnectingTookTheProtocolAway_IsUnsupported()
    {
        var request = new OpenRequest(_controller, B, _driver, _controller, OpenAttributes.Exclusive);

        Assert.Equal(EfiStatus.Unsupported, _db.Opens.ContinueOpen(request).Status);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x30)]
    public void Open_ByHandleGetTestAndChild_NeverMindsOthers(uint held)
    {
        _db.Open(_controller, A, _other, _controller, (OpenAttributes)held);

        foreach (uint attributes in (uint[])[1, 2, 4, 8])
        {
            Assert.Equal(EfiStatus.Success, _db.Open(_controller, A, _driver, _other, (OpenAttributes)attributes).Status);
        }
    }

    [Fact]
    public void Open_WithNullAgent_SucceedsAndLeavesNoRecord()
    {
        Assert.Null(_db.Open(_controller, A, EfiHandle.Null, EfiHandle.Null, OpenAttributes.GetProtocol).Created);
        Assert.Empty(_db.Opens.Information(_controller, A).Value);
    }

    [Fact]
    public void HandleProtocol_OpensInTheNameOfTheCore()
    {
        Assert.Equal(AtA, _db.Opens.HandleProtocol(_controller, A).Interface);

        OpenUsage usage = Assert.Single(_db.Opens.Information(_controller, A).Value);
        Assert.Equal((_db.CoreAgent, EfiHandle.Null, OpenAttributes.ByHandleProtocol), (usage.Agent, usage.Controller, usage.Attributes));
    }

    [Fact]
    public void HandleProtocol_BeforeTheCoreHasAHandle_LeavesNoRecord()
    {
        var early = new TestDatabase();
        EfiHandle handle = early.Install(A, AtA);

        Assert.Equal(EfiStatus.Success, early.Opens.HandleProtocol(handle, A).Status);
        Assert.Empty(early.Opens.Information(handle, A).Value);
    }

    [Fact]
    public void Close_RemovesAllRecordsOfTheAgentAndController()
    {
        _db.Open(_controller, A, _driver, _controller, OpenAttributes.GetProtocol);
        _db.Open(_controller, A, _driver, _controller, OpenAttributes.ByDriver);
        _db.Open(_controller, A, _driver, _other, OpenAttributes.ByChildController);

        EfiResult<IReadOnlyList<RecordChange>> closed = _db.Opens.Close(_controller, A, _driver, _controller);

        Assert.Equal(2, closed.Value.Count);
        Assert.Equal(OpenAttributes.ByChildController, Assert.Single(_db.Opens.Information(_controller, A).Value).Attributes);
    }

    [Fact]
    public void Close_WithUnknownHandleAgentOrController_IsInvalid()
    {
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.Close(Some.Stranger, A, _driver, _controller).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.Close(_controller, A, Some.Stranger, _controller).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.Close(_controller, A, EfiHandle.Null, _controller).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.Close(_controller, A, _driver, Some.Stranger).Status);
    }

    [Fact]
    public void Close_OfWhatIsNotOpen_IsNotFound()
    {
        Assert.Equal(EfiStatus.NotFound, _db.Opens.Close(_controller, A, _driver, EfiHandle.Null).Status);
        Assert.Equal(EfiStatus.NotFound, _db.Opens.Close(_controller, B, _driver, EfiHandle.Null).Status);
    }

    [Fact]
    public void Information_OfNothingOpen_IsAnEmptySuccess_AndOfAbsentProtocolNotFound()
    {
        Assert.Equal(EfiStatus.Success, _db.Opens.Information(_controller, A).Status);
        Assert.Equal(EfiStatus.NotFound, _db.Opens.Information(_controller, B).Status);
        Assert.Equal(EfiStatus.NotFound, _db.Opens.Information(Some.Stranger, A).Status);
    }

    [Fact]
    public void DriversAndChildren_AreNamedOnceEach()
    {
        _db.TryInstall(_controller, B, Some.Interface(9));
        _db.Open(_controller, A, _driver, _controller, OpenAttributes.ByDriver);
        _db.Open(_controller, B, _driver, _controller, OpenAttributes.ByDriver);
        _db.Open(_controller, A, _driver, _other, OpenAttributes.ByChildController);
        _db.Open(_controller, B, _driver, _other, OpenAttributes.ByChildController);

        Assert.Equal([_driver], _db.Opens.DriversOf(_controller));
        Assert.Equal([_other], _db.Opens.ChildrenOf(_controller, _driver));
        Assert.Equal([_other, _other], _db.Opens.ChildrenOf(_controller, EfiHandle.Null));
        Assert.Empty(_db.Opens.DriversOf(Some.Stranger));
    }

    [Fact]
    public void HeldBy_ListsWhatAnAgentOpened()
    {
        _db.Open(_controller, A, _driver, _controller, DriverExclusive);
        _db.Open(_other, B, _driver, EfiHandle.Null, OpenAttributes.GetProtocol);
        _db.Open(_controller, A, _other, EfiHandle.Null, OpenAttributes.GetProtocol);

        Assert.Equal(
            [(_controller, A, DriverExclusive), (_other, B, OpenAttributes.GetProtocol)],
            _db.Opens.HeldBy(_driver).Select(held => (held.Handle, held.Protocol, held.Usage.Attributes)));
    }
}
