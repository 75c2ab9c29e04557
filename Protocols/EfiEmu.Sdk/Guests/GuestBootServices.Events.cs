namespace EfiEmu.Sdk;

/// <content>UEFI 2.10 section 7.1.</content>
public sealed partial class GuestBootServices
{
    // EFI_TIMER_DELAY counts in units of 100 nanoseconds.
    private const long NanosecondsPerUnit = 100;

    /// <summary>RaiseTPL.</summary>
    /// <returns>The level before.</returns>
    public Tpl RaiseTpl(Tpl level) => new(Call(BootServicesTable.RaiseTpl, level.Value));

    /// <summary>RestoreTPL.</summary>
    public void RestoreTpl(Tpl level) => Call(BootServicesTable.RestoreTpl, level.Value);

    /// <summary>Raises the task priority until the scope ends.</summary>
    public TplScope EnterTpl(Tpl level) => new(this, RaiseTpl(level));

    /// <summary>CreateEvent, or CreateEventEx where a group is given.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="notifyTpl">The level of its notification.</param>
    /// <param name="notifyFunction">A guest address, called with (Event, Context); NULL where the type has no notification.</param>
    /// <param name="context">The second argument of the notification.</param>
    /// <param name="group">The event group.</param>
    /// <returns>The event. INVALID_PARAMETER for a type, level or function that the specification forbids; OUT_OF_RESOURCES.</returns>
    public EfiResult<EfiEvent> CreateEvent(
        EventType type, Tpl notifyTpl = default, GuestAddress notifyFunction = default, GuestAddress context = default, Guid? group = null)
    {
        using var stack = new StackScope(_guest);
        GuestAddress created = stack.Place(0UL);
        EfiStatus status = group is { } guid
            ? CallStatus(
                BootServicesTable.CreateEventEx,
                (ulong)type, notifyTpl.Value, notifyFunction.Value, context.Value, stack.Place(guid).Value, created.Value)
            : CallStatus(
                BootServicesTable.CreateEvent, (ulong)type, notifyTpl.Value, notifyFunction.Value, context.Value, created.Value);
        return new EfiResult<EfiEvent>(status, new EfiEvent(Memory.ReadUInt64(created)));
    }

    /// <summary>Creates an event that runs C# when it is signalled.</summary>
    /// <param name="notify">What runs, at <paramref name="notifyTpl"/>.</param>
    /// <param name="notifyTpl">TPL_CALLBACK or TPL_NOTIFY.</param>
    /// <param name="group">The event group, or null for an event that only this guest signals.</param>
    /// <param name="type">Bits beside NOTIFY_SIGNAL: <see cref="EventType.Timer"/> for a timer.</param>
    /// <returns>The subscription, which closes the event where its scope ends; as <see cref="CreateEvent"/> otherwise.</returns>
    public EfiResult<EventSubscription> Subscribe(Action notify, Tpl notifyTpl, Guid? group = null, EventType type = EventType.None)
    {
        ArgumentNullException.ThrowIfNull(notify);
        var signature = new FunctionSignature("guest", "Notify", new("Event"), new("Context", ParameterKind.Pointer)) { ReturnsStatus = false };
        GuestAddress function = _guest.CreateFunction(signature, _ =>
        {
            notify();
            return 0;
        });
        EfiResult<EfiEvent> created = CreateEvent(type | EventType.NotifySignal, notifyTpl, function, GuestAddress.Null, group);
        return created.TryGet(out EfiEvent identity) ? new EventSubscription(this, identity) : created.Status;
    }

    /// <summary>SetTimer.</summary>
    /// <param name="timer">An event of type <see cref="EventType.Timer"/>.</param>
    /// <param name="delay">Once, periodically, or never again.</param>
    /// <param name="trigger">When; the service counts in units of 100 ns.</param>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event, one without a timer, or an unknown delay.</returns>
    public EfiStatus SetTimer(EfiEvent timer, TimerDelay delay, TimeSpan trigger) =>
        CallStatus(BootServicesTable.SetTimer, timer.Value, (ulong)delay, (ulong)(trigger.Ticks * TimeSpan.NanosecondsPerTick / NanosecondsPerUnit));

    /// <summary>SignalEvent.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    public EfiStatus SignalEvent(EfiEvent signalled) => CallStatus(BootServicesTable.SignalEvent, signalled.Value);

    /// <summary>CloseEvent.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    public EfiStatus CloseEvent(EfiEvent closed) => CallStatus(BootServicesTable.CloseEvent, closed.Value);

    /// <summary>CheckEvent.</summary>
    /// <returns>SUCCESS when it was signalled, which clears it; NOT_READY; INVALID_PARAMETER.</returns>
    public EfiStatus CheckEvent(EfiEvent checkedEvent) => CallStatus(BootServicesTable.CheckEvent, checkedEvent.Value);

    /// <summary>WaitForEvent.</summary>
    /// <returns>The index of the event that was signalled; INVALID_PARAMETER; UNSUPPORTED above TPL_APPLICATION.</returns>
    public EfiResult<int> WaitForEvent(params ReadOnlySpan<EfiEvent> events)
    {
        using var stack = new StackScope(_guest);
        GuestAddress index = stack.Place(0UL);
        GuestAddress list = stack.Reserve(8 * (ulong)events.Length);
        for (int i = 0; i < events.Length; i++)
        {
            Memory.WriteUInt64(list + (8 * (ulong)i), events[i].Value);
        }

        EfiStatus status = CallStatus(BootServicesTable.WaitForEvent, (ulong)events.Length, list.Value, index.Value);
        return new EfiResult<int>(status, (int)Memory.ReadUInt64(index));
    }
}
