using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

public sealed class LocateTests
{
    private static readonly Guid A = Some.Protocol(1);
    private static readonly Guid B = Some.Protocol(2);
    private static readonly Guid Nobody = Some.Protocol(3);

    private readonly TestDatabase _db = new();

    [Fact]
    public void LocateHandle_OfAllHandles_ListsThemInOrderOfCreation()
    {
        EfiHandle first = _db.Install(B, Some.Interface(1));
        EfiHandle second = _db.Install(A, Some.Interface(2));
        _db.TryInstall(first, A, Some.Interface(3));

        LocateOutcome all = _db.Search.LocateHandle(HandleSearch.AllHandles, null, GuestAddress.Null, 16);

        Assert.Equal([first, second], all.Handles);
        Assert.Equal([second, first], _db.Locate(A));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(8UL)]
    [InlineData(23UL)]
    public void LocateHandle_IntoASmallBuffer_SaysHowMuchItNeeds(ulong size)
    {
        for (int count = 0; count < 3; count++)
        {
            _db.Install(A, Some.Interface(count));
        }

        LocateOutcome outcome = _db.Search.LocateHandle(HandleSearch.ByProtocol, A, GuestAddress.Null, size);

        Assert.Equal((EfiStatus.BufferTooSmall, 24UL), (outcome.Status, outcome.BufferBytes));
        Assert.Equal(3, outcome.Handles.Count);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(64UL)]
    public void LocateHandle_OfNothing_IsNotFoundAndLeavesTheSizeAlone(ulong size)
    {
        EfiHandle handle = _db.Install(A, Some.Interface(1));
        _db.Uninstall(handle, A, Some.Interface(1));

        foreach (Guid protocol in (Guid[])[A, Nobody])
        {
            LocateOutcome outcome = _db.Search.LocateHandle(HandleSearch.ByProtocol, protocol, GuestAddress.Null, size);
            Assert.Equal((EfiStatus.NotFound, size), (outcome.Status, outcome.BufferBytes));
        }
    }

    [Theory]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void LocateHandle_ByAnotherSearchType_IsInvalid(uint type) =>
        Assert.Equal(EfiStatus.InvalidParameter, _db.Search.LocateHandle(type, A, GuestAddress.Null, 64).Status);

    [Fact]
    public void LocateHandle_WithoutItsKey_IsInvalid()
    {
        Assert.Equal(EfiStatus.InvalidParameter, _db.Search.LocateHandle(HandleSearch.ByProtocol, null, GuestAddress.Null, 64).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, A, GuestAddress.Null, 64).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, A, new(0x666), 64).Status);
    }

    [Fact]
    public void LocateProtocol_GivesTheOldestInterface()
    {
        EfiHandle first = _db.Install(A, Some.Interface(1));
        _db.Install(A, Some.Interface(2));
        Assert.Equal(Some.Interface(1), _db.Search.LocateProtocol(A, GuestAddress.Null).Value);

        _db.Uninstall(first, A, Some.Interface(1));
        Assert.Equal(Some.Interface(2), _db.Search.LocateProtocol(A, GuestAddress.Null).Value);
        Assert.Equal(EfiStatus.NotFound, _db.Search.LocateProtocol(Nobody, GuestAddress.Null).Status);
    }

    [Fact]
    public void Registration_ReportsWhatWasInstalledBeforeItAsWell_OneByOne()
    {
        _db.Install(A, Some.Interface(1));
        GuestAddress key = _db.Register(A, new EfiEvent(1));
        _db.Install(A, Some.Interface(2));

        Assert.Equal(Some.Interface(1), _db.Search.LocateProtocol(A, key).Value);
        Assert.Equal(Some.Interface(2), _db.Search.LocateProtocol(A, key).Value);
        Assert.Equal(EfiStatus.NotFound, _db.Search.LocateProtocol(A, key).Status);
        _db.Install(A, Some.Interface(3));
        Assert.Equal(Some.Interface(3), _db.Search.LocateProtocol(B, key).Value);
    }

    [Fact]
    public void Registration_MovesOnOnlyWhenTheHandleFitted()
    {
        EfiHandle handle = _db.Install(A, Some.Interface(1));
        GuestAddress key = _db.Register(A, new EfiEvent(1));

        LocateOutcome small = _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, null, key, 7);
        LocateOutcome large = _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, null, key, 8);
        LocateOutcome after = _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, null, key, 8);

        Assert.Equal((EfiStatus.BufferTooSmall, 8UL), (small.Status, small.BufferBytes));
        Assert.Equal([handle], large.Handles);
        Assert.Equal(EfiStatus.NotFound, after.Status);
    }

    [Fact]
    public void Registration_StepsBackWhenItsLastInterfaceGoes_AndMeetsAReinstalledOneAgain()
    {
        EfiHandle first = _db.Install(A, Some.Interface(1));
        EfiHandle second = _db.Install(A, Some.Interface(2));
        _db.Install(A, Some.Interface(3));
        GuestAddress key = _db.Register(A, new EfiEvent(1));
        _db.Search.LocateProtocol(A, key);
        _db.Search.LocateProtocol(A, key);

        _db.Uninstall(second, A, Some.Interface(2));
        Assert.Equal(Some.Interface(3), _db.Search.LocateProtocol(A, key).Value);
        _db.Reinstall(first, A, Some.Interface(1), Some.Interface(4));
        Assert.Equal(Some.Interface(4), _db.Search.LocateProtocol(A, key).Value);
    }

    [Fact]
    public void UnregisterNotify_DropsAllRegistrationsOfTheEvent()
    {
        GuestAddress key = _db.Register(A, new EfiEvent(1));
        _db.Register(B, new EfiEvent(1));
        _db.Register(A, new EfiEvent(2));

        IReadOnlyList<RecordChange> changes = _db.Database.UnregisterNotify(new EfiEvent(1));

        Assert.Equal([RecordKind.ProtocolNotify, RecordKind.ProtocolNotify], changes.Select(change => change.Kind));
        Assert.Equal([new EfiEvent(2)], _db.Database.ToNotify(A));
        Assert.Equal(EfiStatus.InvalidParameter, _db.Search.LocateHandle(HandleSearch.ByRegisterNotify, null, key, 8).Status);
        Assert.Empty(_db.Database.UnregisterNotify(new EfiEvent(1)));
    }

    [Fact]
    public void ProtocolsPerHandle_ListsTheNewestFirst_AndRefusesUnknownHandles()
    {
        EfiHandle handle = _db.Install(A, Some.Interface(1));
        _db.TryInstall(handle, B, Some.Interface(2));
        _db.TryInstall(handle, Nobody, Some.Interface(3));

        Assert.Equal([Nobody, B, A], _db.Opens.ProtocolsPerHandle(handle).Value);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.ProtocolsPerHandle(Some.Stranger).Status);
        Assert.Equal(EfiStatus.InvalidParameter, _db.Opens.ProtocolsPerHandle(EfiHandle.Null).Status);
    }
}
