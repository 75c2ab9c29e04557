using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>ConnectController and DisconnectController.</summary>
/// <remarks>UEFI 2.10 sections 7.3.12 and 7.3.13; MdeModulePkg/Core/Dxe/Hand/DriverSupport.c.</remarks>
internal sealed class DriverServices(
    ProtocolServices protocols, MemoryServices allocator, GuestProcessor processor, IGuestMemory memory)
{
    private const ulong SupportedOffset = 0;
    private const ulong StartOffset = 8;
    private const ulong StopOffset = 16;
    private const ulong VersionOffset = 24;
    private const ulong ImageHandleOffset = 32;

    // A tree of controllers that is deeper than this is a loop.
    private const int DeepestTree = 64;

    /// <summary>Connects drivers to a controller.</summary>
    /// <param name="context">Driver binding handles to ask first.</param>
    /// <param name="remaining">The RemainingDevicePath, or null.</param>
    /// <returns>
    /// SUCCESS when a driver started, or the remaining path is an End node; NOT_FOUND when none did; INVALID_PARAMETER for
    /// no handle.
    /// </returns>
    public EfiStatus Connect(EfiHandle controller, IReadOnlyList<EfiHandle> context, GuestAddress? remaining, bool recursive) =>
        Connect(controller, context, remaining, recursive, depth: 0);

    /// <summary>Disconnects one driver or all from a controller.</summary>
    /// <param name="driver">The driver image, or NULL for all.</param>
    /// <param name="child">The child to destroy, or NULL for all.</param>
    /// <returns>
    /// SUCCESS also when nothing manages the controller and no driver is named; NOT_FOUND when the named driver does not
    /// manage it, or no driver stopped; INVALID_PARAMETER for what is no handle or no driver.
    /// </returns>
    /// <remarks>Differs from the specification: a driver that fails to stop makes it NOT_FOUND, never DEVICE_ERROR.</remarks>
    public EfiStatus Disconnect(EfiHandle controller, EfiHandle driver, EfiHandle child)
    {
        HandleDatabase database = protocols.Database;
        if (!database.Contains(controller) || (!child.IsNull && !database.Contains(child))
            || (!driver.IsNull && !database.Contains(driver)))
        {
            return EfiStatus.InvalidParameter;
        }

        IReadOnlyList<EfiHandle> managers = driver.IsNull ? database.Opens.DriversOf(controller) : [driver];
        if (managers.Count == 0)
        {
            return EfiStatus.Success;
        }

        int stopped = 0;
        foreach (EfiHandle manager in managers)
        {
            EfiStatus status = StopOne(controller, manager, child, ref stopped);
            if (status.IsError)
            {
                return status;
            }
        }

        return stopped > 0 ? EfiStatus.Success : EfiStatus.NotFound;
    }

    private EfiStatus StopOne(EfiHandle controller, EfiHandle manager, EfiHandle child, ref int stopped)
    {
        EfiResult<GuestAddress> found = protocols.HandleProtocol(manager, KnownGuids.DriverBindingProtocol);
        if (!found.Succeeded || found.Value.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        HandleDatabase database = protocols.Database;
        IReadOnlyList<EfiHandle> children = database.Opens.ChildrenOf(controller, manager);
        bool childIsIts = child.IsNull || children.Contains(child);
        bool manages = database.Opens.DriversOf(controller).Contains(manager);
        if (!manages || !childIsIts)
        {
            return EfiStatus.Success;
        }

        List<EfiHandle> stopping = child.IsNull ? [.. children] : [child];
        bool stopDriverToo = child.IsNull || children.Count == stopping.Count;
        EfiStatus status = stopping.Count > 0 ? Stop(found.Value, controller, stopping) : EfiStatus.Success;
        if (!status.IsError && stopDriverToo)
        {
            status = Stop(found.Value, controller, []);
        }

        if (!status.IsError)
        {
            stopped++;
        }

        return EfiStatus.Success;
    }

    private EfiStatus Stop(GuestAddress binding, EfiHandle controller, List<EfiHandle> children)
    {
        if (children.Count == 0)
        {
            return Call(binding, StopOffset, controller.Value, 0, 0);
        }

        EfiResult<GuestAddress> list = allocator.AllocatePool(MemoryType.BootServicesData, (ulong)children.Count * 8);
        if (!list.TryGet(out GuestAddress buffer))
        {
            return list.Status;
        }

        for (int i = 0; i < children.Count; i++)
        {
            memory.WriteUInt64(buffer + (8UL * (ulong)i), children[i].Value);
        }

        EfiStatus status = Call(binding, StopOffset, controller.Value, (ulong)children.Count, buffer.Value);
        allocator.FreePool(buffer);
        return status;
    }

    private EfiStatus Connect(
        EfiHandle controller, IReadOnlyList<EfiHandle> context, GuestAddress? remaining, bool recursive, int depth)
    {
        HandleDatabase database = protocols.Database;
        if (!database.Contains(controller))
        {
            return EfiStatus.InvalidParameter;
        }

        EfiStatus status = ConnectOne(controller, context, remaining);
        if (recursive && depth < DeepestTree && database.Contains(controller))
        {
            foreach (EfiHandle child in database.Opens.ChildrenOf(controller, EfiHandle.Null).Distinct())
            {
                Connect(child, [], null, recursive: true, depth + 1);
            }
        }

        return status;
    }

    private EfiStatus ConnectOne(EfiHandle controller, IReadOnlyList<EfiHandle> context, GuestAddress? remaining)
    {
        List<DriverBinding> candidates =
            [.. DriverConnection.Order(AllBindings(), new DriverPreferences(context, [], []), FirmwareDrivers.Versions)];
        ulong path = (remaining ?? GuestAddress.Null).Value;
        bool started = false;
        for (int i = 0; i < candidates.Count;)
        {
            GuestAddress binding = candidates[i].Binding;
            if (Call(binding, SupportedOffset, controller.Value, path).Value != 0)
            {
                i++;
                continue;
            }

            candidates.RemoveAt(i);
            started |= Call(binding, StartOffset, controller.Value, path).Value == 0;
            i = 0;
        }

        bool onlyThePath = remaining is { IsNull: false } end && memory.ReadUInt16(end) == 0xff7f;
        return started || onlyThePath ? EfiStatus.Success : EfiStatus.NotFound;
    }

    private List<DriverBinding> AllBindings()
    {
        LocateOutcome located = protocols.Database.Search.LocateHandle(
            HandleSearch.ByProtocol, KnownGuids.DriverBindingProtocol, GuestAddress.Null, ulong.MaxValue);
        var bindings = new List<DriverBinding>(located.Handles.Count);
        foreach (EfiHandle handle in located.Handles)
        {
            GuestAddress binding = protocols.HandleProtocol(handle, KnownGuids.DriverBindingProtocol).Value;
            if (!binding.IsNull)
            {
                bindings.Add(new DriverBinding(
                    handle,
                    new EfiHandle(memory.ReadUInt64(binding + ImageHandleOffset)),
                    binding,
                    memory.ReadUInt32(binding + VersionOffset)));
            }
        }

        return bindings;
    }

    private EfiStatus Call(GuestAddress binding, ulong offset, params ReadOnlySpan<ulong> arguments) =>
        new(processor.Call(memory.ReadPointer(binding + offset), [binding.Value, .. arguments]));
}
