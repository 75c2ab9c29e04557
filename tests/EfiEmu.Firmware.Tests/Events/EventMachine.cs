using EfiEmu.Firmware.Events;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Events;

/// <summary>The event services in small: notification functions are C#, and run when the database says so.</summary>
internal sealed class EventMachine
{
    private readonly Dictionary<GuestAddress, Action<EfiEvent>> _functions = [];
    private ulong _nextEvent = 0x7E100018;
    private ulong _time;

    public EventDatabase Database { get; } = new();

    /// <summary>What <see cref="Logging"/> functions wrote.</summary>
    public string Log { get; private set; } = "";

    public Tpl Tpl => Database.CurrentTpl;

    public GuestAddress Function(Action<EfiEvent> body)
    {
        var address = new GuestAddress(0x1000UL + (ulong)_functions.Count);
        _functions.Add(address, body);
        return address;
    }

    public GuestAddress Logging(char letter) => Function(_ => Log += letter);

    public EfiResult<EfiEvent> Create(EventType type, Tpl tpl = default, GuestAddress function = default, Guid? group = null)
    {
        EfiResult<EventPlan> plan = EventDatabase.PlanCreate(new EventRequest(type, tpl, function, new GuestAddress(7), group));
        if (!plan.Succeeded)
        {
            return plan.Status;
        }

        var identity = new EfiEvent(_nextEvent += 0x100);
        Database.Create(identity, plan.Value);
        return identity;
    }

    public EfiEvent Created(EventType type, Tpl tpl = default, GuestAddress function = default, Guid? group = null)
    {
        EfiResult<EfiEvent> created = Create(type, tpl, function, group);
        return created.Succeeded ? created.Value : throw new InvalidOperationException(created.Status.ToString());
    }

    public EfiStatus Signal(EfiEvent signalled)
    {
        EfiStatus status = Database.Signal(signalled);
        Dispatch(Tpl);
        return status;
    }

    public void SignalGroup(Guid group)
    {
        Database.SignalGroup(group);
        Dispatch(Tpl);
    }

    public EfiStatus Check(EfiEvent identity)
    {
        CheckOutcome outcome = Database.BeginCheck(identity);
        if (!outcome.Queued)
        {
            return outcome.Status;
        }

        Dispatch(Tpl);
        return Database.CompleteCheck(identity);
    }

    public (EfiStatus Status, int? Index) Wait(params EfiEvent[] events)
    {
        EfiStatus allowed = Database.CheckWait((ulong)events.Length, hasEvents: true);
        while (!allowed.IsError)
        {
            for (int index = 0; index < events.Length; index++)
            {
                EfiStatus status = Check(events[index]);
                if (status != EfiStatus.NotReady)
                {
                    return (status, index);
                }
            }

            SignalGroup(KnownGuids.IdleLoopGroup);
            if (Database.NextDue is { } due)
            {
                AdvanceTo(due);
            }
        }

        return (allowed, null);
    }

    public EfiStatus SetTimer(EfiEvent timer, TimerDelay delay, ulong time)
    {
        EfiStatus status = Database.SetTimer(timer, delay, time);
        Dispatch(Tpl);
        return status;
    }

    public void AdvanceTo(ulong time)
    {
        _time = time;
        while (!Database.AdvanceTo(_time))
        {
            Dispatch(Tpl);
        }
    }

    public void Pass(ulong time) => AdvanceTo(_time + time);

    public Tpl Raise(Tpl level) => Database.Raise(level);

    public void Restore(Tpl level) => Dispatch(level);

    private void Dispatch(Tpl level)
    {
        while (Database.TryTakeNotification(level, out Notification notification))
        {
            _functions[notification.Function](notification.Event);
        }

        Database.Restore(level);
    }
}
