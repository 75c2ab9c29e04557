using EfiEmu.Firmware.Events;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Events;

/// <summary>The event database as a list of events and a list of those that wait; time passes tick by tick.</summary>
internal sealed class NaiveEvents
{
    private const ulong Tick = 100_000;
    private readonly List<Entry> _waiting = [];
    private readonly Entry _timerCheck = new() { Plan = new(EventType.NotifySignal, new Tpl(30), default, default, null) };
    private ulong _now;
    private ulong _lastTick;
    private bool _missed;
    private int _turn;

    public List<Entry> Events { get; } = [];

    public Tpl Tpl { get; private set; } = Tpl.Application;

    public bool InterruptsEnabled { get; private set; } = true;

    public void Create(EfiEvent identity, EventPlan plan) => Events.Add(new Entry { Event = identity, Plan = plan });

    public EfiStatus Close(EfiEvent identity)
    {
        _waiting.RemoveAll(entry => entry.Event == identity && entry != _timerCheck);
        return Events.RemoveAll(entry => entry.Event == identity) > 0 ? EfiStatus.Success : EfiStatus.InvalidParameter;
    }

    public EfiStatus Signal(EfiEvent identity)
    {
        if (Find(identity) is not { } entry)
        {
            return EfiStatus.InvalidParameter;
        }

        Signal(entry);
        return EfiStatus.Success;
    }

    public void SignalGroup(Guid group)
    {
        foreach (Entry member in Enumerable.Reverse(Events).Where(entry => entry.Plan.Group == group && entry.Notifies))
        {
            Queue(member);
        }
    }

    public (EfiStatus Status, bool Queued) BeginCheck(EfiEvent identity)
    {
        Entry? entry = Find(identity);
        if (entry is null || entry.Notifies)
        {
            return (EfiStatus.InvalidParameter, false);
        }

        if (!entry.Signalled && entry.Plan.Type.HasFlag(EventType.NotifyWait))
        {
            Queue(entry);
            return (EfiStatus.NotReady, true);
        }

        return (CompleteCheck(identity), false);
    }

    public EfiStatus CompleteCheck(EfiEvent identity)
    {
        Entry? entry = Find(identity);
        bool signalled = entry is { Signalled: true };
        if (signalled)
        {
            entry!.Signalled = false;
        }

        return signalled ? EfiStatus.Success : EfiStatus.NotReady;
    }

    public EfiStatus SetTimer(EfiEvent identity, TimerDelay delay, ulong time)
    {
        Entry? entry = Find(identity);
        if (entry is null || !entry.Plan.Type.HasFlag(EventType.Timer) || delay > TimerDelay.Relative)
        {
            return EfiStatus.InvalidParameter;
        }

        entry.Due = null;
        entry.Period = delay == TimerDelay.Periodic ? (time == 0 ? Tick : time) : 0;
        if (delay != TimerDelay.Cancel)
        {
            entry.Due = _now + (entry.Period > 0 ? entry.Period : time);
            entry.Turn = _turn++;
            if (delay == TimerDelay.Relative && time == 0)
            {
                Signal(_timerCheck);
            }
        }

        return EfiStatus.Success;
    }

    public bool AdvanceTo(ulong time)
    {
        while (_missed || _lastTick + Tick <= time)
        {
            if (!InterruptsEnabled)
            {
                if (_lastTick + Tick > time)
                {
                    return true;
                }

                _missed = true;
                _lastTick += Tick;
                continue;
            }

            _lastTick += _missed ? 0 : Tick;
            _missed = false;
            _now += Tick;
            if (Events.Exists(entry => entry.Due <= _now) && !_timerCheck.Signalled)
            {
                Signal(_timerCheck);
                if (Tpl.Value < 30)
                {
                    return false;
                }
            }
        }

        return true;
    }

    public (EfiEvent Event, Tpl Level)? Take(Tpl above)
    {
        while (_waiting.Where(entry => entry.Plan.NotifyTpl > above).MaxBy(entry => entry.Plan.NotifyTpl) is { } next)
        {
            _waiting.Remove(next);
            next.Signalled &= !next.Notifies;
            Enter(next.Plan.NotifyTpl);
            if (next != _timerCheck)
            {
                return (next.Event, Tpl);
            }

            Fire();
        }

        return null;
    }

    public void Raise(Tpl level)
    {
        InterruptsEnabled &= level < Tpl.High || Tpl >= Tpl.High;
        Tpl = level;
    }

    public void Enter(Tpl level)
    {
        Tpl = level;
        InterruptsEnabled |= level < Tpl.High;
    }

    private void Fire()
    {
        while (Events.Where(entry => entry.Due <= _now).OrderBy(entry => entry.Due).ThenBy(entry => entry.Turn).FirstOrDefault() is { } due)
        {
            ulong next = due.Due!.Value + due.Period;
            due.Due = null;
            Signal(due);
            if (due.Period > 0)
            {
                due.Due = Math.Max(next, _now);
                due.Turn = _turn++;
                if (next <= _now)
                {
                    Signal(_timerCheck);
                }
            }
        }
    }

    private void Signal(Entry entry)
    {
        if (entry.Signalled)
        {
            return;
        }

        entry.Signalled = true;
        if (entry.Notifies && entry.Plan.Group is { } group)
        {
            SignalGroup(group);
        }
        else if (entry.Notifies)
        {
            Queue(entry);
        }
    }

    private void Queue(Entry entry)
    {
        _waiting.Remove(entry);
        _waiting.Add(entry);
    }

    private Entry? Find(EfiEvent identity) => Events.Find(entry => entry.Event == identity);

    internal sealed class Entry
    {
        public EfiEvent Event { get; init; }

        public EventPlan Plan { get; init; }

        public bool Signalled { get; set; }

        public ulong? Due { get; set; }

        public ulong Period { get; set; }

        public int Turn { get; set; }

        public bool Notifies => Plan.Type.HasFlag(EventType.NotifySignal);
    }
}
