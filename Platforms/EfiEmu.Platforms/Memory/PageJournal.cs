using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Guest memory at a checkpoint, kept page by page when something writes to one for the first time.</summary>
/// <param name="chunks">The memory.</param>
/// <param name="codeChanged">Told where bytes change back under code that the processor took: address and length.</param>
internal sealed class PageJournal(HostChunks chunks, Action<ulong, ulong>? codeChanged) : IDisposable
{
    private const int PageBytes = (int)GuestAddress.PageSize;
    private const ushort AllPages = ushort.MaxValue;

    private readonly List<SavedPage> _saved = [];
    private readonly Stack<byte[]> _spare = new();
    private readonly List<HostChunks.Chunk> _born = [];

    /// <summary>From now on nothing is lost.</summary>
    public void Start()
    {
        foreach (HostChunks.Chunk chunk in chunks.All)
        {
            chunk.Unsaved = AllPages;
        }

        chunks.Born = _born;
    }

    /// <summary>Keeps the pages of a chunk that a write is about to reach.</summary>
    public void BeforeWrite(HostChunks.Chunk chunk, int offset, int length)
    {
        for (int page = offset & ~(PageBytes - 1); page < offset + length; page += PageBytes)
        {
            ushort bit = Bit(page);
            if ((chunk.Unsaved & bit) != 0)
            {
                byte[] contents = _spare.TryPop(out byte[]? spare) ? spare : new byte[PageBytes];
                chunk.Bytes(page, PageBytes).CopyTo(contents);
                _saved.Add(new SavedPage(chunk, page, contents));
                chunk.Unsaved &= (ushort)~bit;
            }
        }
    }

    /// <summary>Makes memory what it was. Every kept translation of the processor is invalid afterwards.</summary>
    public void Restore()
    {
        foreach (SavedPage page in _saved)
        {
            PutBack(page);
            page.Chunk.Unsaved |= Bit(page.Offset);
            _spare.Push(page.Contents);
        }

        _saved.Clear();
        foreach (HostChunks.Chunk chunk in _born)
        {
            ForgetCode(chunk);
            chunks.Drop(chunk);
        }

        _born.Clear();
    }

    /// <summary>Ends the keeping; memory stays as it is.</summary>
    public void Dispose()
    {
        foreach (HostChunks.Chunk chunk in chunks.All)
        {
            chunk.Unsaved = 0;
        }

        chunks.Born = null;
    }

    private static ushort Bit(int offset) => (ushort)(1 << (offset / PageBytes));

    // Only the stretch that differs is written, so that code beside data which a guest writes often stays decoded.
    private void PutBack(SavedPage page)
    {
        Span<byte> now = page.Chunk.Bytes(page.Offset, PageBytes);
        int first = now.CommonPrefixLength(page.Contents);
        if (first == PageBytes)
        {
            return;
        }

        int end = PageBytes;
        while (now[end - 1] == page.Contents[end - 1])
        {
            end--;
        }

        page.Contents.AsSpan(first, end - first).CopyTo(now[first..]);
        if ((page.Chunk.CodePages & Bit(page.Offset)) != 0)
        {
            codeChanged?.Invoke(page.Chunk.GuestStart + (ulong)(page.Offset + first), (ulong)(end - first));
        }
    }

    private void ForgetCode(HostChunks.Chunk chunk)
    {
        if (chunk.CodePages != 0)
        {
            codeChanged?.Invoke(chunk.GuestStart, HostChunks.ChunkBytes);
        }
    }

    private readonly record struct SavedPage(HostChunks.Chunk Chunk, int Offset, byte[] Contents);
}
