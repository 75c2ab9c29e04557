namespace EfiEmu.Sdk;

/// <summary>Boot services as a guest calls them: each call follows the function pointer in guest memory.</summary>
/// <remarks>
/// UEFI 2.10 chapter 7. The statuses are those of the firmware profile. Out parameters live on the guest's stack, so that no
/// call here changes the memory map unless the service itself does.
/// </remarks>
public sealed partial class GuestBootServices
{
    private const uint BootServicesOffset = 96;
    private const uint HeaderBytes = 24;

    private readonly IGuestContext _guest;

    /// <summary>The boot services of a guest's system table.</summary>
    public GuestBootServices(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        _guest = guest;
    }

    /// <summary>EFI_BOOT_SERVICES; NULL once boot services have ended.</summary>
    public GuestAddress Table => _guest.Memory.ReadPointer(_guest.SystemTable + BootServicesOffset);

    private IGuestMemory Memory => _guest.Memory;

    /// <summary>Calls a service by its place in the table: for those that have no member here, and for calls with wrong arguments.</summary>
    /// <param name="offset">An offset of <see cref="BootServicesTable"/>.</param>
    /// <param name="arguments">As the Microsoft x64 convention passes them.</param>
    /// <returns>RAX.</returns>
    public ulong Call(uint offset, params ReadOnlySpan<ulong> arguments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, HeaderBytes);
        return _guest.Call(Memory.ReadPointer(Table + offset), arguments);
    }

    /// <summary>InstallConfigurationTable.</summary>
    /// <returns>SUCCESS; NOT_FOUND when a table to remove is absent; INVALID_PARAMETER; OUT_OF_RESOURCES.</returns>
    public EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table)
    {
        using var stack = new StackScope(_guest);
        return CallStatus(BootServicesTable.InstallConfigurationTable, stack.Place(guid).Value, table.Value);
    }

    /// <summary>ExitBootServices with this image's handle.</summary>
    /// <param name="mapKey">The key of the last GetMemoryMap.</param>
    /// <returns>SUCCESS; INVALID_PARAMETER when the key is not the current one, also because this very call moved it.</returns>
    public EfiStatus ExitBootServices(ulong mapKey) => CallStatus(BootServicesTable.ExitBootServices, _guest.ImageHandle.Value, mapKey);

    /// <summary>Stall.</summary>
    public EfiStatus Stall(ulong microseconds) => CallStatus(BootServicesTable.Stall, microseconds);

    /// <summary>SetWatchdogTimer with a code of 0; 0 seconds disarm it.</summary>
    public EfiStatus SetWatchdogTimer(ulong seconds) => CallStatus(BootServicesTable.SetWatchdogTimer, seconds, 0, 0, 0);

    private EfiStatus CallStatus(uint offset, params ReadOnlySpan<ulong> arguments) => new(Call(offset, arguments));
}
