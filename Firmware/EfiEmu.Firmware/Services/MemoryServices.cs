using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The memory services: what the memory database does, with its effects on events.</summary>
/// <remarks>UEFI 2.10 section 7.2; MdeModulePkg/Core/Dxe/Mem. The database documents each status.</remarks>
internal sealed class MemoryServices(MemoryDatabase database, PoolAllocator pool, MapChanges changes, EventServices events)
{
    /// <summary>Whether a type can be allocated as pool.</summary>
    public bool CanBePooled(MemoryType type) => database.CanBePooled(type);

    public EfiResult<GuestAddress> AllocatePages(uint allocateType, MemoryType type, ulong pages, GuestAddress address)
    {
        EfiResult<GuestAddress> result = database.AllocatePages(allocateType, type, pages, address);
        Release();
        return result;
    }

    public EfiStatus FreePages(GuestAddress address, ulong pages)
    {
        EfiStatus status = database.FreePages(address, pages);
        Release();
        return status;
    }

    public MemoryMap GetMemoryMap() => database.GetMemoryMap();

    public EfiResult<GuestAddress> AllocatePool(MemoryType type, ulong bytes)
    {
        EfiResult<GuestAddress> result = pool.AllocatePool(type, bytes);
        Release();
        return result;
    }

    public EfiStatus FreePool(GuestAddress buffer)
    {
        EfiStatus status = pool.FreePool(buffer);
        Release();
        return status;
    }

    // The memory lock is held at TPL_NOTIFY: what its changes signalled runs when it is released.
    private void Release()
    {
        changes.Publish();
        events.DispatchPending();
    }
}
