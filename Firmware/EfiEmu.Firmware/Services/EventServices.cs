using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>Events, timers and task priorities: what the event database says must happen, made to happen.</summary>
/// <remarks>UEFI 2.10 section 7.1; MdeModulePkg/Core/Dxe/Event. The database documents each status.</remarks>
internal sealed class EventServices(
    EventDatabase database,
    PoolAllocator pool,
    MapChanges changes,
    GuestProcessor processor,
    Machine machine,
    Watchdog watchdog,
    CapturedConsole console,
    BootRecorder recorder)
    : IInterruptSource
{
    private const string NobodyTypes = "the guest waits for a key, and nobody types";
    private const ulong InterruptFlag = 1 << 9;
    private const ulong NanosecondsPerUnit = 100;

    // The period of firmware's timer: how long a poll of an idle guest takes.
    private const ulong TickNanoseconds = 10_000_000;

    // A guest that has slept for an hour will sleep for ever; each tick of it costs the host.
    private const ulong LongestSleep = 3600UL * 1_000_000_000;

    // Interrupts come at most this often, so that a due timer which is masked does not stop the processor at every instruction.
    private const ulong ShortestStretch = 10_000;

    private readonly KeyPolls _polls = new(machine, recorder);
    private ulong _slept;
    private bool _isWaiting;
    private bool _awaitsKey;

    /// <summary>Drops the protocol registrations of a closed event; set once, when the protocol services exist.</summary>
    public Action<EfiEvent>? Unregister { get; set; }

    /// <summary>The current task priority.</summary>
    public Tpl CurrentTpl => database.CurrentTpl;

    /// <inheritdoc/>
    public ulong InstructionsUntilDue
    {
        get
        {
            if (NextDue is not { } due)
            {
                return ulong.MaxValue;
            }

            ulong now = Now();
            return due <= now
                ? ShortestStretch
                : Math.Max(ShortestStretch, (due - now) * NanosecondsPerUnit / VirtualClock.NanosecondsPerInstruction);
        }
    }

    private ulong? NextDue
    {
        get
        {
            ulong? timer = database.NextDue;
            ulong? reset = watchdog.Deadline / NanosecondsPerUnit;
            return timer is null || reset < timer ? reset : timer;
        }
    }

    private bool GuestAllowsInterrupts => (machine.Rflags & InterruptFlag) != 0;

    /// <summary>Whether a value that a guest holds is an event.</summary>
    public bool Exists(EfiEvent identity) => database.Contains(identity);

    /// <inheritdoc/>
    public void Poll()
    {
        if (GuestAllowsInterrupts && NextDue is { } due && due <= Now())
        {
            VectorState vectors = machine.SaveVectors();
            Advance();
            machine.RestoreVectors(vectors);
        }
    }

    /// <inheritdoc/>
    public bool SleepUntilDue()
    {
        if (!GuestAllowsInterrupts || NextDue is not { } due)
        {
            return false;
        }

        SkipTo(due);
        Poll();
        return true;
    }

    public Tpl RaiseTpl(Tpl level)
    {
        Tpl before = database.Raise(level);
        SetInterruptFlag();
        return before;
    }

    /// <summary>Lowers the priority; what waited for it runs now, the highest level first.</summary>
    public void RestoreTpl(Tpl level)
    {
        while (database.TryTakeNotification(level, out Notification next))
        {
            SetInterruptFlag();
            processor.Call(next.Function, next.Event.Value, next.Context.Value);
        }

        database.Restore(level);
        SetInterruptFlag();
    }

    /// <summary>Runs what waits above the current priority: what firmware does whenever it releases one of its locks.</summary>
    public void DispatchPending() => RestoreTpl(database.CurrentTpl);

    public EfiResult<EfiEvent> CreateEvent(EventRequest request)
    {
        EfiResult<EventPlan> plan = EventDatabase.PlanCreate(request);
        if (!plan.Succeeded)
        {
            return plan.Status;
        }

        EfiResult<GuestAddress> record = pool.AllocatePool(plan.Value.Pool, EventPlan.RecordSize);
        if (record.Succeeded)
        {
            database.Create(new EfiEvent(record.Value.Value), plan.Value);
        }

        Release();
        return new EfiResult<EfiEvent>(record.Status, new EfiEvent(record.Value.Value));
    }

    public EfiStatus CloseEvent(EfiEvent closed)
    {
        CloseOutcome outcome = database.Close(closed);
        if (!outcome.Status.IsError)
        {
            if (outcome.HasProtocolNotifies)
            {
                Unregister?.Invoke(closed);
            }

            pool.FreePool(new GuestAddress(closed.Value));
        }

        Release();
        return outcome.Status;
    }

    public EfiStatus SignalEvent(EfiEvent signalled)
    {
        EfiStatus status = database.Signal(signalled);
        DispatchPending();
        return status;
    }

    /// <summary>Signals a group as firmware itself does.</summary>
    /// <param name="group">The group.</param>
    /// <param name="always">Whether the report says so also when nobody belongs to the group.</param>
    public void SignalGroup(Guid group, bool always = false)
    {
        int members = database.SignalGroup(group);
        if (always || members > 0)
        {
            recorder.Add(new EventGroupSignalled(group, members));
        }

        DispatchPending();
    }

    /// <summary>Notes that an event is registered for a protocol.</summary>
    public void MarkProtocolNotify(EfiEvent registered) => database.MarkProtocolNotify(registered);

    public EfiStatus CheckEvent(EfiEvent checkedEvent)
    {
        Advance();
        CheckOutcome outcome = database.BeginCheck(checkedEvent);
        if (!outcome.Queued)
        {
            return outcome.Status;
        }

        DispatchPending();
        return database.CompleteCheck(checkedEvent);
    }

    /// <summary>Whether a wait may begin, before any event is looked at.</summary>
    public EfiStatus CheckWait(ulong count, bool hasEvents) => database.CheckWait(count, hasEvents);

    /// <summary>Waits for the first event of a list; virtual time jumps while nothing happens.</summary>
    /// <param name="waitedFor">The events, in order.</param>
    /// <param name="index">The event that ended the wait, also where its status is an error.</param>
    public EfiStatus WaitForEvent(IReadOnlyList<EfiEvent> waitedFor, out int index)
    {
        while (true)
        {
            ulong retired = machine.InstructionsRetired;
            _isWaiting = true;
            for (index = 0; index < waitedFor.Count; index++)
            {
                EfiStatus status = CheckEvent(waitedFor[index]);
                if (status != EfiStatus.NotReady)
                {
                    _isWaiting = false;
                    _awaitsKey = false;
                    return status;
                }
            }

            _isWaiting = false;

            database.SignalGroup(KnownGuids.IdleLoopGroup);
            DispatchPending();
            Idle(guestRan: machine.InstructionsRetired != retired);
            Advance();
        }
    }

    /// <summary>Somebody looked for a key and found none: lets time pass for a guest that does nothing else, and Enter be pressed at last.</summary>
    public void KeyMissed()
    {
        if (_isWaiting)
        {
            _awaitsKey = true;
            return;
        }

        if (!_polls.IsIdle())
        {
            return;
        }

        // Timers that are due by then notify when the guest runs on.
        Skip(TickNanoseconds);
        if (!_polls.IsPatienceOver)
        {
            return;
        }

        if (PressEnter())
        {
            _polls.Forget();
        }
        else if (watchdog.Deadline is null || !GuestAllowsInterrupts)
        {
            throw new BootStoppedException(BootEnd.WaitsForInput, NobodyTypes);
        }
    }

    /// <summary>Lets virtual time pass while the guest sleeps.</summary>
    public void Skip(ulong nanoseconds)
    {
        _slept += Math.Min(nanoseconds, LongestSleep);
        if (_slept > LongestSleep)
        {
            throw _awaitsKey
                ? new BootStoppedException(BootEnd.WaitsForInput, $"{NobodyTypes} for an hour of virtual time")
                : new BootStoppedException(BootEnd.Budget, "the guest slept for an hour of virtual time");
        }

        machine.Clock.SkipIdle(nanoseconds);
    }

    /// <summary>Lets virtual time pass while the guest runs in place; each timer notifies at the moment that it is due.</summary>
    public void Stall(ulong nanoseconds)
    {
        ulong end = machine.Clock.Nanoseconds + nanoseconds;
        for (ulong from = 0; NextDue is { } due && due > from && due < end / NanosecondsPerUnit; from = due)
        {
            SkipTo(due);
            Advance();
        }

        ulong now = machine.Clock.Nanoseconds;
        Skip(end > now ? end - now : 0);
        Advance();
    }

    public EfiStatus SetTimer(EfiEvent timer, uint delay, ulong triggerTime)
    {
        Advance();
        EfiStatus status = database.SetTimer(timer, (TimerDelay)delay, triggerTime);
        DispatchPending();
        return status;
    }

    /// <summary>Turns the timer interrupt off, for good.</summary>
    public void DisableTimer()
    {
        database.DisableTimer();
        watchdog.Arm(0);
    }

    /// <summary>Masks interrupts, as ExitBootServices leaves them.</summary>
    public void DisableInterrupts()
    {
        database.DisableInterrupts();
        SetInterruptFlag();
    }

    /// <summary>Lets timers expire that virtual time has reached.</summary>
    public void Advance()
    {
        ulong now = Now();
        while (!database.AdvanceTo(now))
        {
            DispatchPending();
        }

        DispatchPending();
        watchdog.Check();
    }

    private ulong Now() => machine.Clock.Nanoseconds / NanosecondsPerUnit;

    // Nothing that is waited for has happened: what happens next? A timer; a poll of the guest's own function, a tick later;
    // a key, pressed for a guest that waits for nothing else; at last the watchdog.
    private void Idle(bool guestRan)
    {
        if (database.NextDue is { } due)
        {
            SkipTo(due);
        }
        else if (guestRan)
        {
            Skip(TickNanoseconds);
        }
        else if (PressEnter())
        {
            // The guest's next look finds it.
        }
        else if (watchdog.Deadline is { } deadline)
        {
            SkipTo((deadline / NanosecondsPerUnit) + 1);
        }
        else if (_awaitsKey)
        {
            throw new BootStoppedException(BootEnd.WaitsForInput, NobodyTypes);
        }
        else
        {
            throw new BootStoppedException(BootEnd.Budget, "the guest waits for events that nothing will ever signal");
        }
    }

    private bool PressEnter()
    {
        bool pressed = console.PressEnter();
        if (pressed)
        {
            recorder.Add(new Remark("the guest waits for a key; nobody types, so Enter is pressed for it"));
        }

        return pressed;
    }

    private void SkipTo(ulong due)
    {
        ulong now = Now();
        if (due > now)
        {
            Skip((due - now) * NanosecondsPerUnit);
        }
    }

    private void Release()
    {
        changes.Publish();
        DispatchPending();
    }

    private void SetInterruptFlag() => machine.Rflags = database.InterruptsEnabled
        ? machine.Rflags | InterruptFlag
        : machine.Rflags & ~InterruptFlag;
}
