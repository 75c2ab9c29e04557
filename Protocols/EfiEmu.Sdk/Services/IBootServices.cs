namespace EfiEmu.Sdk;

/// <summary>The boot services that protocol plugins use, as C#. Each does what the service of its name does.</summary>
/// <remarks>UEFI 2.10 chapter 7, with the statuses of the firmware profile.</remarks>
public interface IBootServices
{
    /// <summary>Allocates pages.</summary>
    /// <returns>
    /// The first byte. INVALID_PARAMETER for a type that cannot be allocated; NOT_FOUND when AllocateAddress asks for
    /// memory that is not free; OUT_OF_RESOURCES when nothing fits.
    /// </returns>
    EfiResult<GuestAddress> AllocatePages(AllocateType allocateType, MemoryType memoryType, ulong pages, GuestAddress address);

    /// <summary>Frees pages.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for an unaligned address or 0 pages; NOT_FOUND when they are not allocated.</returns>
    EfiStatus FreePages(GuestAddress address, ulong pages);

    /// <summary>The memory map as firmware composes it now.</summary>
    MemoryMap GetMemoryMap();

    /// <summary>Allocates a buffer, aligned to 8 bytes.</summary>
    /// <returns>The buffer. INVALID_PARAMETER for a type that cannot be allocated; OUT_OF_RESOURCES when nothing fits.</returns>
    EfiResult<GuestAddress> AllocatePool(MemoryType memoryType, ulong bytes);

    /// <summary>Frees a buffer.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER when it is no pool buffer.</returns>
    EfiStatus FreePool(GuestAddress buffer);

    /// <summary>Raises the task priority and gives the old one.</summary>
    Tpl RaiseTpl(Tpl level);

    /// <summary>Restores the task priority; notifications that waited run now.</summary>
    void RestoreTpl(Tpl level);

    /// <summary>Creates an event.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="notifyTpl">The level of its notification.</param>
    /// <param name="notifyFunction">A guest address (see <see cref="IFunctionHost.CreateFunction"/>), called with (Event, Context).</param>
    /// <param name="context">The second argument of the notification.</param>
    /// <param name="group">The event group, or null.</param>
    /// <returns>The event. INVALID_PARAMETER for a type, level or function that the specification forbids; OUT_OF_RESOURCES.</returns>
    EfiResult<EfiEvent> CreateEvent(
        EventType type, Tpl notifyTpl, GuestAddress notifyFunction, GuestAddress context, Guid? group = null);

    /// <summary>Signals an event.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    EfiStatus SignalEvent(EfiEvent signalled);

    /// <summary>Closes an event.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no event.</returns>
    EfiStatus CloseEvent(EfiEvent closed);

    /// <summary>Takes the signal of an event away.</summary>
    /// <returns>SUCCESS when it was signalled; NOT_READY; INVALID_PARAMETER for no event or one of type NOTIFY_SIGNAL.</returns>
    EfiStatus CheckEvent(EfiEvent checkedEvent);

    /// <summary>Installs protocols on one handle; a NULL handle makes a new one.</summary>
    /// <returns>The handle. INVALID_PARAMETER when one is installed already or the handle is unknown; ALREADY_STARTED for a device path that exists.</returns>
    EfiResult<EfiHandle> InstallMultipleProtocolInterfaces(EfiHandle handle, params (Guid Protocol, GuestAddress Interface)[] protocols);

    /// <summary>The interface of a protocol on a handle.</summary>
    /// <returns>The interface; UNSUPPORTED when the handle lacks it; INVALID_PARAMETER for no handle.</returns>
    EfiResult<GuestAddress> HandleProtocol(EfiHandle handle, Guid protocol);

    /// <summary>The first interface of a protocol.</summary>
    /// <returns>The interface; NOT_FOUND.</returns>
    EfiResult<GuestAddress> LocateProtocol(Guid protocol);

    /// <summary>Adds, replaces or (with NULL) removes a configuration table.</summary>
    /// <returns>SUCCESS; NOT_FOUND when a table to remove is absent; OUT_OF_RESOURCES.</returns>
    EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table);
}
