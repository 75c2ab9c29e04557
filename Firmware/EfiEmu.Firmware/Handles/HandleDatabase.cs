using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>
/// The handle database: which protocols lie on which handles, who uses them, who wants to know. It runs nothing and
/// touches no guest memory; it says what must happen, and the service makes it happen.
/// </summary>
/// <remarks>UEFI 2.10 section 7.3; MdeModulePkg/Core/Dxe/Hand/Handle.c and Notify.c.</remarks>
internal sealed class HandleDatabase
{
    private readonly HandleTable _table = new();

    public HandleDatabase()
    {
        Opens = new OpenUsageTable(_table);
        Search = new HandleSearch(_table, Opens);
    }

    /// <summary>OpenProtocol and its kin.</summary>
    public OpenUsageTable Opens { get; }

    /// <summary>LocateHandle and its kin.</summary>
    public HandleSearch Search { get; }

    /// <summary>How many handles exist.</summary>
    public int Count => _table.Count;

    /// <summary>Grows with every handle created or changed; see <see cref="ChangedSince"/>.</summary>
    public ulong Key => _table.Key;

    /// <summary>Whether a value that a guest holds is a handle.</summary>
    public bool Contains(EfiHandle handle) => _table.Contains(handle);

    /// <summary>Handles created or changed after a key was read, in order of creation.</summary>
    public IReadOnlyList<EfiHandle> ChangedSince(ulong key) =>
        [.. _table.InOrder.Where(record => record.Key > key).Select(record => record.Handle)];

    /// <summary>
    /// The records that <see cref="Install"/> will ask pool for, in order, so that the caller can allocate the handle
    /// among them. A record that installing onto a wrong handle makes and drops again is among them.
    /// </summary>
    public IReadOnlyList<RecordKind> PlanInstall(EfiHandle handle, Guid protocol)
    {
        if (!handle.IsNull && _table.Find(handle, protocol) is not null)
        {
            return [];
        }

        var kinds = new List<RecordKind>();
        if (!_table.TryGetProtocol(protocol, out _))
        {
            kinds.Add(RecordKind.ProtocolEntry);
        }

        kinds.Add(RecordKind.ProtocolInterface);
        if (handle.IsNull)
        {
            kinds.Add(RecordKind.Handle);
        }

        return kinds;
    }

    /// <summary>InstallProtocolInterface with EFI_NATIVE_INTERFACE.</summary>
    /// <param name="handle">The handle, or NULL for a new one.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="address">The interface; NULL is allowed.</param>
    /// <param name="newHandle">The value of the handle if a new one is made.</param>
    /// <param name="notify">False where firmware announces the protocol later, by a reinstall.</param>
    /// <returns>SUCCESS; INVALID_PARAMETER when the handle is unknown or has the protocol already.</returns>
    public InstallOutcome Install(
        EfiHandle handle, Guid protocol, GuestAddress address, EfiHandle newHandle, bool notify = true)
    {
        var changes = new List<RecordChange>();
        if (!handle.IsNull)
        {
            // Firmware looks by HandleProtocol, which leaves a trace where it finds something.
            OpenOutcome existing = Opens.HandleProtocol(handle, protocol);
            if (!existing.Status.IsError)
            {
                if (existing.Created is { } trace)
                {
                    changes.Add(trace);
                }

                return new InstallOutcome(EfiStatus.InvalidParameter, EfiHandle.Null, changes, []);
            }
        }

        ProtocolRecord entry = _table.GetOrAddProtocol(protocol, changes);
        ulong interfaceId = _table.NextId();
        changes.Add(new RecordChange(RecordKind.ProtocolInterface, interfaceId, Added: true));
        HandleRecord? owner = handle.IsNull ? AddHandle(newHandle, changes) : _table.Find(handle);
        if (owner is null)
        {
            changes.Add(new RecordChange(RecordKind.ProtocolInterface, interfaceId, Added: false));
            return new InstallOutcome(EfiStatus.InvalidParameter, EfiHandle.Null, changes, []);
        }

        var record = new InterfaceRecord(interfaceId, owner, entry, address);
        owner.Interfaces.Add(record);
        HandleTable.Link(record);
        return new InstallOutcome(EfiStatus.Success, owner.Handle, changes, notify ? ToNotify(protocol) : []);
    }

    /// <summary>
    /// What must happen before an interface can be uninstalled or reinstalled. Disconnect the agent named, plan again,
    /// and so on until none is named; then complete. A driver that closes nothing although it stopped is named again:
    /// the caller bounds that loop.
    /// </summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for no handle; NOT_FOUND when handle, protocol and interface do not belong together.</returns>
    public RemovalPlan PlanRemoval(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        if (!_table.Contains(handle))
        {
            return new RemovalPlan(EfiStatus.InvalidParameter, EfiHandle.Null);
        }

        InterfaceRecord? record = _table.Find(handle, protocol, address);
        return record is null
            ? new RemovalPlan(EfiStatus.NotFound, EfiHandle.Null)
            : new RemovalPlan(EfiStatus.Success, record.Opens.FirstDriver());
    }

    /// <summary>Completes UninstallProtocolInterface.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="address">The interface.</param>
    /// <param name="disconnected">False when a driver refused to let go.</param>
    /// <returns>
    /// SUCCESS; ACCESS_DENIED when a driver refused, or a child or an exclusive user remains (the handle must then be
    /// connected again); NOT_FOUND when it went away meanwhile.
    /// </returns>
    public RemovalOutcome CompleteUninstall(EfiHandle handle, Guid protocol, GuestAddress address, bool disconnected)
    {
        var changes = new List<RecordChange>();
        InterfaceRecord? record = _table.Find(handle, protocol, address);
        if (Release(record, disconnected, changes) is { } refusal)
        {
            return refusal;
        }

        HandleRecord owner = record!.Owner;
        HandleTable.Unlink(record);
        _table.Touch(owner);
        owner.Interfaces.Remove(record);
        changes.Add(new RecordChange(RecordKind.ProtocolInterface, record.Id, Added: false));
        if (owner.Interfaces.Count == 0)
        {
            _table.Remove(owner);
            changes.Add(new RecordChange(RecordKind.Handle, owner.Id, Added: false));
        }

        return new RemovalOutcome(EfiStatus.Success, changes, Reconnect: false);
    }

    /// <summary>
    /// Completes ReinstallProtocolInterface: the interface moves to the end of its protocol's list. On success connect
    /// the handle recursively, then signal what <see cref="ToNotify"/> gives.
    /// </summary>
    /// <returns>As <see cref="CompleteUninstall"/>.</returns>
    public RemovalOutcome CompleteReinstall(
        EfiHandle handle, Guid protocol, GuestAddress oldAddress, GuestAddress newAddress, bool disconnected)
    {
        var changes = new List<RecordChange>();
        InterfaceRecord? record = _table.Find(handle, protocol, oldAddress);
        if (Release(record, disconnected, changes) is { } refusal)
        {
            return refusal;
        }

        HandleTable.Unlink(record!);
        record!.Address = newAddress;
        HandleTable.Link(record);
        _table.Touch(record.Owner);
        return new RemovalOutcome(EfiStatus.Success, changes, Reconnect: true);
    }

    /// <summary>The events registered for a protocol, in the order in which firmware signals them.</summary>
    public IReadOnlyList<EfiEvent> ToNotify(Guid protocol) => _table.TryGetProtocol(protocol, out ProtocolRecord? entry)
        ? [.. entry.Registrations.Select(registration => registration.Event)]
        : [];

    /// <summary>Whether a registration for this protocol needs a new protocol entry before its own record.</summary>
    public bool IsKnownProtocol(Guid protocol) => _table.TryGetProtocol(protocol, out _);

    /// <summary>
    /// RegisterProtocolNotify. The registration stands before the first interface, so those that exist already are
    /// reported by LocateHandle and LocateProtocol; the event is signalled for later ones only.
    /// </summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="notified">An event that exists: the caller checks that, and that no argument is NULL.</param>
    /// <param name="registration">The value that the guest gets: the address of the record's pool.</param>
    public IReadOnlyList<RecordChange> RegisterNotify(Guid protocol, EfiEvent notified, GuestAddress registration)
    {
        var changes = new List<RecordChange>();
        ProtocolRecord entry = _table.GetOrAddProtocol(protocol, changes);
        var record = new NotifyRecord(_table.NextId(), registration, entry, notified);
        _table.Add(record);
        changes.Add(new RecordChange(RecordKind.ProtocolNotify, record.Id, Added: true));
        return changes;
    }

    /// <summary>Drops an event's registrations, as CloseEvent does.</summary>
    public IReadOnlyList<RecordChange> UnregisterNotify(EfiEvent notified) =>
    [
        .. _table.RemoveRegistrations(notified)
            .Select(registration => new RecordChange(RecordKind.ProtocolNotify, registration.Id, Added: false)),
    ];

    private HandleRecord AddHandle(EfiHandle handle, List<RecordChange> changes)
    {
        HandleRecord record = _table.Add(handle);
        changes.Add(new RecordChange(RecordKind.Handle, record.Id, Added: true));
        return record;
    }

    // Null when the interface is free to go.
    private static RemovalOutcome? Release(InterfaceRecord? record, bool disconnected, List<RecordChange> changes)
    {
        if (record is null)
        {
            return new RemovalOutcome(EfiStatus.NotFound, changes, Reconnect: false);
        }

        if (disconnected)
        {
            changes.AddRange(record.Opens.RemoveSilent()
                .Select(id => new RecordChange(RecordKind.OpenUsage, id, Added: false)));
        }

        return disconnected && record.Opens.Count == 0
            ? null
            : new RemovalOutcome(EfiStatus.AccessDenied, changes, Reconnect: true);
    }
}
