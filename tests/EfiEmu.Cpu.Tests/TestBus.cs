using System.Runtime.InteropServices;

namespace EfiEmu.Cpu.Tests;

/// <summary>Pages of plain memory at chosen guest addresses; gates, ports and the rest as tests set them.</summary>
internal sealed unsafe class TestBus : IProcessorBus, IDisposable
{
    private readonly Dictionary<ulong, nint> _pages = [];
    private readonly List<nint> _owned = [];

    public HashSet<ulong> Gates { get; } = [];

    public HashSet<ulong> ReadOnly { get; } = [];

    public HashSet<ulong> NoExecute { get; } = [];

    public Dictionary<uint, ulong> Msrs { get; } = [];

    public Dictionary<ushort, uint> Ports { get; } = [];

    public int Translations { get; private set; }

    public void Map(ulong address, int pages)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)pages * 0x1000, 0x1000);
        new Span<byte>(memory, pages * 0x1000).Clear();
        _owned.Add((nint)memory);
        for (int page = 0; page < pages; page++)
        {
            _pages[address + ((ulong)page * 0x1000)] = (nint)(memory + (page * 0x1000));
        }
    }

    public void Unmap(ulong page) => _pages.Remove(page);

    /// <summary>Memory that was mapped by one call, from an address on.</summary>
    public Span<byte> At(ulong address, int length) =>
        new((byte*)_pages[address & ~0xFFFul] + (address & 0xFFF), length);

    public nint TranslatePage(ulong pageAddress, MemoryAccess access)
    {
        Translations++;
        bool refused = (access == MemoryAccess.Write && ReadOnly.Contains(pageAddress))
            || (access == MemoryAccess.Execute && NoExecute.Contains(pageAddress));
        return refused ? 0 : _pages.GetValueOrDefault(pageAddress);
    }

    public bool IsGate(ulong address) => Gates.Contains(address);

    public CpuidResult Cpuid(uint leaf, uint subleaf) => new(leaf + 1, subleaf + 2, 3, 4);

    public bool TryReadMsr(uint index, out ulong value) => Msrs.TryGetValue(index, out value);

    public bool TryWriteMsr(uint index, ulong value)
    {
        if (!Msrs.ContainsKey(index))
        {
            return false;
        }

        Msrs[index] = value;
        return true;
    }

    public bool TryReadPort(ushort port, int bytes, ulong instructionsRetired, out uint value) => Ports.TryGetValue(port, out value);

    public bool TryWritePort(ushort port, int bytes, ulong instructionsRetired, uint value)
    {
        if (!Ports.ContainsKey(port))
        {
            return false;
        }

        Ports[port] = value;
        return true;
    }

    public ulong ReadTimestampCounter(ulong instructionsRetired) => instructionsRetired * 3;

    public ulong NextRandom() => 0x0123_4567_89AB_CDEF;

    public void Dispose()
    {
        foreach (nint memory in _owned)
        {
            NativeMemory.AlignedFree((void*)memory);
        }

        _owned.Clear();
        _pages.Clear();
    }
}
