using System.Runtime.InteropServices;

namespace EfiEmu.Cpu.Translation;

/// <summary>Native memory for blocks, given back only as a whole.</summary>
internal sealed unsafe class CodeArena : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private readonly List<nint> _chunks = [];
    private byte* _next;
    private int _left;

    /// <summary>Bytes taken from the host.</summary>
    public long Size => (long)_chunks.Count * ChunkBytes;

    public void* Allocate(int bytes)
    {
        bytes = (bytes + 7) & ~7;
        if (bytes > _left)
        {
            _next = (byte*)NativeMemory.Alloc(ChunkBytes);
            _left = ChunkBytes;
            _chunks.Add((nint)_next);
        }

        byte* result = _next;
        _next += bytes;
        _left -= bytes;
        return result;
    }

    public void Clear()
    {
        foreach (nint chunk in _chunks)
        {
            NativeMemory.Free((void*)chunk);
        }

        _chunks.Clear();
        _left = 0;
    }

    public void Dispose() => Clear();
}
