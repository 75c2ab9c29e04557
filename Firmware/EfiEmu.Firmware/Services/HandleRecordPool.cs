using EfiEmu.Firmware.Handles;
using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The pool buffers of the handle database's records: they make the memory map move as on real firmware.</summary>
internal sealed class HandleRecordPool(PoolAllocator pool)
{
    private readonly Dictionary<ulong, GuestAddress> _buffers = [];

    /// <summary>Allocates a buffer for each record; null when memory is exhausted, and then none is kept.</summary>
    public List<(RecordKind Kind, GuestAddress Buffer)>? Allocate(IReadOnlyList<RecordKind> kinds)
    {
        var buffers = new List<(RecordKind, GuestAddress)>(kinds.Count);
        foreach (RecordKind kind in kinds)
        {
            if (!pool.AllocatePool(MemoryType.BootServicesData, HandleRecordSizes.Of(kind)).TryGet(out GuestAddress buffer))
            {
                buffers.ForEach(b => pool.FreePool(b.Item2));
                return null;
            }

            buffers.Add((kind, buffer));
        }

        return buffers;
    }

    /// <summary>Follows what the database did: new records take the prepared buffers, or new ones; gone records free theirs.</summary>
    public void Apply(IReadOnlyList<RecordChange> changes, List<(RecordKind Kind, GuestAddress Buffer)> prepared)
    {
        foreach (RecordChange change in changes)
        {
            if (!change.Added)
            {
                if (_buffers.Remove(change.Id, out GuestAddress freed))
                {
                    pool.FreePool(freed);
                }

                continue;
            }

            int index = prepared.FindIndex(p => p.Kind == change.Kind);
            if (index >= 0)
            {
                _buffers[change.Id] = prepared[index].Buffer;
                prepared.RemoveAt(index);
            }
            else if (pool.AllocatePool(MemoryType.BootServicesData, HandleRecordSizes.Of(change.Kind)).TryGet(out GuestAddress buffer))
            {
                _buffers[change.Id] = buffer;
            }
        }

        foreach ((_, GuestAddress unused) in prepared)
        {
            pool.FreePool(unused);
        }

        prepared.Clear();
    }

    /// <summary>Follows what the database did.</summary>
    public void Apply(IReadOnlyList<RecordChange> changes) => Apply(changes, []);
}
