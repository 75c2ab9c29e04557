using System.Runtime.InteropServices;

namespace EfiEmu.Platforms;

/// <summary>The host memory behind guest memory: 64 KiB chunks that come into being when they are first touched.</summary>
internal sealed unsafe class HostChunks(ulong budgetBytes) : IDisposable
{
    public const int ChunkBytes = 1 << ChunkShift;
    private const int ChunkShift = 16;
    private const int RecentChunks = 256;

    private readonly Dictionary<ulong, Chunk> _chunks = [];

    // Direct-mapped by the low bits of the chunk number, so that the usual lookup is an array access.
    private readonly Chunk?[] _recent = new Chunk?[RecentChunks];
    private bool _disposed;

    /// <summary>Bytes that the host holds.</summary>
    public ulong BytesTouched => (ulong)_chunks.Count * ChunkBytes;

    /// <summary>The budget.</summary>
    public ulong BudgetBytes { get; } = budgetBytes;

    /// <summary>The number of chunks that exist.</summary>
    public int Count => _chunks.Count;

    /// <summary>All chunks, in no order that may be shown to anyone.</summary>
    public IEnumerable<Chunk> All => _chunks.Values;

    /// <summary>Where chunks are listed as they come into being; null while nobody asks.</summary>
    public List<Chunk>? Born { get; set; }

    /// <summary>What memory holds that nobody wrote; null for zeros everywhere.</summary>
    public IdentityTables? Tables { get; set; }

    /// <summary>The chunk that holds an address, or null where nothing was ever touched.</summary>
    public Chunk? Find(ulong address)
    {
        ulong number = address >> ChunkShift;
        Chunk? recent = _recent[number % RecentChunks];
        if (recent is not null && recent.Number == number)
        {
            return recent;
        }

        if (!_chunks.TryGetValue(number, out Chunk? chunk))
        {
            return null;
        }

        _recent[number % RecentChunks] = chunk;
        return chunk;
    }

    /// <summary>As <see cref="Find"/>, but a chunk that holds more than zeros is made when it is not there.</summary>
    public Chunk? FindContents(ulong address)
    {
        ulong start = address & ~(ulong)(ChunkBytes - 1);
        return Tables is { } tables && tables.Overlaps(start, start + (ChunkBytes - 1)) ? FindOrCreate(address) : Find(address);
    }

    /// <summary>The chunk that holds an address, made when it is not there; null when the budget is spent.</summary>
    public Chunk? FindOrCreate(ulong address)
    {
        if (Find(address) is { } existing)
        {
            return existing;
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        if (BytesTouched + ChunkBytes > BudgetBytes)
        {
            return null;
        }

        ulong number = address >> ChunkShift;
        var chunk = new Chunk(number, (nint)NativeMemory.AllocZeroed(ChunkBytes));
        _chunks.Add(number, chunk);
        _recent[number % RecentChunks] = chunk;
        Tables?.Fill(chunk.GuestStart, chunk.Bytes(0, ChunkBytes));
        Born?.Add(chunk);
        return chunk;
    }

    /// <summary>Gives a chunk back to the host, as if its memory had never been touched.</summary>
    public void Drop(Chunk chunk)
    {
        _chunks.Remove(chunk.Number);
        if (_recent[chunk.Number % RecentChunks] == chunk)
        {
            _recent[chunk.Number % RecentChunks] = null;
        }

        NativeMemory.Free((void*)chunk.Host);
    }

    /// <summary>The existing chunks of a range of addresses, in no order that may be shown to anyone.</summary>
    public IEnumerable<Chunk> Existing(ulong first, ulong last) =>
        _chunks.Values.Where(chunk => chunk.Number >= first >> ChunkShift && chunk.Number <= last >> ChunkShift);

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (Chunk chunk in _chunks.Values)
        {
            NativeMemory.Free((void*)chunk.Host);
        }

        _chunks.Clear();
        Array.Clear(_recent);
    }

    /// <summary>64 KiB of guest memory.</summary>
    internal sealed class Chunk(ulong number, nint host)
    {
        /// <summary>The guest address divided by the size of a chunk.</summary>
        public ulong Number { get; } = number;

        /// <summary>Where it lies in the host.</summary>
        public nint Host { get; } = host;

        /// <summary>The guest address of its first byte.</summary>
        public ulong GuestStart => Number << ChunkShift;

        /// <summary>One bit per page from which the processor took code.</summary>
        public ushort CodePages { get; set; }

        /// <summary>One bit per page whose contents a checkpoint needs and has not kept yet.</summary>
        public ushort Unsaved { get; set; }

        /// <summary>Bytes from an offset on.</summary>
        public Span<byte> Bytes(int offset, int length) => new Span<byte>((void*)Host, ChunkBytes).Slice(offset, length);
    }
}
