using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

public sealed class InstallTests
{
    private static readonly Guid A = Some.Protocol(1);
    private static readonly Guid B = Some.Protocol(2);
    private static readonly GuestAddress AtA = Some.Interface(1);
    private static readonly GuestAddress AtB = Some.Interface(2);

    private readonly TestDatabase _db = new TestDatabase().WithCoreAgent();

    [Fact]
    public void Install_OnNullHandle_MakesTheHandleThatTheCallerAllocated()
    {
        InstallOutcome outcome = _db.Database.Install(EfiHandle.Null, A, AtA, new EfiHandle(0x1234));

        Assert.Equal(EfiStatus.Success, outcome.Status);
        Assert.Equal(new EfiHandle(0x1234), outcome.Handle);
        Assert.True(_db.Database.Contains(outcome.Handle));
    }

    [Fact]
    public void Install_OfNewProtocolOnNewHandle_AllocatesEntryInterfaceAndHandleInThisOrder()
    {
        IReadOnlyList<RecordKind> plan = _db.Database.PlanInstall(EfiHandle.Null, A);
        InstallOutcome outcome = _db.TryInstall(EfiHandle.Null, A, AtA);

        Assert.Equal([RecordKind.ProtocolEntry, RecordKind.ProtocolInterface, RecordKind.Handle], plan);
        Assert.Equal(plan, outcome.Changes.Where(change => change.Added).Select(change => change.Kind));
        Assert.Equal(0x38UL + 0x48 + 0x58, outcome.Changes.Aggregate(0UL, (sum, change) => sum + HandleRecordSizes.Of(change.Kind)));
    }

    [Fact]
    public void Install_OfKnownProtocolOnOldHandle_AllocatesAnInterfaceOnly()
    {
        _db.Install(A, AtA);
        EfiHandle handle = _db.Install(B, AtB);

        Assert.Equal([RecordKind.ProtocolInterface], _db.Database.PlanInstall(handle, A));
        Assert.Equal([RecordKind.ProtocolInterface], _db.TryInstall(handle, A, AtA).Changes.Select(change => change.Kind));
    }

    [Fact]
    public void Install_OfProtocolThatTheHandleHas_IsInvalidAndLeavesTheTraceOfHandleProtocol()
    {
        EfiHandle handle = _db.Install(A, AtA);

        InstallOutcome first = _db.TryInstall(handle, A, AtB);
        InstallOutcome second = _db.TryInstall(handle, A, AtA);

        Assert.Equal(EfiStatus.InvalidParameter, first.Status);
        Assert.Equal([RecordKind.OpenUsage], first.Changes.Select(change => change.Kind));
        Assert.Equal(EfiStatus.InvalidParameter, second.Status);
        Assert.Empty(second.Changes);
        Assert.Equal(2u, Assert.Single(_db.Opens.Information(handle, A).Value).Count);
    }

    [Fact]
    public void Install_OnUnknownHandle_IsInvalidAndLeavesNothingButTheProtocolEntry()
    {
        InstallOutcome outcome = _db.TryInstall(Some.Stranger, A, AtA);

        Assert.Equal(EfiStatus.InvalidParameter, outcome.Status);
        Assert.Equal(
            [(RecordKind.ProtocolEntry, true), (RecordKind.ProtocolInterface, true), (RecordKind.ProtocolInterface, false)],
            outcome.Changes.Select(change => (change.Kind, change.Added)));
        Assert.False(_db.Database.Contains(Some.Stranger));
    }

    [Fact]
    public void Install_OfNullInterface_IsAllowed()
    {
        EfiHandle handle = _db.Install(A, GuestAddress.Null);

        Assert.Equal(EfiStatus.Success, _db.Opens.HandleProtocol(handle, A).Status);
        Assert.Equal(GuestAddress.Null, _db.Opens.HandleProtocol(handle, A).Interface);
    }

    [Fact]
    public void Install_NotifiesRegistrationsInTheirOrder_ExceptWhenToldNotTo()
    {
        _db.Register(A, new EfiEvent(1));
        _db.Register(A, new EfiEvent(2));
        _db.Register(B, new EfiEvent(3));

        Assert.Equal([new EfiEvent(1), new EfiEvent(2)], _db.TryInstall(EfiHandle.Null, A, AtA).Notify);
        Assert.Empty(_db.Database.Install(EfiHandle.Null, A, AtA, new EfiHandle(0x99), notify: false).Notify);
    }

    [Fact]
    public void Uninstall_OfLastProtocol_RemovesTheHandle()
    {
        EfiHandle handle = _db.Install(A, AtA);
        _db.TryInstall(handle, B, AtB);

        Assert.Equal(EfiStatus.Success, _db.Uninstall(handle, A, AtA));
        Assert.True(_db.Database.Contains(handle));
        RemovalOutcome last = _db.Database.CompleteUninstall(handle, B, AtB, disconnected: true);
        Assert.False(_db.Database.Contains(handle));
        Assert.Equal([RecordKind.ProtocolInterface, RecordKind.Handle], last.Changes.Select(change => change.Kind));
    }

    [Fact]
    public void Uninstall_OfUnknownHandle_IsInvalid() =>
        Assert.Equal(EfiStatus.InvalidParameter, _db.Uninstall(Some.Stranger, A, AtA));

    [Fact]
    public void Uninstall_WithAnotherInterface_IsNotFound()
    {
        EfiHandle handle = _db.Install(A, AtA);

        Assert.Equal(EfiStatus.NotFound, _db.Uninstall(handle, A, AtB));
        Assert.Equal(EfiStatus.NotFound, _db.Uninstall(handle, B, AtA));
    }

    [Fact]
    public void Uninstall_WhileOpenByHandleGetAndTest_DropsThoseSilently()
    {
        EfiHandle handle = _db.Install(A, AtA);
        _db.Opens.HandleProtocol(handle, A);
        _db.Open(handle, A, _db.CoreAgent, EfiHandle.Null, OpenAttributes.GetProtocol);
        _db.Open(handle, A, _db.CoreAgent, EfiHandle.Null, OpenAttributes.TestProtocol);

        RemovalOutcome outcome = _db.Database.CompleteUninstall(handle, A, AtA, disconnected: true);

        Assert.Equal(EfiStatus.Success, outcome.Status);
        Assert.Equal(3, outcome.Changes.Count(change => change is { Kind: RecordKind.OpenUsage, Added: false }));
        Assert.False(outcome.Reconnect);
    }

    [Theory]
    [InlineData(OpenAttributes.ByChildController)]
    [InlineData(OpenAttributes.Exclusive)]
    public void Uninstall_WhileAChildOrAnExclusiveUserRemains_IsDeniedAndReconnects(object attributes)
    {
        EfiHandle handle = _db.Install(A, AtA);
        EfiHandle other = _db.Install(B, AtB);
        _db.Opens.HandleProtocol(handle, A);
        _db.Open(handle, A, _db.CoreAgent, other, (OpenAttributes)attributes);

        Assert.False(_db.Database.PlanRemoval(handle, A, AtA).MustDisconnect);
        RemovalOutcome outcome = _db.Database.CompleteUninstall(handle, A, AtA, disconnected: true);

        Assert.Equal(EfiStatus.AccessDenied, outcome.Status);
        Assert.True(outcome.Reconnect);
        Assert.Equal([RecordKind.OpenUsage], outcome.Changes.Select(change => change.Kind));
        Assert.Equal(EfiStatus.Success, _db.Opens.HandleProtocol(handle, A).Status);
    }

    [Fact]
    public void Uninstall_WhileADriverManagesIt_NamesTheDriverUntilItHasClosed()
    {
        EfiHandle handle = _db.Install(A, AtA);
        EfiHandle driver = _db.Install(B, AtB);
        _db.Open(handle, A, driver, handle, OpenAttributes.ByDriver);

        Assert.Equal(driver, _db.Database.PlanRemoval(handle, A, AtA).Disconnect);
        _db.Opens.Close(handle, A, driver, handle);
        Assert.False(_db.Database.PlanRemoval(handle, A, AtA).MustDisconnect);
        Assert.Equal(EfiStatus.Success, _db.Database.CompleteUninstall(handle, A, AtA, disconnected: true).Status);
    }

    [Fact]
    public void Uninstall_WhenADriverRefuses_IsDeniedAndKeepsEveryRecord()
    {
        EfiHandle handle = _db.Install(A, AtA);
        EfiHandle driver = _db.Install(B, AtB);
        _db.Opens.HandleProtocol(handle, A);
        _db.Open(handle, A, driver, handle, OpenAttributes.ByDriver);

        RemovalOutcome outcome = _db.Database.CompleteUninstall(handle, A, AtA, disconnected: false);

        Assert.Equal(EfiStatus.AccessDenied, outcome.Status);
        Assert.True(outcome.Reconnect);
        Assert.Empty(outcome.Changes);
        Assert.Equal(2, _db.Opens.Information(handle, A).Value.Count);
    }

    [Fact]
    public void Uninstall_OfWhatDisconnectingTookAway_IsNotFound()
    {
        EfiHandle handle = _db.Install(A, AtA);
        _db.Uninstall(handle, A, AtA);

        Assert.Equal(EfiStatus.NotFound, _db.Database.CompleteUninstall(handle, A, AtA, disconnected: true).Status);
    }

    [Fact]
    public void Reinstall_MovesTheInterfaceToTheEndOfItsProtocol_AndKeepsItsPlaceOnTheHandle()
    {
        EfiHandle first = _db.Install(A, AtA);
        EfiHandle second = _db.Install(A, AtB);
        _db.TryInstall(first, B, AtB);

        RemovalOutcome outcome = _db.Database.CompleteReinstall(first, A, AtA, Some.Interface(3), disconnected: true);

        Assert.Equal(EfiStatus.Success, outcome.Status);
        Assert.True(outcome.Reconnect);
        Assert.Equal([second, first], _db.Locate(A));
        Assert.Equal([B, A], _db.Opens.ProtocolsPerHandle(first).Value);
        Assert.Equal(Some.Interface(3), _db.Opens.HandleProtocol(first, A).Interface);
    }

    [Fact]
    public void Reinstall_OfAnotherInterface_IsNotFound_AndOfUnknownHandleInvalid()
    {
        EfiHandle handle = _db.Install(A, AtA);

        Assert.Equal(EfiStatus.NotFound, _db.Reinstall(handle, A, AtB, AtA));
        Assert.Equal(EfiStatus.InvalidParameter, _db.Reinstall(Some.Stranger, A, AtA, AtB));
    }

    [Fact]
    public void ChangedSince_NamesNewAndChangedHandlesInOrderOfCreation()
    {
        EfiHandle old = _db.Install(A, AtA);
        EfiHandle reinstalled = _db.Install(A, AtA);
        ulong key = _db.Database.Key;
        EfiHandle created = _db.Install(A, AtB);
        _db.Reinstall(reinstalled, A, AtA, AtB);

        Assert.Equal([reinstalled, created], _db.Database.ChangedSince(key));
        Assert.Contains(old, _db.Database.ChangedSince(0));
    }
}
