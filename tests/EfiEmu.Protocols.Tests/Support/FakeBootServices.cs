using EfiEmu.Sdk;

namespace EfiEmu.Protocols.Tests.Support;

internal sealed class FakeBootServices(FakeFirmware firmware) : IBootServices
{
    private readonly List<(EfiHandle Handle, Guid Protocol, GuestAddress Interface)> _installed = [];
    private ulong _nextPool = 0x10_0000;
    private ulong _nextHandle = 0x7000;

    public sealed record FakeEvent(EventType Type, Tpl Tpl, GuestAddress Notify, GuestAddress Context, Guid? Group)
    {
        public bool Signalled { get; set; }
    }

    public Dictionary<ulong, FakeEvent> Events { get; } = [];

    /// <summary>The size and type of every live pool buffer.</summary>
    public Dictionary<ulong, (MemoryType Type, ulong Bytes)> Pool { get; } = [];

    public bool IsOutOfMemory { get; set; }

    public IReadOnlyList<(EfiHandle Handle, Guid Protocol, GuestAddress Interface)> Installed => _installed;

    /// <summary>How many InstallMultiple calls there were.</summary>
    public int InstallCalls { get; private set; }

    public GuestAddress InterfaceOf(Guid protocol, int instance = 0) =>
        _installed.Where(i => i.Protocol == protocol).Skip(instance).First().Interface;

    public EfiHandle HandleOf(Guid protocol, int instance = 0) =>
        _installed.Where(i => i.Protocol == protocol).Skip(instance).First().Handle;

    public bool Has(Guid protocol) => _installed.Any(i => i.Protocol == protocol);

    public EfiResult<GuestAddress> AllocatePool(MemoryType memoryType, ulong bytes)
    {
        if (IsOutOfMemory)
        {
            return EfiStatus.OutOfResources;
        }

        var address = new GuestAddress(_nextPool);
        _nextPool += (bytes + 15) & ~7UL;
        Pool.Add(address.Value, (memoryType, bytes));
        return address;
    }

    public EfiStatus FreePool(GuestAddress buffer)
    {
        firmware.Log.Add("FreePool");
        return Pool.Remove(buffer.Value) ? EfiStatus.Success : EfiStatus.InvalidParameter;
    }

    public EfiResult<EfiEvent> CreateEvent(EventType type, Tpl notifyTpl, GuestAddress notifyFunction, GuestAddress context, Guid? group = null)
    {
        var created = new EfiEvent(0xE000 + ((ulong)Events.Count * 8));
        Events.Add(created.Value, new FakeEvent(type, notifyTpl, notifyFunction, context, group));
        return created;
    }

    public EfiStatus SignalEvent(EfiEvent signalled)
    {
        Events[signalled.Value].Signalled = true;
        return EfiStatus.Success;
    }

    public EfiStatus CloseEvent(EfiEvent closed)
    {
        firmware.Log.Add("CloseEvent");
        return Events.Remove(closed.Value) ? EfiStatus.Success : EfiStatus.InvalidParameter;
    }

    /// <summary>Queues the notification of a waiting event, then takes its signal away.</summary>
    public EfiStatus CheckEvent(EfiEvent checkedEvent)
    {
        FakeEvent state = Events[checkedEvent.Value];
        if (!state.Signalled && state.Type == EventType.NotifyWait)
        {
            firmware.Run(state.Notify, checkedEvent.Value, state.Context.Value);
        }

        bool signalled = state.Signalled;
        state.Signalled = false;
        return signalled ? EfiStatus.Success : EfiStatus.NotReady;
    }

    /// <summary>Runs the notifications of an event group.</summary>
    public void SignalGroup(Guid group)
    {
        foreach ((ulong key, FakeEvent state) in Events.Where(e => e.Value.Group == group).ToArray())
        {
            firmware.Run(state.Notify, key, state.Context.Value);
        }
    }

    public EfiResult<EfiHandle> InstallMultipleProtocolInterfaces(EfiHandle handle, params (Guid Protocol, GuestAddress Interface)[] protocols)
    {
        InstallCalls++;
        EfiHandle target = handle.IsNull ? new EfiHandle(_nextHandle += 8) : handle;
        foreach ((Guid protocol, GuestAddress address) in protocols)
        {
            _installed.Add((target, protocol, address));
        }

        return target;
    }

    public EfiResult<GuestAddress> HandleProtocol(EfiHandle handle, Guid protocol) =>
        _installed.Where(i => i.Handle == handle && i.Protocol == protocol).Select(i => (EfiResult<GuestAddress>)i.Interface)
            .FirstOrDefault(EfiStatus.Unsupported);

    public EfiResult<GuestAddress> LocateProtocol(Guid protocol) => throw new NotSupportedException();

    public EfiStatus InstallConfigurationTable(Guid guid, GuestAddress table) => throw new NotSupportedException();

    public EfiResult<GuestAddress> AllocatePages(AllocateType allocateType, MemoryType memoryType, ulong pages, GuestAddress address) =>
        throw new NotSupportedException();

    public EfiStatus FreePages(GuestAddress address, ulong pages) => throw new NotSupportedException();

    public MemoryMap GetMemoryMap() => throw new NotSupportedException();

    public Tpl RaiseTpl(Tpl level) => throw new NotSupportedException();

    public void RestoreTpl(Tpl level) => throw new NotSupportedException();
}
