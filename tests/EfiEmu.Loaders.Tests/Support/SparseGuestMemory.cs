using EfiEmu.Sdk;

namespace EfiEmu.Loaders.Tests.Support;

/// <summary>Guest memory in pages made on first write; a touch outside its one range faults. Untouched bytes read as 0xcc.</summary>
internal sealed class SparseGuestMemory(ulong start, ulong length) : IGuestMemory
{
    public const byte Untouched = 0xcc;

    private readonly Dictionary<ulong, byte[]> _pages = [];

    public int TouchedPages => _pages.Count;

    public void Read(GuestAddress address, Span<byte> destination)
    {
        Check(address, (ulong)destination.Length, write: false);
        for (int i = 0; i < destination.Length;)
        {
            ulong at = address.Value + (ulong)i;
            int count = Math.Min(4096 - (int)(at & 4095), destination.Length - i);
            Span<byte> target = destination.Slice(i, count);
            if (_pages.TryGetValue(at >> 12, out byte[]? page))
            {
                page.AsSpan((int)(at & 4095), count).CopyTo(target);
            }
            else
            {
                target.Fill(Untouched);
            }

            i += count;
        }
    }

    public void Write(GuestAddress address, ReadOnlySpan<byte> source)
    {
        Check(address, (ulong)source.Length, write: true);
        for (int i = 0; i < source.Length;)
        {
            ulong at = address.Value + (ulong)i;
            int count = Math.Min(4096 - (int)(at & 4095), source.Length - i);
            source.Slice(i, count).CopyTo(Page(at).AsSpan((int)(at & 4095)));
            i += count;
        }
    }

    public void Fill(GuestAddress address, ulong bytes, byte value)
    {
        Check(address, bytes, write: true);

        // Long fills are kept to the first mebibyte: what lies behind is not looked at by any test.
        ulong end = address.Value + Math.Min(bytes, 1 << 20);
        for (ulong at = address.Value; at < end;)
        {
            ulong count = Math.Min(4096 - (at & 4095), end - at);
            Page(at).AsSpan((int)(at & 4095), (int)count).Fill(value);
            at += count;
        }
    }

    private byte[] Page(ulong at)
    {
        if (!_pages.TryGetValue(at >> 12, out byte[]? page))
        {
            page = new byte[4096];
            page.AsSpan().Fill(Untouched);
            _pages.Add(at >> 12, page);
        }

        return page;
    }

    private void Check(GuestAddress address, ulong bytes, bool write)
    {
        if (address.Value < start || bytes > length || address.Value - start > length - bytes)
        {
            throw new GuestMemoryFaultException(address, write, MemoryFaultReason.NothingThere);
        }
    }
}
