using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>What the processor sees of its machine.</summary>
internal sealed class MachineBus(GuestMemory memory, VirtualClock clock, ulong seed, ulong pageAttributes) : IProcessorBus
{
    public const ulong GateSpacing = 16;

    private readonly ModelSpecificRegisters _registers = new(clock);
    private readonly SeededRandom _random = new(seed, SeededRandom.InstructionStream);
    private readonly List<MemoryRange> _gates = [];
    private IReadOnlyList<MemoryRange>? _code;

    /// <summary>The I/O ports.</summary>
    public IoPorts Ports { get; } = new();

    /// <summary>The platform's side; set before the processor runs.</summary>
    public IPlatformInstructions Platform { get; set; } = new PlainInstructions();

    public ulong AddressAttributes => pageAttributes;

    /// <summary>Which features CPUID reports.</summary>
    public ProcessorModel Processor { get; init; } = ProcessorModel.Default;

    public void AddGates(MemoryRange range) => _gates.Add(range);

    public void ConfineExecution(IReadOnlyList<MemoryRange> code) => _code = code;

    /// <summary>Gates made so far.</summary>
    public int GateRanges => _gates.Count;

    /// <summary>Keeps everything but memory, time and the platform's side, and gives what puts it back.</summary>
    public Action Save()
    {
        Action[] parts = [_registers.Save(), _random.Save(), Ports.Serial.Save(), Ports.Timer.Save(), Ports.Pci.Save()];
        int gates = _gates.Count;
        IReadOnlyList<MemoryRange>? code = _code;
        return () =>
        {
            Array.ForEach(parts, restore => restore());
            _gates.RemoveRange(gates, _gates.Count - gates);
            _code = code;
        };
    }

    /// <summary>Whether execution is confined to ranges that do not hold an address.</summary>
    public bool IsOutsideCode(ulong address) => _code is not null && !_code.Any(range => range.Contains(address));

    public nint TranslatePage(ulong pageAddress, MemoryAccess access) =>
        access == MemoryAccess.Execute && IsOutsideCode(pageAddress) ? 0 : memory.TranslatePage(pageAddress, access);

    public bool IsGate(ulong address)
    {
        foreach (MemoryRange gates in _gates)
        {
            if (gates.Contains(address))
            {
                return address % GateSpacing == 0;
            }
        }

        return false;
    }

    public CpuidResult Cpuid(uint leaf, uint subleaf) => Processor.Masked(leaf, subleaf, Platform.Cpuid(leaf, subleaf));

    public bool TryReadMsr(uint index, out ulong value) =>
        Platform.TryReadMsr(index, out value) || _registers.TryRead(index, out value);

    public bool TryWriteMsr(uint index, ulong value) =>
        Platform.TryWriteMsr(index, value) || _registers.TryWrite(index, value);

    public bool TryReadPort(ushort port, int bytes, ulong instructionsRetired, out uint value) =>
        Ports.TryRead(port, bytes, clock.After(instructionsRetired), out value);

    public bool TryWritePort(ushort port, int bytes, ulong instructionsRetired, uint value) =>
        Ports.TryWrite(port, bytes, clock.After(instructionsRetired), value);

    public ulong ReadTimestampCounter(ulong instructionsRetired) => clock.TimestampCounter(instructionsRetired);

    public ulong NextRandom() => _random.Next();
}
