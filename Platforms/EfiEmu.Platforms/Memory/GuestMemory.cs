using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Guest-physical memory: sparse, with acceptance checked at every touch.</summary>
internal sealed class GuestMemory : IGuestMemory, IDisposable
{
    private const ulong PageMask = GuestAddress.PageSize - 1;

    // Where a PC has its BIOS: no RAM of the map's, but the machine answers reads there, with zeros, since OVMF keeps no table there.
    // Differs from SEV-SNP and TDX, where nobody accepts these pages and a read faults. A kernel scans them only because this firmware has
    // no ACPI tables; on real machines, which have them, it goes on as it does here.
    private static readonly MemoryRange BiosArea = new(0xC0000, 0x40000);

    private readonly RamMap _ram;
    private readonly PageStates _states;
    private readonly HostChunks _chunks;
    private readonly RangeMap<bool> _firmwareCode = new(false);
    private PageJournal? _journal;

    public GuestMemory(RamMap ram, PageStates states, ulong budgetBytes)
    {
        _ram = ram;
        _states = states;
        _chunks = new HostChunks(budgetBytes);
    }

    /// <summary>Called when the host changes bytes of a page from which the processor took code: address and length.</summary>
    public Action<ulong, ulong>? CodeChanged { get; set; }

    /// <summary>Firmware's page tables; null where the layout has no room for them.</summary>
    public IdentityTables? Tables
    {
        get => _chunks.Tables;
        set => _chunks.Tables = value;
    }

    /// <summary>Called when someone may write to firmware's page tables.</summary>
    public Action? TablesWritten { get; set; }

    /// <summary>Bytes that the host holds, in chunks of 64 KiB.</summary>
    public ulong BytesTouched => _chunks.BytesTouched;

    /// <summary>Where they lie, ascending, in pieces of that size.</summary>
    public IReadOnlyList<MemoryRange> Touched =>
        [.. _chunks.All.Select(chunk => new MemoryRange(chunk.GuestStart, HostChunks.ChunkBytes)).OrderBy(range => range.Start)];

    /// <summary>True once a touch by the processor was refused because the budget is spent.</summary>
    public bool IsBudgetSpent { get; private set; }

    /// <summary>The exception that says so.</summary>
    public TouchedMemoryBudgetException BudgetException => new(_chunks.BudgetBytes);

    /// <summary>The host address of a page for the processor, or 0 when it may not be touched this way.</summary>
    public unsafe nint TranslatePage(ulong page, MemoryAccess access)
    {
        bool isBios = access == MemoryAccess.Read && BiosArea.Contains(page);
        if (!isBios && Refusal(page, access == MemoryAccess.Write) is not null)
        {
            return 0;
        }

        HostChunks.Chunk? chunk = _chunks.FindOrCreate(page);
        if (chunk is null)
        {
            IsBudgetSpent = true;
            return 0;
        }

        int offset = OffsetInChunk(page);
        if (access == MemoryAccess.Execute)
        {
            chunk.CodePages |= PageBit(offset);
        }
        else if (access == MemoryAccess.Write)
        {
            ReportTableChange(page, page | PageMask);
            KeepBeforeWrite(chunk, offset, (int)GuestAddress.PageSize);
        }

        return chunk.Host + offset;
    }

    /// <summary>Keeps memory as it is, page by page as it is written; every write translation must be asked for anew.</summary>
    /// <returns>What puts it back, any number of times, and what ends the keeping.</returns>
    public (Action Restore, Action Release) Save()
    {
        var journal = new PageJournal(_chunks, CodeChanged);
        journal.Start();
        _journal = journal;
        Action restoreFirmwareCode = _firmwareCode.Save();
        bool isBudgetSpent = IsBudgetSpent;
        return (Restore, Release);

        void Restore()
        {
            journal.Restore();
            restoreFirmwareCode();
            IsBudgetSpent = isBudgetSpent;
        }

        void Release()
        {
            journal.Dispose();
            _journal = null;
        }
    }

    /// <summary>Why an address may not be touched.</summary>
    public MemoryFaultReason Explain(ulong address, bool write) => Refusal(address, write) ?? MemoryFaultReason.NothingThere;

    /// <summary>Whether a whole range is RAM.</summary>
    public bool IsRam(MemoryRange range) => _ram.Covers(range);

    /// <summary>Makes a range firmware's own code: guests may read and run it, not write it.</summary>
    public void ProtectFirmwareCode(MemoryRange range)
    {
        if ((range.Start & PageMask) != 0 || (range.Length & PageMask) != 0 || !_ram.Covers(range))
        {
            throw new ArgumentException($"firmware code must be whole pages of RAM: {range}", nameof(range));
        }

        _firmwareCode.Set(range, true);
    }

    /// <inheritdoc/>
    public void Read(GuestAddress address, Span<byte> destination)
    {
        Check(address.Value, (ulong)destination.Length, write: false);
        ulong at = address.Value;
        while (destination.Length > 0)
        {
            int offset = OffsetInChunk(at);
            int length = Math.Min(destination.Length, HostChunks.ChunkBytes - offset);
            Span<byte> part = destination[..length];
            if (_chunks.FindContents(at) is { } chunk)
            {
                chunk.Bytes(offset, length).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            destination = destination[length..];
            at += (ulong)length;
        }
    }

    /// <inheritdoc/>
    public void Write(GuestAddress address, ReadOnlySpan<byte> source)
    {
        Check(address.Value, (ulong)source.Length, write: true);
        Store(address.Value, source);
    }

    /// <summary>Writes as firmware itself does: its own code may be written, nothing else differs.</summary>
    public void WriteAsFirmware(GuestAddress address, ReadOnlySpan<byte> source)
    {
        Check(address.Value, (ulong)source.Length, write: false);
        Store(address.Value, source);
    }

    /// <inheritdoc/>
    public void Fill(GuestAddress address, ulong bytes, byte value)
    {
        Check(address.Value, bytes, write: true);
        if (bytes == 0)
        {
            return;
        }

        ulong last = address.Value + (bytes - 1);
        ReportTableChange(address.Value, last);
        if (value == 0)
        {
            ClearExisting(address.Value, last);
            return;
        }

        for (ulong at = address.Value; ;)
        {
            int offset = OffsetInChunk(at);
            ulong length = Math.Min((ulong)(HostChunks.ChunkBytes - offset), last - at + 1);
            HostChunks.Chunk chunk = _chunks.FindOrCreate(at) ?? throw BudgetException;
            KeepBeforeWrite(chunk, offset, (int)length);
            chunk.Bytes(offset, (int)length).Fill(value);
            ReportCodeChange(chunk, offset, (int)length);
            if (last - at < length)
            {
                return;
            }

            at += length;
        }
    }

    /// <summary>Reads what is there without a fault and without holding more memory; for reports.</summary>
    /// <returns>The bytes that could be read, from the address on.</returns>
    public byte[] Peek(GuestAddress address, int maximumBytes)
    {
        int readable = 0;
        while (readable < maximumBytes && Refusal(unchecked(address.Value + (ulong)readable), write: false) is null)
        {
            readable++;
        }

        byte[] bytes = new byte[readable];
        Read(address, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _chunks.Dispose();

    private static int OffsetInChunk(ulong address) => (int)(address % HostChunks.ChunkBytes);

    private static ushort PageBit(int offset) => (ushort)(1 << (offset / (int)GuestAddress.PageSize));

    private MemoryFaultReason? Refusal(ulong address, bool write) => address switch
    {
        _ when address >= _ram.Limit => MemoryFaultReason.BeyondAddressSpace,
        _ when !_ram.Contains(address) => MemoryFaultReason.NothingThere,
        _ when _states[address] == PageState.Unaccepted => MemoryFaultReason.NotAccepted,
        _ when write && _firmwareCode[address] => MemoryFaultReason.FirmwareCode,
        _ => null,
    };

    // Everything is checked before anything is touched, in steps of whole runs: a range may be as long as the guest likes.
    private void Check(ulong address, ulong length, bool write)
    {
        while (length > 0)
        {
            if (Refusal(address, write) is { } reason)
            {
                throw new GuestMemoryFaultException(new GuestAddress(address), write, reason);
            }

            ulong step = Math.Min(length, _ram.ContiguousFrom(address));
            step = Math.Min(step, _states.EndOf(address) - address);
            if (write)
            {
                step = Math.Min(step, _firmwareCode.EndOf(address) - address);
            }

            address += step;
            length -= step;
        }
    }

    private void Store(ulong address, ReadOnlySpan<byte> source)
    {
        while (source.Length > 0)
        {
            int offset = OffsetInChunk(address);
            int length = Math.Min(source.Length, HostChunks.ChunkBytes - offset);
            ReportTableChange(address, address + (ulong)length - 1);
            HostChunks.Chunk chunk = _chunks.FindOrCreate(address) ?? throw BudgetException;
            KeepBeforeWrite(chunk, offset, length);
            source[..length].CopyTo(chunk.Bytes(offset, length));
            ReportCodeChange(chunk, offset, length);
            source = source[length..];
            address += (ulong)length;
        }
    }

    // Visits the chunks that exist or the chunks of the range, whichever are fewer.
    private void ClearExisting(ulong first, ulong last)
    {
        if (Tables is { } tables)
        {
            for (ulong at = Math.Max(first, tables.Range.Start); at <= last && at < tables.Range.End; at += GuestAddress.PageSize)
            {
                _chunks.FindContents(at);
            }
        }

        ulong chunksInRange = (last / HostChunks.ChunkBytes) - (first / HostChunks.ChunkBytes) + 1;
        if (chunksInRange > (ulong)_chunks.Count)
        {
            foreach (HostChunks.Chunk chunk in _chunks.Existing(first, last))
            {
                Clear(chunk, first, last);
            }

            return;
        }

        for (ulong i = 0, at = first - (first % HostChunks.ChunkBytes); i < chunksInRange; i++, at += HostChunks.ChunkBytes)
        {
            if (_chunks.Find(at) is { } chunk)
            {
                Clear(chunk, first, last);
            }
        }
    }

    private void Clear(HostChunks.Chunk chunk, ulong first, ulong last)
    {
        int from = first > chunk.GuestStart ? OffsetInChunk(first) : 0;
        ulong lastInChunk = Math.Min(last, chunk.GuestStart + (HostChunks.ChunkBytes - 1));
        int length = (int)(lastInChunk - chunk.GuestStart) - from + 1;
        KeepBeforeWrite(chunk, from, length);
        chunk.Bytes(from, length).Clear();
        ReportCodeChange(chunk, from, length);
    }

    private void KeepBeforeWrite(HostChunks.Chunk chunk, int offset, int length)
    {
        if (chunk.Unsaved != 0)
        {
            _journal?.BeforeWrite(chunk, offset, length);
        }
    }

    private void ReportTableChange(ulong first, ulong last)
    {
        if (Tables is { } tables && tables.Overlaps(first, last))
        {
            TablesWritten?.Invoke();
        }
    }

    private void ReportCodeChange(HostChunks.Chunk chunk, int offset, int length)
    {
        if (chunk.CodePages == 0 || CodeChanged is null)
        {
            return;
        }

        for (int page = offset & ~(int)PageMask; page < offset + length; page += (int)GuestAddress.PageSize)
        {
            if ((chunk.CodePages & PageBit(page)) != 0)
            {
                CodeChanged(chunk.GuestStart + (ulong)page, GuestAddress.PageSize);
            }
        }
    }
}
