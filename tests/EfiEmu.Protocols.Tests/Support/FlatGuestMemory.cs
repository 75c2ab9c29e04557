using EfiEmu.Sdk;

namespace EfiEmu.Protocols.Tests.Support;

/// <summary>One range of RAM that starts out filled with 0xaf, so that nobody can rely on zeroes; anything else faults.</summary>
internal sealed class FlatGuestMemory : IGuestMemory
{
    private readonly ulong _start;
    private readonly byte[] _bytes;

    public FlatGuestMemory(ulong start, int length)
    {
        _start = start;
        _bytes = new byte[length];
        _bytes.AsSpan().Fill(0xaf);
    }

    public void Read(GuestAddress address, Span<byte> destination) =>
        Range(address, (ulong)destination.Length, write: false).CopyTo(destination);

    public void Write(GuestAddress address, ReadOnlySpan<byte> source) =>
        source.CopyTo(Range(address, (ulong)source.Length, write: true));

    public void Fill(GuestAddress address, ulong bytes, byte value) => Range(address, bytes, write: true).Fill(value);

    private Span<byte> Range(GuestAddress address, ulong bytes, bool write)
    {
        ulong offset = address.Value - _start;
        if (address.Value < _start || bytes > (ulong)_bytes.Length || offset > (ulong)_bytes.Length - bytes)
        {
            throw new GuestMemoryFaultException(address, write, MemoryFaultReason.NothingThere);
        }

        return _bytes.AsSpan((int)offset, (int)bytes);
    }
}
