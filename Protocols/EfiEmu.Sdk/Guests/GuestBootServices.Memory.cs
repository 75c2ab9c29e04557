namespace EfiEmu.Sdk;

/// <content>UEFI 2.10 section 7.2.</content>
public sealed partial class GuestBootServices
{
    /// <summary>AllocatePages.</summary>
    /// <returns>
    /// The first byte. INVALID_PARAMETER for a type that cannot be allocated; NOT_FOUND when AllocateAddress asks for memory
    /// that is not free; OUT_OF_RESOURCES when nothing fits.
    /// </returns>
    public EfiResult<GuestAddress> AllocatePages(
        ulong pages, MemoryType memoryType, AllocateType allocateType = AllocateType.AnyPages, GuestAddress address = default)
    {
        using var stack = new StackScope(_guest);
        GuestAddress where = stack.Place(address.Value);
        EfiStatus status = CallStatus(BootServicesTable.AllocatePages, (ulong)allocateType, memoryType.Value, pages, where.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(where));
    }

    /// <summary>AllocatePages, freed where the owner's scope ends.</summary>
    /// <returns>As <see cref="AllocatePages"/>.</returns>
    public EfiResult<OwnedPages> OwnPages(ulong pages, MemoryType memoryType) =>
        AllocatePages(pages, memoryType) is var result && result.TryGet(out GuestAddress address)
            ? new OwnedPages(this, address, pages)
            : result.Status;

    /// <summary>FreePages.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER for an unaligned address or 0 pages; NOT_FOUND when they are not allocated.</returns>
    public EfiStatus FreePages(GuestAddress address, ulong pages) => CallStatus(BootServicesTable.FreePages, address.Value, pages);

    /// <summary>AllocatePool.</summary>
    /// <returns>The buffer, aligned to 8 bytes. INVALID_PARAMETER for a type that cannot be allocated; OUT_OF_RESOURCES.</returns>
    public EfiResult<GuestAddress> AllocatePool(MemoryType memoryType, ulong bytes)
    {
        using var stack = new StackScope(_guest);
        GuestAddress where = stack.Place(0UL);
        EfiStatus status = CallStatus(BootServicesTable.AllocatePool, memoryType.Value, bytes, where.Value);
        return new EfiResult<GuestAddress>(status, Memory.ReadPointer(where));
    }

    /// <summary>AllocatePool, freed where the owner's scope ends.</summary>
    /// <returns>As <see cref="AllocatePool"/>.</returns>
    public EfiResult<OwnedPool> OwnPool(MemoryType memoryType, ulong bytes) =>
        AllocatePool(memoryType, bytes) is var result && result.TryGet(out GuestAddress address)
            ? new OwnedPool(this, address, bytes)
            : result.Status;

    /// <summary>FreePool.</summary>
    /// <returns>SUCCESS; INVALID_PARAMETER when it is no pool buffer.</returns>
    public EfiStatus FreePool(GuestAddress buffer) => CallStatus(BootServicesTable.FreePool, buffer.Value);

    /// <summary>GetMemoryMap.</summary>
    /// <param name="size">Bytes of the buffer; afterwards what firmware wrote to *MemoryMapSize.</param>
    /// <param name="buffer">The buffer, or NULL.</param>
    /// <param name="key">The map key; 0 where firmware wrote none.</param>
    /// <param name="descriptorSize">The stride between descriptors in bytes; 0 where firmware wrote none.</param>
    /// <returns>SUCCESS; BUFFER_TOO_SMALL with the size that is needed; INVALID_PARAMETER.</returns>
    public EfiStatus GetMemoryMap(ref ulong size, GuestAddress buffer, out ulong key, out ulong descriptorSize)
    {
        using var stack = new StackScope(_guest);
        GuestAddress sizeAt = stack.Place(size);
        GuestAddress keyAt = stack.Place(0UL);
        GuestAddress strideAt = stack.Place(0UL);
        GuestAddress versionAt = stack.Place(0UL);
        EfiStatus status = CallStatus(
            BootServicesTable.GetMemoryMap, sizeAt.Value, buffer.Value, keyAt.Value, strideAt.Value, versionAt.Value);
        size = Memory.ReadUInt64(sizeAt);
        key = Memory.ReadUInt64(keyAt);
        descriptorSize = Memory.ReadUInt64(strideAt);
        return status;
    }

    /// <summary>A memory map in a buffer that the guest has already; <see cref="GuestMemoryMap.Refetch"/> fetches it.</summary>
    /// <param name="buffer">Where the descriptors go.</param>
    /// <param name="room">Bytes of the buffer.</param>
    public GuestMemoryMap MemoryMapAt(GuestAddress buffer, ulong room) => new(this, Memory, buffer, room);

    /// <summary>Reads the memory map as a careful loader does: asks for the size, allocates that and some slack, fetches.</summary>
    /// <param name="slack">Descriptors to leave room for beyond what firmware asks for: the buffer itself may split a range.</param>
    /// <param name="bufferType">The type of the buffer, which stays allocated.</param>
    /// <returns>The map; what GetMemoryMap or AllocatePool return.</returns>
    public EfiResult<GuestMemoryMap> ReadMemoryMap(ulong slack, MemoryType? bufferType = null)
    {
        ulong size = 0;
        EfiStatus status = GetMemoryMap(ref size, GuestAddress.Null, out _, out ulong stride);
        if (status != EfiStatus.BufferTooSmall)
        {
            return status.IsError ? status : EfiStatus.LoadError;
        }

        ulong room = size + (slack * stride);
        EfiResult<GuestAddress> buffer = AllocatePool(bufferType ?? MemoryType.LoaderData, room);
        if (!buffer.TryGet(out GuestAddress address))
        {
            return buffer.Status;
        }

        GuestMemoryMap map = MemoryMapAt(address, room);
        return new EfiResult<GuestMemoryMap>(map.Refetch(), map);
    }
}
