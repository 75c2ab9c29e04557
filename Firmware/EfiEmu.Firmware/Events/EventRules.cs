using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Events;

/// <summary>Which events may be created.</summary>
/// <remarks>UEFI 2.10 sections 7.1.1 and 7.1.2; MdeModulePkg/Core/Dxe/Event/Event.c.</remarks>
internal static class EventRules
{
    /// <summary>Checks a request; a NULL pointer for the event is the caller's to refuse.</summary>
    /// <returns>
    /// What to create. INVALID_PARAMETER for a type that is none of the eight that firmware knows; a legacy type together
    /// with a group; a notification without function, or at a level other than CALLBACK and NOTIFY.
    /// </returns>
    public static EfiResult<EventPlan> Check(EventRequest request)
    {
        if (!IsKnown(request.Type) || (request.Group is not null && IsLegacy(request.Type)))
        {
            return EfiStatus.InvalidParameter;
        }

        EventPlan plan = Resolve(request);
        if ((plan.Type & (EventType.NotifySignal | EventType.NotifyWait)) == 0)
        {
            return plan with { NotifyTpl = default, Function = GuestAddress.Null, Context = GuestAddress.Null };
        }

        bool runnable = !plan.Function.IsNull && (plan.NotifyTpl == Tpl.Callback || plan.NotifyTpl == Tpl.Notify);
        return runnable ? plan : EfiStatus.InvalidParameter;
    }

    private static bool IsKnown(EventType type) => type switch
    {
        EventType.None or EventType.Timer or EventType.NotifyWait or EventType.NotifySignal => true,
        EventType.Timer | EventType.NotifyWait or EventType.Timer | EventType.NotifySignal => true,
        EventType.SignalExitBootServices or EventType.SignalVirtualAddressChange => true,
        _ => false,
    };

    private static bool IsLegacy(EventType type) =>
        type is EventType.SignalExitBootServices or EventType.SignalVirtualAddressChange;

    // Groups that had a type of their own before groups existed take that type, and the types take their group.
    private static EventPlan Resolve(EventRequest request)
    {
        EventType type = request.Type;
        Guid? group = request.Group;
        if (group == KnownGuids.ExitBootServicesGroup)
        {
            type = EventType.SignalExitBootServices;
        }
        else if (group == KnownGuids.VirtualAddressChangeGroup)
        {
            type = EventType.SignalVirtualAddressChange;
        }
        else if (type == EventType.SignalExitBootServices)
        {
            group = KnownGuids.ExitBootServicesGroup;
        }
        else if (type == EventType.SignalVirtualAddressChange)
        {
            group = KnownGuids.VirtualAddressChangeGroup;
        }

        return new EventPlan(type, request.NotifyTpl, request.Function, request.Context, group);
    }
}
