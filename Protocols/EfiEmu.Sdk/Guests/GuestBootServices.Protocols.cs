namespace EfiEmu.Sdk;

/// <content>UEFI 2.10 section 7.3.</content>
public sealed partial class GuestBootServices
{
    private const ulong ByProtocol = 2;
    private const ulong NativeInterface = 0;

    /// <summary>LocateProtocol.</summary>
    /// <param name="protocol">Its GUID.</param>
    /// <param name="registration">What RegisterProtocolNotify gave, to see only what is new; or NULL.</param>
    /// <returns>The first interface; NOT_FOUND.</returns>
    public EfiResult<GuestAddress> LocateProtocol(Guid protocol, GuestAddress registration = default)
    {
        using var stack = new StackScope(_guest);
        GuestAddress found = stack.Place(0UL);
        EfiStatus status = CallStatus(BootServicesTable.LocateProtocol, stack.Place(protocol).Value, registration.Value, found.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(found));
    }

    /// <summary>LocateProtocol, by the type of its interface.</summary>
    /// <returns>The first interface; NOT_FOUND.</returns>
    public EfiResult<TInterface> LocateProtocol<TInterface>()
        where TInterface : IProtocolInterface<TInterface> => As<TInterface>(LocateProtocol(TInterface.ProtocolGuid));

    /// <summary>HandleProtocol.</summary>
    /// <returns>The interface; UNSUPPORTED when the handle lacks it; INVALID_PARAMETER for no handle.</returns>
    public EfiResult<GuestAddress> HandleProtocol(EfiHandle handle, Guid protocol)
    {
        using var stack = new StackScope(_guest);
        GuestAddress found = stack.Place(0UL);
        EfiStatus status = CallStatus(BootServicesTable.HandleProtocol, handle.Value, stack.Place(protocol).Value, found.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(found));
    }

    /// <summary>HandleProtocol, by the type of its interface.</summary>
    /// <returns>As <see cref="HandleProtocol(EfiHandle, Guid)"/>.</returns>
    public EfiResult<TInterface> HandleProtocol<TInterface>(EfiHandle handle)
        where TInterface : IProtocolInterface<TInterface> => As<TInterface>(HandleProtocol(handle, TInterface.ProtocolGuid));

    /// <summary>OpenProtocol with this image as agent, closed where the scope ends.</summary>
    /// <param name="handle">Whose protocol.</param>
    /// <param name="attributes">EXCLUSIVE, unless another way is asked for.</param>
    /// <returns>The open protocol; UNSUPPORTED; ACCESS_DENIED where another agent has it; INVALID_PARAMETER.</returns>
    public EfiResult<OpenedProtocol<TInterface>> OpenProtocol<TInterface>(EfiHandle handle, OpenProtocolAttributes attributes = OpenProtocolAttributes.Exclusive)
        where TInterface : IProtocolInterface<TInterface>
    {
        using var stack = new StackScope(_guest);
        GuestAddress found = stack.Place(0UL);
        EfiStatus status = CallStatus(
            BootServicesTable.OpenProtocol,
            handle.Value, stack.Place(TInterface.ProtocolGuid).Value, found.Value, _guest.ImageHandle.Value, 0, (ulong)attributes);
        return status.IsError
            ? status
            : new OpenedProtocol<TInterface>(this, handle, TInterface.At(_guest, Memory.ReadPointer(found)));
    }

    /// <summary>CloseProtocol with this image as agent.</summary>
    /// <returns>SUCCESS; NOT_FOUND when this image has not opened it; INVALID_PARAMETER.</returns>
    public EfiStatus CloseProtocol(EfiHandle handle, Guid protocol)
    {
        using var stack = new StackScope(_guest);
        return CallStatus(BootServicesTable.CloseProtocol, handle.Value, stack.Place(protocol).Value, _guest.ImageHandle.Value, 0);
    }

    /// <summary>InstallProtocolInterface.</summary>
    /// <param name="handle">The handle, or NULL for a new one.</param>
    /// <param name="protocol">The GUID.</param>
    /// <param name="address">The interface, or NULL.</param>
    /// <returns>The handle; INVALID_PARAMETER when the protocol is on it already.</returns>
    public EfiResult<EfiHandle> InstallProtocolInterface(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        using var stack = new StackScope(_guest);
        GuestAddress handleAt = stack.Place(handle.Value);
        EfiStatus status = CallStatus(
            BootServicesTable.InstallProtocolInterface, handleAt.Value, stack.Place(protocol).Value, NativeInterface, address.Value);
        return new EfiResult<EfiHandle>(status, new EfiHandle(Memory.ReadUInt64(handleAt)));
    }

    /// <summary>UninstallProtocolInterface.</summary>
    /// <returns>SUCCESS; NOT_FOUND; ACCESS_DENIED while somebody uses it; INVALID_PARAMETER.</returns>
    public EfiStatus UninstallProtocolInterface(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        using var stack = new StackScope(_guest);
        return CallStatus(BootServicesTable.UninstallProtocolInterface, handle.Value, stack.Place(protocol).Value, address.Value);
    }

    /// <summary>RegisterProtocolNotify.</summary>
    /// <returns>The registration, for LocateProtocol; INVALID_PARAMETER; OUT_OF_RESOURCES.</returns>
    public EfiResult<GuestAddress> RegisterProtocolNotify(Guid protocol, EfiEvent notified)
    {
        using var stack = new StackScope(_guest);
        GuestAddress registration = stack.Place(0UL);
        EfiStatus status = CallStatus(
            BootServicesTable.RegisterProtocolNotify, stack.Place(protocol).Value, notified.Value, registration.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(registration));
    }

    /// <summary>LocateHandleBuffer by protocol; the buffer is freed at once.</summary>
    /// <returns>The handles, oldest first; NOT_FOUND.</returns>
    public EfiResult<IReadOnlyList<EfiHandle>> LocateHandles(Guid protocol)
    {
        using var stack = new StackScope(_guest);
        GuestAddress count = stack.Place(0UL);
        GuestAddress buffer = stack.Place(0UL);
        EfiStatus status = CallStatus(
            BootServicesTable.LocateHandleBuffer, ByProtocol, stack.Place(protocol).Value, 0, count.Value, buffer.Value);
        if (status.IsError)
        {
            return status;
        }

        GuestAddress list = Memory.ReadPointer(buffer);
        var handles = new EfiHandle[Memory.ReadUInt64(count)];
        for (int i = 0; i < handles.Length; i++)
        {
            handles[i] = new EfiHandle(Memory.ReadUInt64(list + (8 * (ulong)i)));
        }

        FreePool(list);
        return handles;
    }

    private EfiResult<TInterface> As<TInterface>(EfiResult<GuestAddress> found)
        where TInterface : IProtocolInterface<TInterface> =>
        found.TryGet(out GuestAddress address) ? TInterface.At(_guest, address) : found.Status;
}
