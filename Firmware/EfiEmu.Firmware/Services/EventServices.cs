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
    EventDatabase database, PoolAllocator pool, MapChanges changes, GuestProcessor processor, Machine machine, BootRecorder recorder)
    : IInterruptSource
{
    private const ulong InterruptFlag = 1 << 9;
    private const ulong NanosecondsPerUnit = 100;

    // Interrupts come at most this often, so that a due timer which is masked does not stop the processor at every instruction.
    private const ulong ShortestStretch = 10_000;

    /// <summary>Drops the protocol registrations of a closed event; set once, when the protocol services exist.</summary>
    public Action<EfiEvent>? Unregister { get; set; }

    /// <summary>The current task priority.</summary>
    public Tpl CurrentTpl => database.CurrentTpl;

    /// <inheritdoc/>
    public ulong InstructionsUntilDue
    {
        get
        {
            if (database.NextDue is not { } due)
            {
                return ulong.MaxValue;
            }

            ulong now = Now();
            return due <= now
                ? ShortestStretch
                : Math.Max(ShortestStretch, (due - now) * NanosecondsPerUnit / VirtualClock.NanosecondsPerInstruction);
        }
    }

    private bool GuestAllowsInterrupts => (machine.Rflags & InterruptFlag) != 0;

    /// <summary>Whether a value that a guest holds is an event.</summary>
    public bool Exists(EfiEvent identity) => database.Contains(identity);

    /// <inheritdoc/>
    public void Poll()
    {
        if (GuestAllowsInterrupts && database.NextDue is { } due && due <= Now())
        {
            VectorState vectors = machine.SaveVectors();
            Advance();
            machine.RestoreVectors(vectors);
        }
    }

    /// <inheritdoc/>
    public bool SleepUntilDue()
    {
        if (!GuestAllowsInterrupts || !Idle())
        {
            return false;
        }

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

    /// <summary>Waits for the first event of a list; virtual time jumps while nothing happens.</summary>
    /// <param name="waitedFor">The events, in order.</param>
    /// <param name="index">The event that ended the wait, also where its status is an error.</param>
    public EfiStatus WaitForEvent(IReadOnlyList<EfiEvent> waitedFor, out int index)
    {
        while (true)
        {
            for (index = 0; index < waitedFor.Count; index++)
            {
                EfiStatus status = CheckEvent(waitedFor[index]);
                if (status != EfiStatus.NotReady)
                {
                    return status;
                }
            }

            database.SignalGroup(KnownGuids.IdleLoopGroup);
            DispatchPending();
            if (!Idle())
            {
                throw new BootStoppedException(BootEnd.Budget, "the guest waits for events that nothing will ever signal");
            }

            Advance();
        }
    }

    public EfiStatus SetTimer(EfiEvent timer, uint delay, ulong triggerTime)
    {
        Advance();
        EfiStatus status = database.SetTimer(timer, (TimerDelay)delay, triggerTime);
        DispatchPending();
        return status;
    }

    /// <summary>Turns the timer interrupt off, for good.</summary>
    public void DisableTimer() => database.DisableTimer();

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
    }

    private ulong Now() => machine.Clock.Nanoseconds / NanosecondsPerUnit;

    private bool Idle()
    {
        if (database.NextDue is not { } due)
        {
            return false;
        }

        ulong now = Now();
        if (due > now)
        {
            machine.Clock.SkipIdle((due - now) * NanosecondsPerUnit);
        }

        return true;
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
