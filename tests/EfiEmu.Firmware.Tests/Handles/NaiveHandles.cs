using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Handles;

/// <summary>The handle database as three flat lists, each question answered by looking through them.</summary>
internal sealed class NaiveHandles
{
    private readonly List<Installed> _installed = [];
    private readonly List<Opened> _opened = [];
    private readonly HashSet<Guid> _known = [];

    public List<EfiHandle> Handles { get; } = [];

    public List<Registered> Registrations { get; } = [];

    public EfiHandle CoreAgent { get; set; }

    public (EfiStatus Status, EfiHandle Handle, List<EfiEvent> Notify) Install(
        EfiHandle handle, Guid protocol, GuestAddress address, EfiHandle fresh)
    {
        if (!handle.IsNull && Find(handle, protocol) is not null)
        {
            Open(new OpenRequest(handle, protocol, CoreAgent, EfiHandle.Null, OpenAttributes.ByHandleProtocol));
            return (EfiStatus.InvalidParameter, EfiHandle.Null, []);
        }

        _known.Add(protocol);
        if (!handle.IsNull && !Handles.Contains(handle))
        {
            return (EfiStatus.InvalidParameter, EfiHandle.Null, []);
        }

        if (handle.IsNull)
        {
            Handles.Add(handle = fresh);
        }

        _installed.Add(new Installed { Handle = handle, Protocol = protocol, Address = address, Serial = _serial++ });
        return (EfiStatus.Success, handle, [.. Registrations.Where(item => item.Protocol == protocol).Select(item => item.Event)]);
    }

    private int _serial;

    public (EfiStatus Status, EfiHandle Driver) PlanRemoval(EfiHandle handle, Guid protocol, GuestAddress address)
    {
        if (!Handles.Contains(handle))
        {
            return (EfiStatus.InvalidParameter, EfiHandle.Null);
        }

        Installed? found = Find(handle, protocol);
        return found is null || found.Address != address
            ? (EfiStatus.NotFound, EfiHandle.Null)
            : (EfiStatus.Success, DriverOf(found));
    }

    public EfiStatus CompleteRemoval(EfiHandle handle, Guid protocol, GuestAddress? reinstallAt, bool disconnected)
    {
        Installed found = Find(handle, protocol)!;
        if (disconnected)
        {
            _opened.RemoveAll(item => item.On == found && ((uint)item.Attributes & 7) != 0);
        }

        if (!disconnected || _opened.Any(item => item.On == found))
        {
            return EfiStatus.AccessDenied;
        }

        int position = _installed.IndexOf(found);
        foreach (Registered registration in Registrations.Where(item => item.LastReported == found))
        {
            registration.LastReported = _installed[..position].LastOrDefault(item => item.Protocol == protocol);
        }

        _installed.Remove(found);
        if (reinstallAt is { } address)
        {
            found.Address = address;
            _installed.Add(found);
        }
        else if (_installed.TrueForAll(item => item.Handle != handle))
        {
            Handles.Remove(handle);
        }

        return EfiStatus.Success;
    }

    public (EfiStatus Status, GuestAddress? Address, EfiHandle Driver) Open(OpenRequest request)
    {
        bool agent = Handles.Contains(request.Agent);
        bool controller = Handles.Contains(request.Controller);
        bool valid = Handles.Contains(request.Handle) && (uint)request.Attributes switch
        {
            1 or 2 or 4 => true,
            8 => agent && controller && request.Controller != request.Handle,
            0x10 or 0x30 => agent && controller,
            0x20 => agent,
            _ => false,
        };
        if (!valid)
        {
            return (EfiStatus.InvalidParameter, null, EfiHandle.Null);
        }

        bool test = request.Attributes == OpenAttributes.TestProtocol;
        Installed? found = Find(request.Handle, request.Protocol);
        if (found is null)
        {
            return (EfiStatus.Unsupported, test ? null : GuestAddress.Null, EfiHandle.Null);
        }

        List<Opened> users = [.. _opened.Where(item => item.On == found)];
        bool wantsDriver = ((uint)request.Attributes & 0x10) != 0;
        bool wantsExclusive = ((uint)request.Attributes & 0x20) != 0;
        Opened? same = users.Find(item =>
            item.Agent == request.Agent && item.Controller == request.Controller && item.Attributes == request.Attributes);
        if (same is not null && wantsDriver)
        {
            return (EfiStatus.AlreadyStarted, found.Address, EfiHandle.Null);
        }

        if (same is not null && !wantsExclusive)
        {
            same.Count++;
            return (EfiStatus.Success, test ? null : found.Address, EfiHandle.Null);
        }

        bool exclusive = users.Exists(item => ((uint)item.Attributes & 0x20) != 0);
        bool driven = users.Exists(item => ((uint)item.Attributes & 0x10) != 0);
        if ((wantsDriver || wantsExclusive) && (exclusive || (driven && !wantsExclusive)))
        {
            return (EfiStatus.AccessDenied, null, EfiHandle.Null);
        }

        if (wantsExclusive && driven)
        {
            return (EfiStatus.AccessDenied, null, DriverOf(found));
        }

        if (!request.Agent.IsNull)
        {
            _opened.Add(new Opened
            {
                On = found, Agent = request.Agent, Controller = request.Controller, Attributes = request.Attributes, Count = 1,
            });
        }

        return (EfiStatus.Success, test ? null : found.Address, EfiHandle.Null);
    }

    public EfiStatus Close(EfiHandle handle, Guid protocol, EfiHandle agent, EfiHandle controller)
    {
        if (!Handles.Contains(handle) || !Handles.Contains(agent) || (!controller.IsNull && !Handles.Contains(controller)))
        {
            return EfiStatus.InvalidParameter;
        }

        Installed? found = Find(handle, protocol);
        return _opened.RemoveAll(item => item.On == found && item.Agent == agent && item.Controller == controller) > 0
            ? EfiStatus.Success
            : EfiStatus.NotFound;
    }

    public void Register(Guid protocol, EfiEvent notified, GuestAddress key)
    {
        _known.Add(protocol);
        Registrations.Add(new Registered { Protocol = protocol, Event = notified, Key = key });
    }

    public void Unregister(EfiEvent notified) => Registrations.RemoveAll(item => item.Event == notified);

    public (EfiHandle Handle, GuestAddress Address)? Next(GuestAddress key, bool advance)
    {
        Registered registration = Registrations.Find(item => item.Key == key)!;
        int start = registration.LastReported is { } last ? _installed.IndexOf(last) + 1 : 0;
        Installed? next = _installed.Skip(start).FirstOrDefault(item => item.Protocol == registration.Protocol);
        registration.LastReported = advance && next is not null ? next : registration.LastReported;
        return next is null ? null : (next.Handle, next.Address);
    }

    public IEnumerable<EfiHandle> With(Guid protocol) =>
        _installed.Where(item => item.Protocol == protocol).Select(item => item.Handle);

    public IEnumerable<Guid> ProtocolsOf(EfiHandle handle) =>
        _installed.Where(item => item.Handle == handle).OrderByDescending(item => item.Serial).Select(item => item.Protocol);

    public IEnumerable<(EfiHandle, EfiHandle, OpenAttributes, uint)> UsagesOf(EfiHandle handle, Guid protocol) =>
        _opened.Where(item => item.On == Find(handle, protocol)).Select(item => (item.Agent, item.Controller, item.Attributes, item.Count));

    public IEnumerable<int> RecordCounts() =>
        [Handles.Count, _known.Count, _installed.Count, _opened.Count, Registrations.Count];

    private Installed? Find(EfiHandle handle, Guid protocol) =>
        _installed.Find(item => item.Handle == handle && item.Protocol == protocol);

    private EfiHandle DriverOf(Installed installed) =>
        _opened.Find(item => item.On == installed && ((uint)item.Attributes & 0x10) != 0)?.Agent ?? EfiHandle.Null;

    internal sealed class Installed
    {
        public EfiHandle Handle { get; init; }

        public Guid Protocol { get; init; }

        public GuestAddress Address { get; set; }

        public int Serial { get; init; }
    }

    internal sealed class Registered
    {
        public Guid Protocol { get; init; }

        public EfiEvent Event { get; init; }

        public GuestAddress Key { get; init; }

        public Installed? LastReported { get; set; }
    }

    private sealed class Opened
    {
        public required Installed On { get; init; }

        public EfiHandle Agent { get; init; }

        public EfiHandle Controller { get; init; }

        public OpenAttributes Attributes { get; init; }

        public uint Count { get; set; }
    }
}
