using EfiEmu.Firmware.Handles;
using EfiEmu.Firmware.Images;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The protocol handler services: what the handle database says must happen, made to happen.</summary>
/// <remarks>UEFI 2.10 section 7.3; MdeModulePkg/Core/Dxe/Hand. The database documents each status.</remarks>
internal sealed class ProtocolServices(
    HandleDatabase database, HandleRecordPool records, MapChanges changes, EventServices events, IGuestMemory memory)
{
    // A driver that is stopped and still holds its protocol is asked again, but not for ever.
    private const int MostDisconnects = 256;

    // Where PROTOCOL_ENTRY keeps its GUID; ProtocolsPerHandle gives guests pointers to it.
    private const ulong GuidInProtocolEntry = 0x18;

    private readonly Dictionary<Guid, GuestAddress> _guids = [];

    /// <summary>The database, for what only looks.</summary>
    public HandleDatabase Database => database;

    /// <summary>Connects and disconnects drivers; set once, when those services exist.</summary>
    public DriverServices? Drivers { get; set; }

    public EfiResult<EfiHandle> Install(EfiHandle handle, Guid protocol, GuestAddress address) =>
        Release(InstallLocked(handle, protocol, address));

    /// <summary>Installs all or none.</summary>
    public EfiResult<EfiHandle> InstallMultiple(EfiHandle handle, IReadOnlyList<(Guid Protocol, GuestAddress Interface)> protocols)
    {
        Tpl old = RaiseToNotify();
        EfiResult<EfiHandle> result = InstallEach(handle, protocols);
        events.RestoreTpl(old);
        return result;
    }

    public EfiStatus Uninstall(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        EfiStatus prepared = DisconnectFor(handle, protocol, address, out bool disconnected);
        if (prepared.IsError)
        {
            return prepared;
        }

        RemovalOutcome outcome = database.CompleteUninstall(handle, protocol, address, disconnected);
        records.Apply(outcome.Changes);
        if (outcome.Reconnect)
        {
            Drivers?.Connect(handle, [], null, recursive: true);
        }

        Release();
        return outcome.Status;
    }

    /// <summary>Uninstalls all or none; any failure is INVALID_PARAMETER. Those that come back do so in the order given.</summary>
    public EfiStatus UninstallMultiple(EfiHandle handle, IReadOnlyList<(Guid Protocol, GuestAddress Interface)> protocols)
    {
        for (int i = 0; i < protocols.Count; i++)
        {
            if (Uninstall(handle, protocols[i].Protocol, protocols[i].Interface).IsError)
            {
                for (int j = 0; j < i; j++)
                {
                    Install(handle, protocols[j].Protocol, protocols[j].Interface);
                }

                return EfiStatus.InvalidParameter;
            }
        }

        return EfiStatus.Success;
    }

    public EfiStatus Reinstall(EfiHandle handle, Guid protocol, GuestAddress oldAddress, GuestAddress newAddress)
    {
        EfiStatus prepared = DisconnectFor(handle, protocol, oldAddress, out bool disconnected);
        if (prepared.IsError)
        {
            return prepared;
        }

        RemovalOutcome outcome = database.CompleteReinstall(handle, protocol, oldAddress, newAddress, disconnected);
        records.Apply(outcome.Changes);
        if (outcome.Reconnect)
        {
            Drivers?.Connect(handle, [], null, recursive: true);
        }

        if (!outcome.Status.IsError)
        {
            Signal(database.ToNotify(protocol));
        }

        Release();
        return outcome.Status;
    }

    /// <summary>OpenProtocol.</summary>
    /// <param name="written">What *Interface becomes, or null when it stays as it is.</param>
    public EfiStatus Open(OpenRequest request, out GuestAddress? written)
    {
        OpenOutcome outcome = database.Opens.Open(request);
        for (int i = 0; outcome.MustDisconnect && i < MostDisconnects; i++)
        {
            if (Drivers is null || Drivers.Disconnect(request.Handle, outcome.Disconnect, EfiHandle.Null).IsError)
            {
                break;
            }

            outcome = database.Opens.ContinueOpen(request);
        }

        Apply(outcome.Created);
        written = outcome.Interface;
        return outcome.Status;
    }

    public EfiStatus Close(EfiHandle handle, Guid protocol, EfiHandle agent, EfiHandle controller)
    {
        EfiResult<IReadOnlyList<RecordChange>> closed = database.Opens.Close(handle, protocol, agent, controller);
        if (closed.Succeeded)
        {
            records.Apply(closed.Value);
        }

        Release();
        return closed.Status;
    }

    /// <summary>HandleProtocol.</summary>
    /// <returns>The interface; INVALID_PARAMETER for no handle; UNSUPPORTED when the handle lacks the protocol.</returns>
    public EfiResult<GuestAddress> HandleProtocol(EfiHandle handle, Guid protocol)
    {
        OpenOutcome outcome = database.Opens.HandleProtocol(handle, protocol);
        Apply(outcome.Created);
        return new EfiResult<GuestAddress>(outcome.Status, outcome.Interface ?? GuestAddress.Null);
    }

    public EfiResult<GuestAddress> LocateProtocol(Guid protocol, GuestAddress registration) =>
        database.Search.LocateProtocol(protocol, registration);

    /// <summary>LocateDevicePath over a path in host memory.</summary>
    /// <returns>The handle and what of the path it leaves; NOT_FOUND.</returns>
    public EfiResult<(EfiHandle Device, byte[] Remainder)> LocateDevicePath(Guid protocol, byte[] path)
    {
        DevicePathOutcome outcome = database.Search.LocateDevicePath(protocol, path, ReadPath);
        records.Apply(outcome.Changes);
        Release();
        return outcome.Status.IsError ? outcome.Status : (outcome.Handle, path[outcome.MatchedBytes..]);
    }

    /// <summary>RegisterProtocolNotify.</summary>
    /// <returns>The registration; OUT_OF_RESOURCES.</returns>
    public EfiResult<GuestAddress> RegisterNotify(Guid protocol, EfiEvent notified)
    {
        List<RecordKind> kinds = database.IsKnownProtocol(protocol)
            ? [RecordKind.ProtocolNotify]
            : [RecordKind.ProtocolEntry, RecordKind.ProtocolNotify];
        if (records.Allocate(kinds) is not { } buffers)
        {
            return EfiStatus.OutOfResources;
        }

        KeepGuid(protocol, buffers);
        GuestAddress registration = buffers[^1].Buffer;
        records.Apply(database.RegisterNotify(protocol, notified, registration), buffers);
        Release();
        return registration;
    }

    /// <summary>Drops a closed event's registrations.</summary>
    public void UnregisterNotify(EfiEvent closed) => records.Apply(database.UnregisterNotify(closed));

    /// <summary>Closes everything that an agent has open: it is about to go.</summary>
    public void CloseAllOf(EfiHandle agent)
    {
        foreach ((EfiHandle handle, Guid protocol, OpenUsage usage) in database.Opens.HeldBy(agent))
        {
            Close(handle, protocol, usage.Agent, usage.Controller);
        }
    }

    /// <summary>Uninstalls firmware's own protocols from a handle of firmware's.</summary>
    public void UninstallAllOf(EfiHandle handle, IReadOnlyList<Guid> protocols)
    {
        foreach (Guid protocol in protocols)
        {
            EfiResult<GuestAddress> found = HandleProtocol(handle, protocol);
            if (found.Succeeded)
            {
                Uninstall(handle, protocol, found.Value);
            }
        }
    }

    /// <summary>Where firmware keeps a protocol's GUID in guest memory.</summary>
    public GuestAddress GuidInMemory(Guid protocol) => _guids.GetValueOrDefault(protocol);

    private void KeepGuid(Guid protocol, List<(RecordKind Kind, GuestAddress Buffer)> buffers)
    {
        GuestAddress entry = buffers.Find(b => b.Kind == RecordKind.ProtocolEntry).Buffer;
        if (!entry.IsNull)
        {
            memory.WriteGuid(entry + GuidInProtocolEntry, protocol);
            _guids[protocol] = entry + GuidInProtocolEntry;
        }
    }

    private ReadOnlyMemory<byte> ReadPath(GuestAddress path) => DevicePath.Read(memory, path);

    private EfiResult<EfiHandle> InstallEach(EfiHandle handle, IReadOnlyList<(Guid Protocol, GuestAddress Interface)> protocols)
    {
        EfiHandle current = handle;
        for (int i = 0; i < protocols.Count; i++)
        {
            (Guid protocol, GuestAddress address) = protocols[i];
            EfiStatus status = protocol == KnownGuids.DevicePathProtocol ? CheckPathIsNew(address) : EfiStatus.Success;
            if (!status.IsError)
            {
                EfiResult<EfiHandle> installed = InstallLocked(current, protocol, address);
                status = installed.Status;
                current = installed.Succeeded ? installed.Value : current;
            }

            if (status.IsError)
            {
                for (int j = 0; j < i; j++)
                {
                    Uninstall(current, protocols[j].Protocol, protocols[j].Interface);
                }

                return status;
            }
        }

        return current;
    }

    private EfiStatus CheckPathIsNew(GuestAddress path)
    {
        if (path.IsNull)
        {
            return EfiStatus.Success;
        }

        DevicePathOutcome outcome = database.Search.CheckDevicePathIsNew(ReadPath(path).Span, ReadPath);
        records.Apply(outcome.Changes);
        return outcome.Status;
    }

    private EfiResult<EfiHandle> InstallLocked(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        if (records.Allocate(database.PlanInstall(handle, protocol)) is not { } buffers)
        {
            return EfiStatus.OutOfResources;
        }

        KeepGuid(protocol, buffers);
        GuestAddress newHandle = buffers.Find(b => b.Kind == RecordKind.Handle).Buffer;
        InstallOutcome outcome = database.Install(handle, protocol, address, new EfiHandle(newHandle.Value));
        records.Apply(outcome.Changes, buffers);
        Signal(outcome.Notify);
        return outcome.Status.IsError ? outcome.Status : outcome.Handle;
    }

    private EfiStatus DisconnectFor(EfiHandle handle, Guid protocol, GuestAddress address, out bool disconnected)
    {
        disconnected = true;
        RemovalPlan plan = database.PlanRemoval(handle, protocol, address);
        for (int i = 0; plan.MustDisconnect && i < MostDisconnects; i++)
        {
            if (Drivers is null || Drivers.Disconnect(handle, plan.Disconnect, EfiHandle.Null).IsError)
            {
                disconnected = false;
                return EfiStatus.Success;
            }

            plan = database.PlanRemoval(handle, protocol, address);
        }

        disconnected = !plan.MustDisconnect;

        // An interface that its driver took away while it was disconnected is found missing when the removal completes.
        return plan.Status;
    }

    private void Apply(RecordChange? change)
    {
        if (change is { } made)
        {
            records.Apply([made]);
            Release();
        }
    }

    // Under the protocol lock: all are queued before the first runs, so the highest priority runs first.
    private void Signal(IReadOnlyList<EfiEvent> notified)
    {
        if (notified.Count == 0)
        {
            return;
        }

        Tpl old = RaiseToNotify();
        foreach (EfiEvent item in notified)
        {
            events.SignalEvent(item);
        }

        events.RestoreTpl(old);
    }

    private Tpl RaiseToNotify() => events.RaiseTpl(events.CurrentTpl > Tpl.Notify ? events.CurrentTpl : Tpl.Notify);

    private T Release<T>(T result)
    {
        Release();
        return result;
    }

    // The protocol lock is held at TPL_NOTIFY: what it kept waiting runs when it is released.
    private void Release()
    {
        changes.Publish();
        events.DispatchPending();
    }
}
