using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Events;

/// <summary>
/// Events, groups, timers and task priority levels. It runs no notification; it says which is next, and the service runs it.
/// </summary>
/// <remarks>
/// <para>UEFI 2.10 section 7.1; MdeModulePkg/Core/Dxe/Event.</para>
/// <para>
/// After each call that can queue something (Signal, SignalGroup, BeginCheck, SetTimer, AdvanceTo), and as the first
/// part of RestoreTPL, the service takes and runs notifications above its level until none is left, and then sets that
/// level with <see cref="Restore"/>. A notification may do the same, one level up.
/// </para>
/// </remarks>
internal sealed class EventDatabase
{
    // Timers are looked at by an event of firmware's own, one level below interrupts.
    private static readonly Tpl TimerCheckLevel = new(30);

    private readonly Dictionary<EfiEvent, EventRecord> _events = [];
    private readonly EventGroups _groups = new();
    private readonly LinkedList<EventRecord> _runtime = [];
    private readonly NotificationQueues _queues = new();
    private readonly TimerQueue _timers = new();
    private readonly FirmwareClock _clock = new();
    private readonly TaskPriority _priority = new();
    private readonly EventRecord _timerCheck = new(
        EfiEvent.Null,
        new EventPlan(EventType.NotifySignal, TimerCheckLevel, GuestAddress.Null, GuestAddress.Null, Group: null));

    public EventDatabase() => _groups.Join(_timerCheck);

    /// <summary>The current task priority level.</summary>
    public Tpl CurrentTpl => _priority.Current;

    /// <summary>Whether firmware lets interrupts in: below TPL_HIGH_LEVEL.</summary>
    public bool InterruptsEnabled => _priority.InterruptsEnabled;

    /// <summary>How many events exist.</summary>
    public int Count => _events.Count;

    /// <summary>
    /// Virtual time, in 100 ns, of the tick at which the next timer fires: how far time must jump when nothing else goes
    /// on. Null when no timer is armed or the timer is off.
    /// </summary>
    public ulong? NextDue => _timers.First?.Trigger is { } trigger ? _clock.TickReaching(trigger.Time) : null;

    /// <summary>Whether a value that a guest holds is an event.</summary>
    public bool Contains(EfiEvent identity) => _events.ContainsKey(identity);

    /// <summary>Checks CreateEvent or CreateEventEx; the plan names the pool from which the caller takes the event.</summary>
    /// <returns>As <see cref="EventRules.Check"/>.</returns>
    public static EfiResult<EventPlan> PlanCreate(EventRequest request) => EventRules.Check(request);

    /// <summary>Creates a planned event.</summary>
    /// <param name="identity">The address of its pool record.</param>
    /// <param name="plan">The plan.</param>
    public void Create(EfiEvent identity, EventPlan plan)
    {
        var record = new EventRecord(identity, plan);
        _events.Add(identity, record);
        if (plan.Type.HasFlag(EventType.Runtime))
        {
            _runtime.AddLast(record.RuntimeNode);
        }

        if (record.IsNotifySignal)
        {
            _groups.Join(record);
        }
    }

    /// <summary>CloseEvent: disarms, unqueues, forgets.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    public CloseOutcome Close(EfiEvent identity)
    {
        if (!_events.Remove(identity, out EventRecord? record))
        {
            return new CloseOutcome(EfiStatus.InvalidParameter, default, HasProtocolNotifies: false);
        }

        _timers.Disarm(record);
        _queues.Remove(record);
        EventGroups.Leave(record);
        record.RuntimeNode.List?.Remove(record.RuntimeNode);
        return new CloseOutcome(EfiStatus.Success, record.Plan.Pool, record.HasProtocolNotifies);
    }

    /// <summary>Notes that an event is registered for a protocol, so that closing it drops the registration.</summary>
    public void MarkProtocolNotify(EfiEvent identity) => _events[identity].HasProtocolNotifies = true;

    /// <summary>
    /// SignalEvent. Signalling an event of a group queues all members; an event that is signalled already stays as it is.
    /// </summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    public EfiStatus Signal(EfiEvent identity)
    {
        if (!_events.TryGetValue(identity, out EventRecord? record))
        {
            return EfiStatus.InvalidParameter;
        }

        Signal(record);
        return EfiStatus.Success;
    }

    /// <summary>
    /// Queues the notifications of a group's members, the newest event first, without marking them as signalled. A member
    /// that waits already moves to the end of its queue.
    /// </summary>
    /// <returns>How many members the group has.</returns>
    public int SignalGroup(Guid group)
    {
        IReadOnlyCollection<EventRecord> members = _groups.MembersOf(group);
        foreach (EventRecord member in members)
        {
            _queues.Queue(member);
        }

        return members.Count;
    }

    /// <summary>How many notifications a signal of the group would queue.</summary>
    public int MembersOf(Guid group) => _groups.MembersOf(group).Count;

    /// <summary>
    /// The functions that SetVirtualAddressMap calls: events of the type VIRTUAL_ADDRESS_CHANGE in order of creation,
    /// whatever the task priority.
    /// </summary>
    public IReadOnlyList<Notification> VirtualAddressChangeNotifications() =>
        [.. _runtime.Select(record => ToNotification(record, CurrentTpl))];

    /// <summary>The first half of CheckEvent.</summary>
    /// <returns>SUCCESS, and the signal is gone; NOT_READY; INVALID_PARAMETER for no event or one of type NOTIFY_SIGNAL.</returns>
    public CheckOutcome BeginCheck(EfiEvent identity)
    {
        if (!_events.TryGetValue(identity, out EventRecord? record) || record.IsNotifySignal)
        {
            return new CheckOutcome(EfiStatus.InvalidParameter, Queued: false);
        }

        if (record.IsSignalled || !record.IsNotifyWait)
        {
            return new CheckOutcome(CompleteCheck(identity), Queued: false);
        }

        _queues.Queue(record);
        return new CheckOutcome(EfiStatus.NotReady, Queued: true);
    }

    /// <summary>The second half of CheckEvent, after the event's function had its chance to run.</summary>
    /// <returns>SUCCESS, and the signal is gone; NOT_READY, also when the function closed the event.</returns>
    public EfiStatus CompleteCheck(EfiEvent identity)
    {
        if (!_events.TryGetValue(identity, out EventRecord? record) || !record.IsSignalled)
        {
            return EfiStatus.NotReady;
        }

        record.IsSignalled = false;
        return EfiStatus.Success;
    }

    /// <summary>
    /// Whether WaitForEvent may poll. It then checks its events in order, ends with the first status that is not
    /// NOT_READY, and signals the idle-loop group before it starts over.
    /// </summary>
    /// <param name="count">NumberOfEvents.</param>
    /// <param name="hasEvents">Whether the array is not NULL.</param>
    /// <returns>SUCCESS; UNSUPPORTED above TPL_APPLICATION; INVALID_PARAMETER for no events or no array.</returns>
    public EfiStatus CheckWait(ulong count, bool hasEvents)
    {
        if (CurrentTpl != Tpl.Application)
        {
            return EfiStatus.Unsupported;
        }

        return count == 0 || !hasEvents ? EfiStatus.InvalidParameter : EfiStatus.Success;
    }

    /// <summary>RaiseTPL. A lower level is set as well, as release builds of edk2 do.</summary>
    /// <returns>The level before.</returns>
    public Tpl Raise(Tpl level) => _priority.Raise(level);

    /// <summary>The last part of RestoreTPL, once <see cref="TryTakeNotification"/> has nothing above the level.</summary>
    public void Restore(Tpl level) => _priority.Enter(level);

    /// <summary>Shuts interrupts out, as ExitBootServices does at its end.</summary>
    public void DisableInterrupts() => _priority.DisableInterrupts();

    /// <summary>
    /// Takes the next notification above a level: the highest level first, first come first served within it. The
    /// event's signal is cleared, and the current level is the notification's.
    /// </summary>
    /// <param name="above">The level to which the service goes back.</param>
    /// <param name="notification">What to run.</param>
    /// <returns>False when nothing waits above the level.</returns>
    public bool TryTakeNotification(Tpl above, out Notification notification)
    {
        while (_queues.Take(above) is { } record)
        {
            // The event of type NOTIFY_WAIT keeps its signal: only CheckEvent takes it away.
            record.IsSignalled &= !record.IsNotifySignal;
            _priority.Enter(record.Plan.NotifyTpl);
            if (record == _timerCheck)
            {
                FireTimers();
                continue;
            }

            notification = ToNotification(record, record.Plan.NotifyTpl);
            return true;
        }

        notification = default;
        return false;
    }

    /// <summary>SetTimer.</summary>
    /// <param name="identity">The event.</param>
    /// <param name="type">Cancel, periodic or relative.</param>
    /// <param name="time">In 100 ns; 0 means at once when relative, every tick when periodic.</param>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event, one that is no timer, or another type.</returns>
    /// <remarks>Differs from edk2: a time beyond the end of the clock never comes; edk2 wraps around.</remarks>
    public EfiStatus SetTimer(EfiEvent identity, TimerDelay type, ulong time)
    {
        if (!_events.TryGetValue(identity, out EventRecord? record) || !record.IsTimer || type > TimerDelay.Relative)
        {
            return EfiStatus.InvalidParameter;
        }

        _timers.Disarm(record);
        record.Period = 0;
        if (type == TimerDelay.Cancel)
        {
            return EfiStatus.Success;
        }

        if (type == TimerDelay.Periodic)
        {
            time = time == 0 ? _clock.Period : time;
            record.Period = time;
        }

        _timers.Arm(record, Later(_clock.Now, time));
        if (time == 0)
        {
            Signal(_timerCheck);
        }

        return EfiStatus.Success;
    }

    /// <summary>
    /// Lets virtual time pass. It stops at a tick that made timers fire, so that their notifications run before the next
    /// tick: run them, then call again.
    /// </summary>
    /// <param name="virtualTime">Since power-on, in 100 ns.</param>
    /// <returns>True when the time is reached; false when something has to run first.</returns>
    /// <remarks>While interrupts are off ticks are lost but for one, as on a machine.</remarks>
    public bool AdvanceTo(ulong virtualTime)
    {
        if (!InterruptsEnabled)
        {
            _clock.PassMasked(virtualTime);
            return true;
        }

        bool blocked = CurrentTpl >= TimerCheckLevel;
        while (_clock.TickUntil(virtualTime, _timerCheck.IsSignalled ? null : _timers.First?.Trigger?.Time))
        {
            Signal(_timerCheck);
            if (!blocked)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Turns the timer off, as ExitBootServices does before it checks the map key, for good: no tick comes any more.
    /// </summary>
    /// <remarks>Only a relative timer of 0 still fires: SetTimer itself sets it off.</remarks>
    public void DisableTimer() => _clock.Stop();

    private void Signal(EventRecord record)
    {
        if (record.IsSignalled)
        {
            return;
        }

        record.IsSignalled = true;
        if (!record.IsNotifySignal)
        {
            return;
        }

        if (record.Plan.Group is { } group)
        {
            SignalGroup(group);
        }
        else
        {
            _queues.Queue(record);
        }
    }

    private void FireTimers()
    {
        while (_timers.First is { Trigger: { } trigger } record && trigger.Time <= _clock.Now)
        {
            _timers.Disarm(record);
            Signal(record);
            if (record.Period == 0)
            {
                continue;
            }

            // A timer that should have fired again already fires from now on.
            ulong next = Later(trigger.Time, record.Period);
            if (next <= _clock.Now)
            {
                next = _clock.Now;
                Signal(_timerCheck);
            }

            _timers.Arm(record, next);
        }
    }

    private static Notification ToNotification(EventRecord record, Tpl level) =>
        new(record.Event, record.Plan.Function, record.Plan.Context, level);

    private static ulong Later(ulong time, ulong delay) => delay > ulong.MaxValue - time ? ulong.MaxValue : time + delay;
}
