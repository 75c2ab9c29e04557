using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>The pool of one memory type: its free chunks by bucket, the one freed last on top, and what is live.</summary>
internal sealed class TypePool
{
    private readonly LinkedList<PoolChunk>[] _free;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="type">The memory type.</param>
    /// <param name="control">The pool buffer that firmware keeps its lists in, or NULL where they are its own data.</param>
    public TypePool(MemoryType type, GuestAddress control)
    {
        Type = type;
        Control = control;
        _free = new LinkedList<PoolChunk>[PoolLayout.Buckets];
        for (int i = 0; i < _free.Length; i++)
        {
            _free[i] = new LinkedList<PoolChunk>();
        }
    }

    /// <summary>The memory type.</summary>
    public MemoryType Type { get; }

    /// <summary>The pool buffer that firmware keeps its lists in, or NULL.</summary>
    public GuestAddress Control { get; }

    /// <summary>What is live.</summary>
    public PoolUsage Usage { get; private set; }

    /// <summary>The free chunk to use for a bucket: of that bucket, else of the next larger one that has any; null for none.</summary>
    public PoolChunk? Smallest(int bucket)
    {
        for (int i = bucket; i < _free.Length; i++)
        {
            if (_free[i].First is { } first)
            {
                return first.Value;
            }
        }

        return null;
    }

    /// <summary>Puts a chunk on top of the free ones.</summary>
    public void Release(PoolChunk chunk)
    {
        _free[chunk.Bucket].AddFirst(chunk.Node);
        chunk.Page.Free.Add(chunk);
    }

    /// <summary>Takes a chunk from the free ones.</summary>
    public void Withdraw(PoolChunk chunk)
    {
        _free[chunk.Bucket].Remove(chunk.Node);
        chunk.Page.Free.Remove(chunk);
    }

    /// <summary>Takes every free chunk of a page away.</summary>
    public void Forget(PoolPage page)
    {
        foreach (PoolChunk chunk in page.Free)
        {
            _free[chunk.Bucket].Remove(chunk.Node);
        }

        page.Free.Clear();
    }

    /// <summary>Counts a buffer in.</summary>
    public void CountIn(PoolBuffer buffer) =>
        Usage = new PoolUsage(Type, Usage.Buffers + 1, Usage.Bytes + buffer.Requested);

    /// <summary>Counts a buffer out.</summary>
    public void CountOut(PoolBuffer buffer) =>
        Usage = new PoolUsage(Type, Usage.Buffers - 1, Usage.Bytes - buffer.Requested);
}
