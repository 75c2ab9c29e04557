using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>A piece of a pool page: free, or one buffer with its head and tail.</summary>
internal sealed class PoolChunk
{
    /// <summary>Makes a free chunk.</summary>
    public PoolChunk(PoolPage page, GuestAddress address, int bucket)
    {
        Page = page;
        Address = address;
        Bucket = bucket;
        Node = new LinkedListNode<PoolChunk>(this);
    }

    /// <summary>The page that it lies in.</summary>
    public PoolPage Page { get; }

    /// <summary>First byte.</summary>
    public GuestAddress Address { get; }

    /// <summary>The bucket that its size belongs to.</summary>
    public int Bucket { get; }

    /// <summary>Its place in the list of free chunks.</summary>
    public LinkedListNode<PoolChunk> Node { get; }
}

/// <summary>A page that the pool cuts into chunks for buffers of one type.</summary>
internal sealed class PoolPage(GuestAddress address, MemoryType type)
{
    /// <summary>First byte.</summary>
    public GuestAddress Address { get; } = address;

    /// <summary>The type of all its buffers.</summary>
    public MemoryType Type { get; } = type;

    /// <summary>Its free chunks.</summary>
    public HashSet<PoolChunk> Free { get; } = [];

    /// <summary>Chunks that hold a buffer.</summary>
    public int InUse { get; set; }
}

/// <summary>A buffer that somebody holds.</summary>
/// <param name="Type">Its memory type.</param>
/// <param name="Requested">The bytes asked for.</param>
/// <param name="Total">The bytes with head, tail and alignment.</param>
/// <param name="Chunk">The chunk that it lies in, or null for a buffer with pages of its own.</param>
internal sealed record PoolBuffer(MemoryType Type, ulong Requested, ulong Total, PoolChunk? Chunk)
{
    /// <summary>The pages of a buffer that has its own.</summary>
    public ulong Pages => ((Total - 1) / GuestAddress.PageSize) + 1;
}
