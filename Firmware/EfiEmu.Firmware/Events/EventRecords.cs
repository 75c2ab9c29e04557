using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Events;

/// <summary>The arguments of CreateEventEx.</summary>
/// <param name="Type">Its kind, as the guest gave it.</param>
/// <param name="NotifyTpl">The level of its notification.</param>
/// <param name="Function">The guest address of its notification; NULL for none.</param>
/// <param name="Context">The second argument of the notification.</param>
/// <param name="Group">The event group; null where the guest passed NULL or called CreateEvent.</param>
internal readonly record struct EventRequest(
    EventType Type, Tpl NotifyTpl, GuestAddress Function, GuestAddress Context, Guid? Group = null);

/// <summary>An event that may be created: what <see cref="EventDatabase.PlanCreate"/> made of a request.</summary>
/// <param name="Type">The kind that it has in the end: groups with a legacy type turn into it.</param>
/// <param name="NotifyTpl">The level of its notification; 0 for none.</param>
/// <param name="Function">Its notification.</param>
/// <param name="Context">The argument of the notification.</param>
/// <param name="Group">Its group, or null.</param>
internal readonly record struct EventPlan(
    EventType Type, Tpl NotifyTpl, GuestAddress Function, GuestAddress Context, Guid? Group)
{
    /// <summary>Pool bytes of an event.</summary>
    /// <remarks>
    /// Our reconstruction from the fields of MdeModulePkg/Core/Dxe/Event/Event.h with 8-byte pointers: signature, type
    /// and count, link, level, function, context, GUID, link, flags, the runtime entry (56 bytes), the timer (32 bytes).
    /// </remarks>
    public const ulong RecordSize = 0xB8;

    /// <summary>The pool that holds it: runtime events outlive boot services.</summary>
    public MemoryType Pool =>
        Type.HasFlag(EventType.Runtime) ? MemoryType.RuntimeServicesData : MemoryType.BootServicesData;
}

/// <summary>A notification function to run now.</summary>
/// <param name="Event">Its first argument.</param>
/// <param name="Function">Where it is.</param>
/// <param name="Context">Its second argument.</param>
/// <param name="Level">The level at which it runs; the database is at that level already.</param>
internal readonly record struct Notification(EfiEvent Event, GuestAddress Function, GuestAddress Context, Tpl Level);

/// <summary>What the first half of CheckEvent comes to.</summary>
/// <param name="Status">The result, unless a notification was queued.</param>
/// <param name="Queued">
/// Whether the event's function was queued: run what the level lets run, then <see cref="EventDatabase.CompleteCheck"/>.
/// </param>
internal readonly record struct CheckOutcome(EfiStatus Status, bool Queued);

/// <summary>What CloseEvent comes to.</summary>
/// <param name="Status">What the guest gets.</param>
/// <param name="Pool">The pool that held it.</param>
/// <param name="HasProtocolNotifies">Whether its protocol registrations must be dropped.</param>
internal readonly record struct CloseOutcome(EfiStatus Status, MemoryType Pool, bool HasProtocolNotifies);

/// <summary>An event.</summary>
internal sealed class EventRecord
{
    public EventRecord(EfiEvent identity, EventPlan plan)
    {
        Event = identity;
        Plan = plan;
        QueueNode = new LinkedListNode<EventRecord>(this);
        GroupNode = new LinkedListNode<EventRecord>(this);
        RuntimeNode = new LinkedListNode<EventRecord>(this);
    }

    public EfiEvent Event { get; }

    public EventPlan Plan { get; }

    public bool IsSignalled { get; set; }

    public bool HasProtocolNotifies { get; set; }

    /// <summary>When the timer fires, in 100 ns of firmware's time, and its turn among equals; null when it is not armed.</summary>
    public (ulong Time, ulong Turn)? Trigger { get; set; }

    /// <summary>100 ns between firings; 0 fires once.</summary>
    public ulong Period { get; set; }

    /// <summary>In the queue of its level while its notification waits.</summary>
    public LinkedListNode<EventRecord> QueueNode { get; }

    /// <summary>In its group; events without a group share the group of the zero GUID.</summary>
    public LinkedListNode<EventRecord> GroupNode { get; }

    /// <summary>Among the runtime events.</summary>
    public LinkedListNode<EventRecord> RuntimeNode { get; }

    public bool IsNotifySignal => Plan.Type.HasFlag(EventType.NotifySignal);

    public bool IsNotifyWait => Plan.Type.HasFlag(EventType.NotifyWait);

    public bool IsTimer => Plan.Type.HasFlag(EventType.Timer);
}
