using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Handles;

/// <summary>The Attributes argument of OpenProtocol.</summary>
/// <remarks>UEFI 2.10 section 7.3.9.</remarks>
[Flags]
internal enum OpenAttributes : uint
{
    None = 0,
    ByHandleProtocol = 0x01,
    GetProtocol = 0x02,
    TestProtocol = 0x04,
    ByChildController = 0x08,
    ByDriver = 0x10,
    Exclusive = 0x20,
}

/// <summary>One agent's open of a protocol interface.</summary>
/// <param name="Id">Unique within the database.</param>
/// <param name="Agent">Who opened it.</param>
/// <param name="Controller">On whose behalf; may be NULL.</param>
/// <param name="Attributes">How.</param>
/// <param name="Count">How often with exactly these values.</param>
internal readonly record struct OpenUsage(
    ulong Id, EfiHandle Agent, EfiHandle Controller, OpenAttributes Attributes, uint Count);

/// <summary>Who uses one protocol interface, in the order of opening.</summary>
/// <remarks>At most one record exists for each agent, controller and attributes, so an exact match is one look-up.</remarks>
internal sealed class OpenUsageList
{
    private const OpenAttributes Silent =
        OpenAttributes.ByHandleProtocol | OpenAttributes.GetProtocol | OpenAttributes.TestProtocol;

    private static readonly OpenAttributes[] Kinds =
    [
        OpenAttributes.ByHandleProtocol, OpenAttributes.GetProtocol, OpenAttributes.TestProtocol,
        OpenAttributes.ByChildController, OpenAttributes.ByDriver, OpenAttributes.Exclusive,
        OpenAttributes.ByDriver | OpenAttributes.Exclusive,
    ];

    private readonly LinkedList<OpenUsage> _inOrder = [];
    private readonly Dictionary<(EfiHandle, EfiHandle, OpenAttributes), LinkedListNode<OpenUsage>> _exact = [];
    private int _drivers;
    private int _exclusives;

    public int Count => _inOrder.Count;

    public IEnumerable<OpenUsage> InOrder => _inOrder;

    public bool HasDriver => _drivers > 0;

    public bool HasExclusive => _exclusives > 0;

    public bool Contains(EfiHandle agent, EfiHandle controller, OpenAttributes attributes) =>
        _exact.ContainsKey((agent, controller, attributes));

    /// <summary>The first agent that holds the interface BY_DRIVER; NULL where none does.</summary>
    public EfiHandle FirstDriver() => HasDriver
        ? _inOrder.First(usage => usage.Attributes.HasFlag(OpenAttributes.ByDriver)).Agent
        : EfiHandle.Null;

    public void Add(OpenUsage usage)
    {
        _exact.Add((usage.Agent, usage.Controller, usage.Attributes), _inOrder.AddLast(usage));
        _drivers += usage.Attributes.HasFlag(OpenAttributes.ByDriver) ? 1 : 0;
        _exclusives += usage.Attributes.HasFlag(OpenAttributes.Exclusive) ? 1 : 0;
    }

    public void CountOnceMore(EfiHandle agent, EfiHandle controller, OpenAttributes attributes)
    {
        LinkedListNode<OpenUsage> node = _exact[(agent, controller, attributes)];
        node.Value = node.Value with { Count = unchecked(node.Value.Count + 1) };
    }

    /// <summary>Removes every record of an agent and controller; gives the record ids in the order of opening.</summary>
    public List<ulong> Remove(EfiHandle agent, EfiHandle controller)
    {
        var removed = new List<ulong>();
        foreach (OpenAttributes kind in Kinds)
        {
            if (_exact.TryGetValue((agent, controller, kind), out LinkedListNode<OpenUsage>? node))
            {
                removed.Add(node.Value.Id);
                Remove(node);
            }
        }

        removed.Sort();
        return removed;
    }

    /// <summary>Removes the records that nobody has to be asked about: BY_HANDLE_PROTOCOL, GET and TEST.</summary>
    public List<ulong> RemoveSilent()
    {
        var removed = new List<ulong>();
        for (LinkedListNode<OpenUsage>? node = _inOrder.First; node is not null;)
        {
            LinkedListNode<OpenUsage>? next = node.Next;
            if ((node.Value.Attributes & Silent) != 0)
            {
                removed.Add(node.Value.Id);
                Remove(node);
            }

            node = next;
        }

        return removed;
    }

    private void Remove(LinkedListNode<OpenUsage> node)
    {
        OpenUsage usage = node.Value;
        _inOrder.Remove(node);
        _exact.Remove((usage.Agent, usage.Controller, usage.Attributes));
        _drivers -= usage.Attributes.HasFlag(OpenAttributes.ByDriver) ? 1 : 0;
        _exclusives -= usage.Attributes.HasFlag(OpenAttributes.Exclusive) ? 1 : 0;
    }
}
