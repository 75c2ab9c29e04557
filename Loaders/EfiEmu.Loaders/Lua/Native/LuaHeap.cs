using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EfiEmu.Loaders.Lua;

/// <summary>The memory of one Lua state, counted, with a limit that holds while the script runs.</summary>
/// <remarks>
/// Lua answers a refused allocation with an error of its own, which jumps to the nearest protected call. While the host pushes
/// values there is none, and no C# frame may be jumped over; so the limit holds inside <see cref="LuaApi.Resume"/> only.
/// </remarks>
internal sealed unsafe class LuaHeap : IDisposable
{
    // A collection must free this part of the limit.
    private const ulong LeastFreed = 16;

    private Counters* _counters;

    public LuaHeap(ulong limit)
    {
        _counters = (Counters*)NativeMemory.AllocZeroed((nuint)sizeof(Counters));
        _counters->Limit = limit;
    }

    /// <summary>Whether the limit holds now.</summary>
    public bool Enforced
    {
        get => _counters->Enforced;
        set => _counters->Enforced = value;
    }

    /// <summary>Bytes that may still be allocated.</summary>
    public ulong Headroom => _counters->Limit > _counters->Used ? _counters->Limit - _counters->Used : 0;

    /// <summary>A state whose memory this is.</summary>
    public nint NewState() => LuaApi.NewState(&Allocate, _counters);

    /// <summary>Frees the counters; the state must be closed.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_counters);
        _counters = null;
    }

    // For a new block Lua passes the kind of object in the place of the old size.
    [UnmanagedCallersOnly]
    private static void* Allocate(void* data, void* block, nuint oldSize, nuint newSize)
    {
        var counters = (Counters*)data;
        ulong before = block is null ? 0 : oldSize;
        if (newSize == 0)
        {
            counters->Used -= before;
            NativeMemory.Free(block);
            return null;
        }

        if (newSize > before && counters->Enforced)
        {
            // Refused, Lua collects all garbage and asks again. Where that frees next to nothing the script is at its limit: else it
            // would go on with a collection for each allocation.
            ulong limit = counters->Refused ? counters->Limit - (counters->Limit / LeastFreed) : counters->Limit;
            counters->Refused = counters->Used - before + newSize > limit;
            if (counters->Refused)
            {
                return null;
            }
        }

        void* moved = Resize(block, newSize);
        if (moved is not null)
        {
            counters->Used += newSize - before;
        }

        return moved;
    }

    // Realloc throws where the host has no memory; Lua wants NULL.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void* Resize(void* block, nuint bytes)
    {
        try
        {
            return NativeMemory.Realloc(block, bytes);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private struct Counters
    {
        public ulong Used;
        public ulong Limit;
        public bool Enforced;
        public bool Refused;
    }
}
