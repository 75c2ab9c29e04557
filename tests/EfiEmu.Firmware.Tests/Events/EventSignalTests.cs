using EfiEmu.Firmware.Events;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Events;

public sealed class EventSignalTests
{
    private static readonly Guid Group = new("11111111-2222-3333-4444-555555555555");
    private static readonly EfiEvent Nobody = new(0x666);

    private readonly EventMachine _machine = new();

    [Fact]
    public void EveryService_OnWhatIsNoEvent_IsInvalid()
    {
        foreach (EfiEvent none in (EfiEvent[])[EfiEvent.Null, Nobody])
        {
            Assert.Equal(EfiStatus.InvalidParameter, _machine.Signal(none));
            Assert.Equal(EfiStatus.InvalidParameter, _machine.Check(none));
            Assert.Equal(EfiStatus.InvalidParameter, _machine.Database.Close(none).Status);
            Assert.Equal(EfiStatus.InvalidParameter, _machine.SetTimer(none, TimerDelay.Relative, 0));
            Assert.Equal((EfiStatus.InvalidParameter, 0), _machine.Wait(none));
        }
    }

    [Fact]
    public void Check_OfPlainEvent_TakesTheSignalAway()
    {
        EfiEvent plain = _machine.Created(EventType.None);

        Assert.Equal(EfiStatus.NotReady, _machine.Check(plain));
        Assert.Equal(EfiStatus.Success, _machine.Signal(plain));
        Assert.Equal(EfiStatus.Success, _machine.Signal(plain));
        Assert.Equal(EfiStatus.Success, _machine.Check(plain));
        Assert.Equal(EfiStatus.NotReady, _machine.Check(plain));
    }

    [Theory]
    [InlineData(0x200)]
    [InlineData(0x201)]
    [InlineData(0x60000202)]
    [InlineData(0x80000200)]
    public void Check_OfNotifySignalEvent_IsInvalid(uint type)
    {
        EfiEvent signal = _machine.Created((EventType)type, Tpl.Callback, _machine.Logging('x'));

        Assert.Equal(EfiStatus.InvalidParameter, _machine.Check(signal));
        Assert.Equal((EfiStatus.InvalidParameter, 1), _machine.Wait(_machine.Created(EventType.None), signal));
    }

    [Fact]
    public void Check_OfWaitEvent_RunsItsFunctionAndLooksAgain()
    {
        int count = 0;
        EfiEvent wait = _machine.Created(EventType.NotifyWait, Tpl.Callback, _machine.Function(self =>
        {
            count++;
            if (count % 3 == 0)
            {
                _machine.Database.Signal(self);
            }
        }));

        Assert.Equal(EfiStatus.NotReady, _machine.Check(wait));
        Assert.Equal((EfiStatus.Success, 0), _machine.Wait(wait));
        Assert.Equal(3, count);
        Assert.Equal(EfiStatus.Success, _machine.Signal(wait));
        Assert.Equal(EfiStatus.Success, _machine.Check(wait));
        Assert.Equal(3, count);
    }

    [Fact]
    public void Check_OfWaitEventAtItsOwnLevel_QueuesTheFunctionForLater()
    {
        EfiEvent wait = _machine.Created(EventType.NotifyWait, Tpl.Callback, _machine.Logging('w'));
        _machine.Raise(Tpl.Callback);

        Assert.Equal(EfiStatus.NotReady, _machine.Check(wait));
        Assert.Equal("", _machine.Log);
        _machine.Restore(Tpl.Application);
        Assert.Equal("w", _machine.Log);
    }

    [Fact]
    public void Check_OfWaitEventWhoseFunctionClosesIt_IsNotReady()
    {
        EfiEvent wait = _machine.Created(
            EventType.NotifyWait, Tpl.Callback, _machine.Function(self => _machine.Database.Close(self)));

        Assert.Equal(EfiStatus.NotReady, _machine.Check(wait));
    }

    [Fact]
    public void Wait_AboveApplication_IsUnsupportedAndLeavesTheSignal()
    {
        EfiEvent plain = _machine.Created(EventType.None);
        _machine.Signal(plain);
        _machine.Raise(Tpl.Callback);

        Assert.Equal((EfiStatus.Unsupported, null), _machine.Wait(plain));
        Assert.Equal(EfiStatus.Unsupported, _machine.Database.CheckWait(0, hasEvents: false));
        _machine.Restore(Tpl.Application);
        Assert.Equal(EfiStatus.Success, _machine.Check(plain));
    }

    [Fact]
    public void Wait_ForNoEventsOrNoArray_IsInvalid()
    {
        Assert.Equal(EfiStatus.InvalidParameter, _machine.Database.CheckWait(0, hasEvents: true));
        Assert.Equal(EfiStatus.InvalidParameter, _machine.Database.CheckWait(1, hasEvents: false));
    }

    [Fact]
    public void Wait_ForSeveralSignalled_TakesTheLowestIndexFirst()
    {
        EfiEvent[] events = [.. Enumerable.Range(0, 3).Select(_ => _machine.Created(EventType.None))];
        _machine.Signal(events[2]);
        _machine.Signal(events[1]);

        Assert.Equal((EfiStatus.Success, 1), _machine.Wait(events));
        Assert.Equal((EfiStatus.Success, 2), _machine.Wait(events));
    }

    [Fact]
    public void Wait_ForTheSameEventTwice_FindsItAtTheFirst()
    {
        EfiEvent plain = _machine.Created(EventType.None);
        _machine.Signal(plain);

        Assert.Equal((EfiStatus.Success, 0), _machine.Wait(plain, plain));
    }

    [Fact]
    public void Signal_AtApplication_RunsTheFunctionAtItsLevel()
    {
        Tpl seen = default;
        EfiEvent signal = _machine.Created(EventType.NotifySignal, Tpl.Notify, _machine.Function(_ => seen = _machine.Tpl));

        _machine.Signal(signal);

        Assert.Equal(Tpl.Notify, seen);
        Assert.Equal(Tpl.Application, _machine.Tpl);
    }

    [Fact]
    public void Signals_RaisedAtHighLevel_RunNotifyBeforeCallbackAndEachInOrder()
    {
        EfiEvent[] events =
        [
            Signal('A', Tpl.Callback), Signal('B', Tpl.Callback), Signal('C', Tpl.Notify), Signal('D', Tpl.Notify),
        ];
        _machine.Raise(Tpl.High);
        foreach (EfiEvent signal in events)
        {
            _machine.Signal(signal);
        }

        Assert.Equal("", _machine.Log);
        _machine.Restore(Tpl.Application);
        Assert.Equal("CDAB", _machine.Log);
    }

    [Fact]
    public void Restore_ToCallback_KeepsCallbackNotificationsWaiting()
    {
        EfiEvent callback = Signal('c', Tpl.Callback);
        EfiEvent notify = Signal('n', Tpl.Notify);
        _machine.Raise(Tpl.High);
        _machine.Signal(callback);
        _machine.Signal(notify);

        _machine.Restore(Tpl.Callback);
        Assert.Equal("n", _machine.Log);
        _machine.Restore(Tpl.Application);
        Assert.Equal("nc", _machine.Log);
    }

    [Fact]
    public void Signal_OfASignalledEvent_DoesNotQueueTwice_ButOfARunningOneDoes()
    {
        int runs = 0;
        EfiEvent signal = _machine.Created(EventType.NotifySignal, Tpl.Callback, _machine.Function(self =>
        {
            if (++runs < 3)
            {
                _machine.Signal(self);
            }
        }));
        _machine.Raise(Tpl.Callback);
        _machine.Signal(signal);
        _machine.Signal(signal);
        _machine.Restore(Tpl.Application);

        Assert.Equal(3, runs);
    }

    [Fact]
    public void Signal_InsideANotification_RunsHigherLevelsNested()
    {
        EfiEvent inner = Signal('i', Tpl.Notify);
        EfiEvent outer = _machine.Created(EventType.NotifySignal, Tpl.Callback, _machine.Function(_ =>
        {
            _machine.Signal(inner);
            _machine.Signal(_machine.Created(EventType.NotifySignal, Tpl.Callback, _machine.Logging('l')));
        }));

        _machine.Signal(outer);

        Assert.Equal("il", _machine.Log);
    }

    [Fact]
    public void SignalGroup_RunsTheNewestMemberFirstAndHigherLevelsBefore()
    {
        Signal('A', Tpl.Callback, Group);
        Signal('B', Tpl.Callback, Group);
        Signal('C', Tpl.Notify, Group);
        Signal('x', Tpl.Notify);

        _machine.SignalGroup(Group);

        Assert.Equal("CBA", _machine.Log);
        Assert.Equal(3, _machine.Database.MembersOf(Group));
    }

    [Fact]
    public void Signal_OfOneMember_QueuesTheWholeGroup()
    {
        EfiEvent first = Signal('A', Tpl.Callback, Group);
        Signal('B', Tpl.Callback, Group);

        _machine.Signal(first);
        Assert.Equal("BA", _machine.Log);
    }

    [Fact]
    public void SignalGroup_MovesAWaitingMemberToTheEndOfItsQueue()
    {
        Signal('A', Tpl.Callback, Group);
        EfiEvent other = Signal('B', Tpl.Callback);
        _machine.Raise(Tpl.Callback);
        _machine.SignalGroup(Group);
        _machine.Signal(other);
        _machine.SignalGroup(Group);
        _machine.Restore(Tpl.Application);

        Assert.Equal("BA", _machine.Log);
    }

    [Fact]
    public void SignalGroup_DoesNotMarkMembersAsSignalled()
    {
        EfiEvent member = Signal('A', Tpl.Callback, Group);
        _machine.Raise(Tpl.Callback);
        _machine.SignalGroup(Group);
        _machine.Signal(member);
        _machine.Signal(member);
        _machine.Restore(Tpl.Application);

        Assert.Equal("A", _machine.Log);
    }

    [Fact]
    public void SignalGroup_OfPlainMembers_RunsNothing()
    {
        EfiEvent plain = _machine.Created(EventType.None, group: Group);

        _machine.SignalGroup(Group);
        Assert.Equal(0, _machine.Database.MembersOf(Group));
        Assert.Equal(EfiStatus.NotReady, _machine.Check(plain));
    }

    [Fact]
    public void SignalGroup_OfTheZeroGuid_ReachesEventsWithoutGroup()
    {
        Signal('A', Tpl.Callback);
        Signal('x', Tpl.Callback, Group);

        _machine.SignalGroup(Guid.Empty);
        Assert.Equal("A", _machine.Log);
    }

    [Fact]
    public void ExitBootServicesGroups_RunBeforeTheirKey_NewestFirst()
    {
        Signal('A', Tpl.Callback, KnownGuids.BeforeExitBootServicesGroup);
        Signal('B', Tpl.Callback, KnownGuids.BeforeExitBootServicesGroup);
        _machine.Created(EventType.SignalExitBootServices, Tpl.Callback, _machine.Logging('C'));
        Signal('D', Tpl.Callback, KnownGuids.ExitBootServicesGroup);
        _machine.Created(EventType.SignalExitBootServices, Tpl.Notify, _machine.Logging('E'));
        Signal('F', Tpl.Notify, KnownGuids.ExitBootServicesGroup);
        _machine.Created(EventType.SignalVirtualAddressChange, Tpl.Notify, _machine.Logging('v'));

        _machine.SignalGroup(KnownGuids.BeforeExitBootServicesGroup);
        _machine.SignalGroup(KnownGuids.ExitBootServicesGroup);

        Assert.Equal("BAFEDC", _machine.Log);
    }

    [Fact]
    public void VirtualAddressChange_NamesItsEventsInOrderOfCreation()
    {
        EfiEvent first = _machine.Created(EventType.SignalVirtualAddressChange, Tpl.Callback, _machine.Logging('a'));
        EfiEvent second = _machine.Created(
            EventType.NotifySignal, Tpl.Notify, _machine.Logging('b'), KnownGuids.VirtualAddressChangeGroup);
        EfiEvent closed = _machine.Created(EventType.SignalVirtualAddressChange, Tpl.Notify, _machine.Logging('c'));
        _machine.Created(EventType.NotifySignal, Tpl.Notify, _machine.Logging('d'));
        _machine.Database.Close(closed);

        Assert.Equal([first, second], _machine.Database.VirtualAddressChangeNotifications().Select(item => item.Event));
    }

    [Fact]
    public void Close_TakesTheEventOutOfQueueGroupAndTimers()
    {
        EfiEvent signal = _machine.Created(EventType.Timer | EventType.NotifySignal, Tpl.Callback, _machine.Logging('x'), Group);
        _machine.SetTimer(signal, TimerDelay.Periodic, 1);
        _machine.Raise(Tpl.Callback);
        _machine.Signal(signal);

        CloseOutcome closed = _machine.Database.Close(signal);
        _machine.Restore(Tpl.Application);
        _machine.Pass(1_000_000);
        _machine.SignalGroup(Group);

        Assert.Equal((EfiStatus.Success, MemoryType.BootServicesData, false), (closed.Status, closed.Pool, closed.HasProtocolNotifies));
        Assert.Equal("", _machine.Log);
        Assert.Null(_machine.Database.NextDue);
        Assert.Equal(0, _machine.Database.Count);
    }

    [Fact]
    public void Close_OfARegisteredEvent_SaysSo()
    {
        EfiEvent signal = Signal('x', Tpl.Callback);
        _machine.Database.MarkProtocolNotify(signal);

        Assert.True(_machine.Database.Close(signal).HasProtocolNotifies);
    }

    [Fact]
    public void Notification_CarriesEventFunctionAndContext()
    {
        GuestAddress function = _machine.Logging('x');
        EfiEvent signal = _machine.Created(EventType.NotifySignal, Tpl.Notify, function);
        _machine.Database.Signal(signal);

        Assert.True(_machine.Database.TryTakeNotification(Tpl.Application, out Notification notification));
        Assert.Equal(new Notification(signal, function, new GuestAddress(7), Tpl.Notify), notification);
        Assert.False(_machine.Database.TryTakeNotification(Tpl.Application, out _));
    }

    private EfiEvent Signal(char letter, Tpl tpl, Guid? group = null) =>
        _machine.Created(EventType.NotifySignal, tpl, _machine.Logging(letter), group);
}
