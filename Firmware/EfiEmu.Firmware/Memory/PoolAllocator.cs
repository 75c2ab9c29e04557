using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>The pool: buffers of any size over pages, one set of pages for each memory type.</summary>
/// <remarks>
/// <para>UEFI 2.10 sections 7.2.4 and 7.2.5; MdeModulePkg/Core/Dxe/Mem/Pool.c.</para>
/// <para>
/// Small buffers are cut out of pages that give their free chunks away, last freed first; a page goes back when all its
/// chunks are free. Large ones have pages of their own, so that their addresses end in 0x018. Only pages move the map key.
/// </para>
/// <para>
/// Heads, tails and the marks of free chunks lie in guest memory, where a guest can trample on them. Which buffers there are
/// is known here as well, so a trampled or invented one is refused and breaks nothing.
/// </para>
/// </remarks>
internal sealed class PoolAllocator(MemoryDatabase database, IGuestMemory memory)
{
    // edk2's control structure for the pool of a type that OEMs or OS loaders define.
    private const ulong ControlBytes = 232;

    private readonly Dictionary<uint, TypePool> _pools = [];
    private readonly Dictionary<ulong, PoolBuffer> _buffers = [];
    private readonly Dictionary<ulong, PoolPage> _pages = [];
    private readonly SortedSet<ulong> _starts = [];

    /// <summary>What is live, by type number; types without a buffer are left out.</summary>
    public IReadOnlyList<PoolUsage> Usage =>
        [.. _pools.Values.Where(p => p.Usage.Buffers > 0).Select(p => p.Usage).OrderBy(u => u.Type.Value)];

    /// <summary>EFI_BOOT_SERVICES.AllocatePool(). The memory is not cleared.</summary>
    /// <param name="type">The memory type.</param>
    /// <param name="bytes">Bytes wanted; 0 gives a buffer too.</param>
    /// <remarks>
    /// <list type="bullet">
    /// <item><description>INVALID_PARAMETER: the memory type is Conventional, Persistent, 16 to 0x6FFFFFFF, or (since
    /// edk2-stable202405) Unaccepted.</description></item>
    /// <item><description>OUT_OF_RESOURCES: nothing fits.</description></item>
    /// </list>
    /// Differs from edk2: a size within 47 bytes of 2^64 is OUT_OF_RESOURCES throughout, where edk2 lets some wrap to 0.
    /// </remarks>
    public EfiResult<GuestAddress> AllocatePool(MemoryType type, ulong bytes)
    {
        if (!database.CanBePooled(type))
        {
            return EfiStatus.InvalidParameter;
        }

        if (bytes > ulong.MaxValue - PoolLayout.Overhead - 7 || PoolFor(type) is not { } pool)
        {
            return EfiStatus.OutOfResources;
        }

        ulong total = ((bytes + 7) & ~7UL) + PoolLayout.Overhead;
        int bucket = PoolLayout.BucketFor(total);
        PoolChunk? chunk = null;
        GuestAddress head;
        if (bucket == PoolLayout.Buckets)
        {
            head = TakePages(type, ((total - 1) / GuestAddress.PageSize) + 1);
        }
        else
        {
            chunk = TakeChunk(pool, bucket);
            head = chunk?.Address ?? GuestAddress.Null;
        }

        if (head.IsNull)
        {
            return EfiStatus.OutOfResources;
        }

        PoolLayout.WriteBuffer(memory, head, type, total);
        var buffer = new PoolBuffer(type, bytes, total, chunk);
        _buffers.Add(head.Value, buffer);
        pool.CountIn(buffer);
        if (chunk is null)
        {
            _starts.Add(head.Value);
        }

        return head + PoolLayout.HeadSize;
    }

    /// <summary>EFI_BOOT_SERVICES.FreePool().</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item><description>INVALID_PARAMETER: NULL, no buffer of the pool, or one whose head or tail was overwritten.</description></item>
    /// </list>
    /// Differs from edk2: a head and tail that the guest made up are refused, where edk2 believes them; so is a second free of
    /// a buffer that had pages of its own.
    /// </remarks>
    public EfiStatus FreePool(GuestAddress address)
    {
        GuestAddress head = new(unchecked(address.Value - PoolLayout.HeadSize));
        if (!_buffers.TryGetValue(head.Value, out PoolBuffer? buffer)
            || !PoolLayout.IsIntact(memory, head, buffer.Type, buffer.Total))
        {
            return EfiStatus.InvalidParameter;
        }

        _buffers.Remove(head.Value);
        TypePool pool = _pools[buffer.Type.Value];
        pool.CountOut(buffer);

        // The guest may have freed the pages behind the pool's back; the pool then lets them be, as edk2 does.
        if (buffer.Chunk is { } chunk)
        {
            ReleaseChunk(pool, chunk);
        }
        else
        {
            _starts.Remove(head.Value);
            _ = database.FreePoolPages(head, buffer.Pages);
        }

        DropIfUnused(pool);
        return EfiStatus.Success;
    }

    private TypePool? PoolFor(MemoryType type)
    {
        if (_pools.TryGetValue(type.Value, out TypePool? known))
        {
            return known;
        }

        GuestAddress control = GuestAddress.Null;
        if (MemoryTypeFacts.IsCustom(type) && !AllocatePool(MemoryType.BootServicesData, ControlBytes).TryGet(out control))
        {
            return null;
        }

        var pool = new TypePool(type, control);
        _pools.Add(type.Value, pool);
        return pool;
    }

    // The control structure of a custom type goes with its last buffer.
    private void DropIfUnused(TypePool pool)
    {
        if (!pool.Control.IsNull && pool.Usage.Buffers == 0)
        {
            _pools.Remove(pool.Type.Value);
            _ = FreePool(pool.Control);
        }
    }

    private PoolChunk? TakeChunk(TypePool pool, int bucket)
    {
        PoolChunk? found = pool.Smallest(bucket);
        if (found is not null && found.Bucket == bucket)
        {
            pool.Withdraw(found);
            found.Page.InUse++;
            return found;
        }

        if (found is not null)
        {
            pool.Withdraw(found);
            return Carve(pool, found.Page, found.Address, PoolLayout.BucketSize(found.Bucket), bucket);
        }

        GuestAddress address = TakePages(pool.Type, 1);
        if (address.IsNull)
        {
            return null;
        }

        var page = new PoolPage(address, pool.Type);
        _pages.Add(address.Value, page);
        _starts.Add(address.Value);
        return Carve(pool, page, address, GuestAddress.PageSize, bucket);
    }

    // The first chunk is the buffer's; the rest is cut into chunks of descending size.
    private PoolChunk Carve(TypePool pool, PoolPage page, GuestAddress start, ulong bytes, int bucket)
    {
        ulong offset = PoolLayout.BucketSize(bucket);
        for (int rest = PoolLayout.BucketFor(bytes) - 1; offset < bytes; rest--)
        {
            for (; offset + PoolLayout.BucketSize(rest) <= bytes; offset += PoolLayout.BucketSize(rest))
            {
                PoolLayout.WriteFree(memory, start + offset, rest);
                pool.Release(new PoolChunk(page, start + offset, rest));
            }
        }

        page.InUse++;
        return new PoolChunk(page, start, bucket);
    }

    private void ReleaseChunk(TypePool pool, PoolChunk chunk)
    {
        PoolPage page = chunk.Page;
        PoolLayout.WriteFree(memory, chunk.Address, chunk.Bucket);
        page.InUse--;

        // A page that somebody else got meanwhile is no page of the pool any more.
        if (!_pages.TryGetValue(page.Address.Value, out PoolPage? current) || current != page)
        {
            return;
        }

        pool.Release(chunk);
        if (page.InUse == 0)
        {
            Forget(page);
            _ = database.FreePoolPages(page.Address, 1);
        }
    }

    private GuestAddress TakePages(MemoryType type, ulong pages)
    {
        if (!database.AllocatePoolPages(type, pages).TryGet(out GuestAddress start))
        {
            return GuestAddress.Null;
        }

        // What the guest freed behind the pool's back and the pool gets anew is no longer what it was.
        ulong last = start.Value + ((pages - 1) * GuestAddress.PageSize);
        foreach (ulong stale in _starts.GetViewBetween(start.Value, last).ToArray())
        {
            Forget(stale);
        }

        return start;
    }

    private void Forget(ulong start)
    {
        if (_pages.TryGetValue(start, out PoolPage? page))
        {
            Forget(page);
            for (ulong head = start; head < start + GuestAddress.PageSize; head += PoolLayout.BucketSize(0))
            {
                Lose(head);
            }
        }
        else
        {
            _starts.Remove(start);
            Lose(start);
        }
    }

    private void Forget(PoolPage page)
    {
        if (_pools.TryGetValue(page.Type.Value, out TypePool? pool))
        {
            pool.Forget(page);
        }

        _pages.Remove(page.Address.Value);
        _starts.Remove(page.Address.Value);
    }

    private void Lose(ulong head)
    {
        if (_buffers.Remove(head, out PoolBuffer? buffer))
        {
            _pools[buffer.Type.Value].CountOut(buffer);
        }
    }
}
