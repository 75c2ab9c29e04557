using EfiEmu.Cpu;

namespace EfiEmu.Platforms.Tests;

/// <summary>A machine without a processor: registers, page states and ports for platform instructions.</summary>
internal sealed class FakeHost : IPlatformHost
{
    private readonly ulong[] _registers = new ulong[16];

    public FakeHost(MemoryLayout layout, AcceptanceCosts costs)
    {
        Ram = new RamMap(layout);
        Ledger = new AcceptanceLedger(new PageStates(PageState.Unaccepted), costs, Clock, layout.RamBytes);
    }

    public VirtualClock Clock { get; } = new(() => 0);

    public ProcessorModel Processor { get; init; } = ProcessorModel.Default;

    public RamMap Ram { get; }

    public AcceptanceLedger Ledger { get; }

    public IoPorts Ports { get; } = new();

    public ulong Rflags { get; set; } = 0x8d7;

    public ulong this[Register register]
    {
        get => _registers[(int)register];
        set => _registers[(int)register] = value;
    }

    public bool TryTranslate(ulong linear, out ulong physical)
    {
        physical = linear;
        return true;
    }

    public bool TryReadPort(ushort port, int bytes, out uint value) => Ports.TryRead(port, bytes, 0, out value);

    public bool TryWritePort(ushort port, int bytes, uint value) => Ports.TryWrite(port, bytes, 0, value);
}
