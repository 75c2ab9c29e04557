using System.Runtime.CompilerServices;
using EfiEmu.Cpu.Paging;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Execution;

/// <summary>
/// Guest memory as the processor sees it: a read and a write table of page translations (direct mapped, 16 bytes an entry:
/// linear page address, then host minus linear address), and the slow paths behind them.
/// </summary>
/// <remarks>
/// A physical page that holds decoded code is never in the write table, by whatever address, so that each store to it comes here.
/// </remarks>
internal sealed unsafe class GuestMemory
{
    public const int TlbEntries = 4096;
    public const ulong TlbOffsetMask = (TlbEntries - 1) << 4;
    public const string NotCanonical = "address is not canonical";
    private const ulong PageMask = ~0xFFFul;
    private const ulong PageSize = 0x1000;

    // No page has this address.
    private const ulong NoPage = 1;

    private readonly IProcessorBus _bus;
    private readonly byte* _state;
    private readonly AddressSpace _space;
    private CodeCache? _code;

    public GuestMemory(IProcessorBus bus, byte* state, AddressSpace space)
    {
        _bus = bus;
        _state = state;
        _space = space;
        Flush();
    }

    /// <summary>The bits of a linear address that there are: 32-bit code wraps at 4 GiB.</summary>
    public ulong AddressMask { get; set; } = ulong.MaxValue;

    private byte* ReadTable => _state + Slot.ReadTable;

    private byte* WriteTable => _state + Slot.WriteTable;

    /// <summary>Whom stores into decoded pages are told to.</summary>
    public void Attach(CodeCache code) => _code = code;

    public void Flush()
    {
        for (int entry = 0; entry < TlbEntries; entry++)
        {
            *(ulong*)(ReadTable + (entry * 16)) = NoPage;
            *(ulong*)(WriteTable + (entry * 16)) = NoPage;
        }
    }

    /// <summary>Forgets the translations of one linear page.</summary>
    public void Forget(ulong page)
    {
        Forget(ReadTable, page);
        Forget(WriteTable, page);
    }

    /// <summary>Takes a physical page out of the write table, because code was decoded from it.</summary>
    /// <param name="page">The physical page.</param>
    /// <param name="host">Where it lies in the host.</param>
    public void ForbidFastWrites(ulong page, nint host)
    {
        if (_space.IsIdentity)
        {
            Forget(WriteTable, page);
            return;
        }

        for (int index = 0; index < TlbEntries; index++)
        {
            byte* entry = WriteTable + (index * 16);
            if (*(ulong*)entry + *(ulong*)(entry + 8) == (ulong)host)
            {
                *(ulong*)entry = NoPage;
            }
        }
    }

    /// <summary>Reads 1 to 8 bytes for a micro-operation, when the table did not answer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong ReadSlow(ulong address, int bytes, MicroOp* operation)
    {
        *(MicroOp**)(_state + Slot.Operation) = operation;
        return Read(address, bytes);
    }

    /// <summary>Reads 1 to 8 bytes that the same instruction writes next: a fault of the write comes first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong ReadForWriteSlow(ulong address, int bytes, MicroOp* operation)
    {
        *(MicroOp**)(_state + Slot.Operation) = operation;
        CheckWrite(address, bytes);
        return Read(address, bytes);
    }

    /// <summary>Writes 1 to 8 bytes for a micro-operation, when the table did not answer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void WriteSlow(ulong address, ulong value, int bytes, MicroOp* operation)
    {
        *(MicroOp**)(_state + Slot.Operation) = operation;
        Write(address, value, bytes);
    }

    /// <summary>A transfer leads to an address that is not canonical.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void RefuseTarget(MicroOp* operation)
    {
        *(MicroOp**)(_state + Slot.Operation) = operation;
        throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "RIP is not canonical");
    }

    public ulong Read(ulong address, int bytes)
    {
        ulong value = 0;
        ReadBytes(address, new Span<byte>(&value, bytes));
        return value;
    }

    public void Write(ulong address, ulong value, int bytes) => WriteBytes(address, new ReadOnlySpan<byte>(&value, bytes));

    /// <summary>Reads up to a page; a fault names the first byte that cannot be read.</summary>
    public void ReadBytes(ulong address, Span<byte> target)
    {
        int first = FirstPart(address, target.Length);
        byte* source = HostForRead(address);
        byte* rest = first < target.Length ? HostForRead(Behind(address, first)) : null;
        new ReadOnlySpan<byte>(source, first).CopyTo(target);
        if (rest != null)
        {
            new ReadOnlySpan<byte>(rest, target.Length - first).CopyTo(target[first..]);
        }
    }

    /// <summary>Writes up to a page, all or nothing.</summary>
    public void WriteBytes(ulong address, ReadOnlySpan<byte> source)
    {
        int first = FirstPart(address, source.Length);
        byte* target = HostForWrite(address);
        byte* rest = first < source.Length ? HostForWrite(Behind(address, first)) : null;
        source[..first].CopyTo(new Span<byte>(target, first));
        if (rest != null)
        {
            source[first..].CopyTo(new Span<byte>(rest, source.Length - first));
        }

        WroteTo(address, (ulong)first);
        if (rest != null)
        {
            WroteTo(Behind(address, first), (ulong)(source.Length - first));
        }
    }

    /// <summary>Faults as a write would, and writes nothing.</summary>
    public void CheckWrite(ulong address, int bytes)
    {
        int first = FirstPart(address, bytes);
        HostForWrite(address);
        if (first < bytes)
        {
            HostForWrite(Behind(address, first));
        }
    }

    /// <summary>The host address of a guest byte that may be read.</summary>
    public byte* HostForRead(ulong address)
    {
        byte* entry = ReadTable + ((address >> 8) & TlbOffsetMask);
        return *(ulong*)entry == (address & PageMask)
            ? (byte*)(address + *(ulong*)(entry + 8))
            : Translate(address, MemoryAccess.Read);
    }

    /// <summary>The host address of a guest byte that may be written; the caller tells the code cache.</summary>
    public byte* HostForWrite(ulong address)
    {
        byte* entry = WriteTable + ((address >> 8) & TlbOffsetMask);
        return *(ulong*)entry == (address & PageMask)
            ? (byte*)(address + *(ulong*)(entry + 8))
            : Translate(address, MemoryAccess.Write);
    }

    /// <summary>Bytes of one page were written through a host address: code decoded from them is dropped.</summary>
    public void WroteTo(ulong address, ulong length)
    {
        // A page in the write table holds no code.
        if (*(ulong*)(WriteTable + ((address >> 8) & TlbOffsetMask)) != (address & PageMask))
        {
            ulong page = _space.PageOf(address, MemoryAccess.Write);
            _code!.OnWrite(page | (address & ~PageMask), length);
        }
    }

    private static void Forget(byte* table, ulong page)
    {
        byte* entry = table + ((page >> 8) & TlbOffsetMask);
        if (*(ulong*)entry == page)
        {
            *(ulong*)entry = NoPage;
        }
    }

    private ulong Behind(ulong address, int bytes) => (address + (ulong)bytes) & AddressMask;

    private static int FirstPart(ulong address, int bytes) => (int)Math.Min((ulong)bytes, PageSize - (address & ~PageMask));

    private byte* Translate(ulong address, MemoryAccess access)
    {
        ulong page = address & PageMask;
        if (!IsCanonical(address))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, NotCanonical);
        }

        ulong physical = _space.PageOf(address, access);
        ulong host = (ulong)_bus.TranslatePage(physical, access);
        if (host == 0)
        {
            throw GuestStopException.Refused(physical | (address & ~PageMask), access);
        }

        byte* table = access == MemoryAccess.Read ? ReadTable : WriteTable;
        if ((access == MemoryAccess.Read || !_code!.HoldsCode(physical)) && _space.MayKeep(address))
        {
            byte* entry = table + ((address >> 8) & TlbOffsetMask);
            *(ulong*)entry = page;
            *(ulong*)(entry + 8) = host - page;
        }

        return (byte*)(host + (address & ~PageMask));
    }

    public static bool IsCanonical(ulong address) => (ulong)((long)(address << 16) >> 16) == address;
}
