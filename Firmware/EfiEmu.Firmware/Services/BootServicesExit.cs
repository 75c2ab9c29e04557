using EfiEmu.Firmware.Memory;
using EfiEmu.Firmware.Tables;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>ExitBootServices, in edk2's exact order.</summary>
/// <remarks>
/// UEFI 2.10 section 7.4.6; MdeModulePkg/Core/Dxe/DxeMain/DxeMain.c, CoreExitBootServices. ImageHandle is never looked at.
/// Differs from the specification: BEFORE_EXIT_BOOT_SERVICES is signalled by every call in the era of
/// <see cref="BeforeExitSignal.EveryCall"/>; after a failed call no timer ever fires again, and every boot service still works.
/// </remarks>
internal sealed class BootServicesExit(
    FirmwareProfile profile,
    MemoryDatabase memory,
    MapChanges changes,
    EventServices events,
    SystemTables tables,
    ExitObserver observer)
{
    private int _calls;

    /// <summary>True once a call succeeded.</summary>
    public bool Succeeded { get; private set; }

    /// <summary>Runs when boot services are left: the variable store goes over to run time.</summary>
    public Action? Exited { get; set; }

    /// <summary>Leaves boot services, or says why not.</summary>
    /// <returns>
    /// SUCCESS; INVALID_PARAMETER when the key is not the current one, also because the handlers of this very call moved it.
    /// </returns>
    public EfiStatus Exit(ulong mapKey)
    {
        _calls++;
        observer.AttemptStarted(_calls);
        if (SignalsBeforeExit())
        {
            events.SignalGroup(KnownGuids.BeforeExitBootServicesGroup, always: true);
        }

        events.DisableTimer();
        changes.Publish();
        if (mapKey != memory.MapKey)
        {
            observer.AttemptEnded(mapKey, memory.MapKey, EfiStatus.InvalidParameter);
            events.SignalGroup(KnownGuids.ExitBootServicesFailedGroup, always: true);
            return EfiStatus.InvalidParameter;
        }

        observer.AttemptEnded(mapKey, memory.MapKey, EfiStatus.Success);
        events.SignalGroup(KnownGuids.ExitBootServicesGroup, always: true);
        events.DisableInterrupts();
        tables.EndBootServices();
        Succeeded = true;
        Exited?.Invoke();
        observer.BootServicesEnded();
        return EfiStatus.Success;
    }

    private bool SignalsBeforeExit() => profile.BeforeExit switch
    {
        BeforeExitSignal.EveryCall => true,
        BeforeExitSignal.Once => _calls == 1,
        _ => false,
    };
}
