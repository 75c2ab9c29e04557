using EfiEmu.Firmware.Events;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The event, timer and task priority services as guests call them.</summary>
/// <remarks>UEFI 2.10 section 7.1; MdeModulePkg/Core/Dxe/Event.</remarks>
internal sealed class EventAbi(EventServices services, IGuestMemory memory)
{
    // More events than this in one wait is a wild count, not a list.
    private const ulong LongestWaitList = 1 << 20;

    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(24, new("bs", "RaiseTPL", new Parameter("NewTpl")) { ReturnsStatus = false }, RaiseTpl),
        new(32, new("bs", "RestoreTPL", new Parameter("OldTpl")) { ReturnsStatus = false }, RestoreTpl),
        new(80, new("bs", "CreateEvent", new("Type"), new("NotifyTpl"), new("NotifyFunction", Pointer), new("NotifyContext", Pointer), new("Event", Out)), CreateEvent),
        new(88, new("bs", "SetTimer", new("Event"), new("Type"), new("TriggerTime")), SetTimer),
        new(96, new("bs", "WaitForEvent", new("NumberOfEvents"), new("Event", Pointer), new("Index", Out)), WaitForEvent),
        new(104, new("bs", "SignalEvent", new Parameter("Event")), c => services.SignalEvent(new EfiEvent(c[0])).Value),
        new(112, new("bs", "CloseEvent", new Parameter("Event")), c => services.CloseEvent(new EfiEvent(c[0])).Value),
        new(120, new("bs", "CheckEvent", new Parameter("Event")), c => services.CheckEvent(new EfiEvent(c[0])).Value),
        new(368, new("bs", "CreateEventEx", new("Type"), new("NotifyTpl"), new("NotifyFunction", Pointer), new("NotifyContext", Pointer), new("EventGroup", ParameterKind.Guid), new("Event", Out)), CreateEventEx),
    ];

    private ulong RaiseTpl(IGuestCall call) => services.RaiseTpl(new Tpl(call[0])).Value;

    private ulong RestoreTpl(IGuestCall call)
    {
        services.RestoreTpl(new Tpl(call[0]));
        return 0;
    }

    private ulong CreateEvent(IGuestCall call) => Create(call, group: null, new GuestAddress(call[4]));

    private ulong CreateEventEx(IGuestCall call) =>
        Create(call, call[4] == 0 ? null : memory.ReadGuid(new GuestAddress(call[4])), new GuestAddress(call[5]));

    private ulong Create(IGuestCall call, Guid? group, GuestAddress output)
    {
        if (output.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        EfiResult<EfiEvent> result = services.CreateEvent(new EventRequest(
            (EventType)(uint)call[0], new Tpl(call[1]), new GuestAddress(call[2]), new GuestAddress(call[3]), group));
        if (result.TryGet(out EfiEvent created))
        {
            memory.WriteUInt64(output, created.Value);
        }

        return result.Status.Value;
    }

    private ulong SetTimer(IGuestCall call) => services.SetTimer(new EfiEvent(call[0]), (uint)call[1], call[2]).Value;

    /// <summary>EFI_BOOT_SERVICES.WaitForEvent().</summary>
    /// <remarks>The task priority is looked at before the arguments; Index may be NULL (CoreWaitForEvent).</remarks>
    private ulong WaitForEvent(IGuestCall call)
    {
        var list = new GuestAddress(call[1]);
        EfiStatus allowed = services.CheckWait(call[0], hasEvents: !list.IsNull);
        if (allowed.IsError)
        {
            return allowed.Value;
        }

        if (call[0] > LongestWaitList)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        var events = new EfiEvent[call[0]];
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = new EfiEvent(memory.ReadUInt64(list + (8UL * (ulong)i)));
        }

        EfiStatus status = services.WaitForEvent(events, out int index);
        if (call[2] != 0)
        {
            memory.WriteUInt64(new GuestAddress(call[2]), (ulong)index);
        }

        return status.Value;
    }
}
