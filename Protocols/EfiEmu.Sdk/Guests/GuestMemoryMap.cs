namespace EfiEmu.Sdk;

/// <summary>A memory map in a guest's buffer.</summary>
public sealed class GuestMemoryMap
{
    private const uint PhysicalStartOffset = 8;
    private const uint NumberOfPagesOffset = 24;
    private const uint AttributeOffset = 32;

    private readonly GuestBootServices _services;
    private readonly IGuestMemory _memory;

    internal GuestMemoryMap(GuestBootServices services, IGuestMemory memory, GuestAddress buffer, ulong room)
    {
        _services = services;
        _memory = memory;
        Buffer = buffer;
        Room = room;
    }

    /// <summary>The buffer.</summary>
    public GuestAddress Buffer { get; }

    /// <summary>Bytes of the buffer.</summary>
    public ulong Room { get; }

    /// <summary>Bytes of the map; after BUFFER_TOO_SMALL, what firmware asks for.</summary>
    public ulong Size { get; private set; }

    /// <summary>The map key.</summary>
    public ulong Key { get; private set; }

    /// <summary>Bytes from one descriptor to the next: more than the structure has, so that the structure can grow.</summary>
    public ulong DescriptorSize { get; private set; }

    /// <summary>The descriptors, read from guest memory now.</summary>
    public IEnumerable<MemoryDescriptor> Descriptors => Read(DescriptorSize);

    /// <summary>The descriptors as a loader sees them that steps by another stride than firmware's.</summary>
    /// <param name="stride">Bytes from one descriptor to the next.</param>
    public IEnumerable<MemoryDescriptor> Read(ulong stride)
    {
        ArgumentOutOfRangeException.ThrowIfZero(stride);
        for (ulong at = 0; at + MemoryDescriptor.Size <= Math.Min(Size, Room); at += stride)
        {
            GuestAddress descriptor = Buffer + at;
            yield return new MemoryDescriptor(
                new MemoryType(_memory.ReadUInt32(descriptor)),
                _memory.ReadPointer(descriptor + PhysicalStartOffset),
                _memory.ReadUInt64(descriptor + NumberOfPagesOffset),
                (MemoryAttributes)_memory.ReadUInt64(descriptor + AttributeOffset));
        }
    }

    /// <summary>Fetches the map again into the same buffer: the one thing that is safe after a failed ExitBootServices.</summary>
    /// <returns>SUCCESS; BUFFER_TOO_SMALL when the map has outgrown the buffer.</returns>
    public EfiStatus Refetch()
    {
        ulong size = Room;
        EfiStatus status = _services.GetMemoryMap(ref size, Buffer, out ulong key, out ulong stride);
        Size = size;
        Key = key;
        DescriptorSize = stride;
        return status;
    }
}
