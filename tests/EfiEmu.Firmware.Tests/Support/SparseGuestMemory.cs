using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Support;

/// <summary>Guest memory as a dictionary of touched pages; addresses at and above a limit have nothing there.</summary>
internal sealed class SparseGuestMemory(ulong limit = 1UL << 52) : IGuestMemory
{
    private const int PageSize = 4096;

    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>Pages that hold something.</summary>
    public int PagesTouched => _pages.Count;

    public void Read(GuestAddress address, Span<byte> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            (ulong page, int offset) = Locate(address + (ulong)done, write: false);
            int count = Math.Min(PageSize - offset, destination.Length - done);
            Span<byte> part = destination.Slice(done, count);
            if (_pages.TryGetValue(page, out byte[]? bytes))
            {
                bytes.AsSpan(offset, count).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            done += count;
        }
    }

    public void Write(GuestAddress address, ReadOnlySpan<byte> source)
    {
        for (int done = 0; done < source.Length;)
        {
            (ulong page, int offset) = Locate(address + (ulong)done, write: true);
            int count = Math.Min(PageSize - offset, source.Length - done);
            source.Slice(done, count).CopyTo(Touch(page).AsSpan(offset));
            done += count;
        }
    }

    public void Fill(GuestAddress address, ulong bytes, byte value)
    {
        for (ulong done = 0; done < bytes;)
        {
            (ulong page, int offset) = Locate(address + done, write: true);
            int count = (int)Math.Min((ulong)(PageSize - offset), bytes - done);
            if (value != 0 || _pages.ContainsKey(page))
            {
                Touch(page).AsSpan(offset, count).Fill(value);
            }

            done += (ulong)count;
        }
    }

    private (ulong Page, int Offset) Locate(GuestAddress address, bool write) => address.Value < limit
        ? (address.Value / PageSize, (int)(address.Value % PageSize))
        : throw new GuestMemoryFaultException(address, write, MemoryFaultReason.NothingThere);

    private byte[] Touch(ulong page)
    {
        if (!_pages.TryGetValue(page, out byte[]? bytes))
        {
            _pages.Add(page, bytes = new byte[PageSize]);
        }

        return bytes;
    }
}
