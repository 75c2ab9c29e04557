using System.Diagnostics.CodeAnalysis;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>The state that the parts of the handle database share: handles, protocols, registrations.</summary>
internal sealed class HandleTable
{
    private readonly Dictionary<EfiHandle, LinkedListNode<HandleRecord>> _handles = [];
    private readonly LinkedList<HandleRecord> _inOrder = [];
    private readonly Dictionary<Guid, ProtocolRecord> _protocols = [];
    private readonly Dictionary<GuestAddress, NotifyRecord> _registrations = [];
    private readonly Dictionary<EfiEvent, List<NotifyRecord>> _byEvent = [];
    private ulong _lastId;

    /// <summary>Grows with every handle that is created or changed.</summary>
    public ulong Key { get; private set; }

    public int Count => _handles.Count;

    /// <summary>All handles in order of creation.</summary>
    public IEnumerable<HandleRecord> InOrder => _inOrder;

    public ulong NextId() => ++_lastId;

    public bool Contains(EfiHandle handle) => _handles.ContainsKey(handle);

    public HandleRecord? Find(EfiHandle handle) =>
        _handles.TryGetValue(handle, out LinkedListNode<HandleRecord>? node) ? node.Value : null;

    public InterfaceRecord? Find(EfiHandle handle, Guid protocol) => Find(handle)?.Find(protocol);

    /// <summary>The interface at exactly this address, or null.</summary>
    public InterfaceRecord? Find(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        InterfaceRecord? found = Find(handle, protocol);
        return found is not null && found.Address == address ? found : null;
    }

    public HandleRecord Add(EfiHandle handle)
    {
        var record = new HandleRecord(NextId(), handle);
        _handles.Add(handle, _inOrder.AddLast(record));
        Touch(record);
        return record;
    }

    public void Remove(HandleRecord record)
    {
        _inOrder.Remove(_handles[record.Handle]);
        _handles.Remove(record.Handle);
    }

    /// <summary>Marks a handle as changed.</summary>
    public void Touch(HandleRecord record) => record.Key = ++Key;

    public bool TryGetProtocol(Guid protocol, [NotNullWhen(true)] out ProtocolRecord? record) =>
        _protocols.TryGetValue(protocol, out record);

    /// <summary>The entry of a protocol, made where it is new.</summary>
    public ProtocolRecord GetOrAddProtocol(Guid protocol, List<RecordChange> changes)
    {
        if (!_protocols.TryGetValue(protocol, out ProtocolRecord? record))
        {
            record = new ProtocolRecord(NextId(), protocol);
            _protocols.Add(protocol, record);
            changes.Add(new RecordChange(RecordKind.ProtocolEntry, record.Id, Added: true));
        }

        return record;
    }

    public NotifyRecord? FindRegistration(GuestAddress key) => _registrations.GetValueOrDefault(key);

    public void Add(NotifyRecord registration)
    {
        registration.Entry.Registrations.Add(registration);
        _registrations.Add(registration.Key, registration);
        if (!_byEvent.TryGetValue(registration.Event, out List<NotifyRecord>? list))
        {
            _byEvent.Add(registration.Event, list = []);
        }

        list.Add(registration);
    }

    /// <summary>Drops the registrations of an event.</summary>
    public IReadOnlyList<NotifyRecord> RemoveRegistrations(EfiEvent notified)
    {
        if (!_byEvent.Remove(notified, out List<NotifyRecord>? list))
        {
            return [];
        }

        foreach (NotifyRecord registration in list)
        {
            registration.Entry.Registrations.Remove(registration);
            _registrations.Remove(registration.Key);
        }

        // Firmware walks the protocols in the order in which it met them, and each protocol's registrations in theirs.
        return [.. list.OrderBy(registration => registration.Entry.Id).ThenBy(registration => registration.Id)];
    }

    /// <summary>Takes an interface out of its protocol's list; registrations that stood on it step back.</summary>
    public static void Unlink(InterfaceRecord record)
    {
        foreach (NotifyRecord registration in record.Entry.Registrations)
        {
            if (registration.Position == record.Node)
            {
                registration.Position = record.Node?.Previous;
            }
        }

        if (record.Node is not null)
        {
            record.Entry.Interfaces.Remove(record.Node);
            record.Node = null;
        }
    }

    /// <summary>Puts an interface at the end of its protocol's list.</summary>
    public static void Link(InterfaceRecord record) => record.Node = record.Entry.Interfaces.AddLast(record);
}
