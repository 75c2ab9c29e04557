using EfiEmu.Sdk;

namespace EfiEmu.Protocols.Tests.Support;

/// <summary>Just enough firmware for a plugin: flat memory, a pool that never reuses, handles, events, functions that run at once.</summary>
internal sealed class FakeFirmware : IFirmwareContext, IMemoryAcceptance, IConsole, IEntropySource
{
    private const ulong FirstFunction = 0xF000_0000;

    private readonly Dictionary<ulong, (FunctionSignature Signature, GuestFunction Body)> _functions = [];
    private readonly Queue<(char Unicode, ushort ScanCode)> _keys = new();

    public FakeFirmware()
    {
        Services = new FakeBootServices(this);
        Dxe = new FakeDxeServices(this);
        BootDevice = Services.InstallMultipleProtocolInterfaces(EfiHandle.Null, (Guid.Empty, GuestAddress.Null)).Value;
    }

    public FakeBootServices Services { get; }

    public FakeDxeServices Dxe { get; }

    public FlatGuestMemory Ram { get; } = new(0x10_0000, 8 << 20);

    /// <summary>What happened, in order: acceptance, memory space and event calls.</summary>
    public List<string> Log { get; } = [];

    public string Printed { get; private set; } = "";

    public EfiStatus AcceptStatus { get; set; } = EfiStatus.Success;

    public IBootServices BootServices => Services;

    public IDxeServices DxeServices => Dxe;

    public IGuestMemory Memory => Ram;

    public IMemoryAcceptance Acceptance => this;

    public IConsole Console => this;

    public IEntropySource Entropy => this;

    public ReadOnlyMemory<byte>? Initrd { get; set; }

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> BootVolume { get; set; } = new Dictionary<string, ReadOnlyMemory<byte>>();

    public EfiHandle BootDevice { get; set; }

    public bool OffersMemoryAccept { get; set; }

    public bool OffersNegotiation { get; set; }

    public IEnumerable<FunctionSignature> Signatures => _functions.Values.Select(f => f.Signature);

    public GuestAddress CreateFunction(FunctionSignature signature, GuestFunction body)
    {
        ulong address = FirstFunction + ((ulong)_functions.Count * 16);
        _functions.Add(address, (signature, body));
        return new GuestAddress(address);
    }

    /// <summary>Runs the function that an interface has at an offset, as a guest's indirect call would.</summary>
    public EfiStatus Call(GuestAddress table, uint offset, params ulong[] arguments) => new(CallValue(table, offset, arguments));

    public ulong CallValue(GuestAddress table, uint offset, params ulong[] arguments) =>
        Run(Ram.ReadPointer(table + offset), arguments);

    public ulong Run(GuestAddress function, params ulong[] arguments) => _functions[function.Value].Body(new FakeCall(arguments));

    public FunctionSignature SignatureAt(GuestAddress function) => _functions[function.Value].Signature;

    public FakeFirmware Start(IFirmwarePlugin plugin)
    {
        plugin.Install(this);
        return this;
    }

    public void Press(char unicode, ushort scanCode = 0) => _keys.Enqueue((unicode, scanCode));

    /// <summary>Room for a test's own structures.</summary>
    public GuestAddress Allocate(uint bytes)
    {
        GuestAddress address = Services.AllocatePool(MemoryType.LoaderData, bytes).Value;
        Ram.Fill(address, bytes, 0);
        return address;
    }

    public GuestAddress Place(ReadOnlySpan<byte> bytes)
    {
        GuestAddress address = Allocate((uint)bytes.Length);
        Ram.Write(address, bytes);
        return address;
    }

    public GuestAddress Place(string text)
    {
        GuestAddress address = Allocate((uint)(text.Length + 1) * 2);
        Ram.WriteUtf16(address, text);
        return address;
    }

    public GuestAddress Place(ulong value)
    {
        GuestAddress address = Allocate(8);
        Ram.WriteUInt64(address, value);
        return address;
    }

    public EfiStatus Accept(GuestAddress start, ulong bytes, MemoryAcceptor acceptor)
    {
        Log.Add(FormattableString.Invariant($"accept {start}+0x{bytes:x} {acceptor}"));
        return AcceptStatus;
    }

    public void Write(string text) => Printed += text;

    public bool TryReadKey(out char unicode, out ushort scanCode)
    {
        bool found = _keys.TryDequeue(out (char Unicode, ushort ScanCode) key);
        (unicode, scanCode) = key;
        return found;
    }

    public void Fill(Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (byte)(i + 1);
        }
    }

    private sealed class FakeCall(ulong[] arguments) : IGuestCall
    {
        public GuestAddress ReturnAddress => new(0x1000);

        public ulong this[int index] => arguments[index];
    }
}
