using EfiEmu.Firmware.Abi;
using EfiEmu.Firmware.Memory;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The memory-space part of the DXE services, with its effects.</summary>
internal sealed class DxeServices(
    MemoryDatabase database, MemoryServices allocator, MapChanges changes, EventServices events, IGuestMemory memory) : IDxeServices
{
    /// <inheritdoc/>
    public EfiResult<IReadOnlyList<MemorySpaceDescriptor>> GetMemorySpaceMap(out GuestAddress buffer)
    {
        IReadOnlyList<MemorySpaceDescriptor> map = database.GetMemorySpaceMap();
        EfiResult<GuestAddress> allocated =
            allocator.AllocatePool(MemoryType.BootServicesData, (ulong)map.Count * DxeAbi.DescriptorBytes);
        buffer = allocated.Value;
        if (!allocated.Succeeded)
        {
            return allocated.Status;
        }

        for (int i = 0; i < map.Count; i++)
        {
            DxeAbi.Write(memory, buffer + ((ulong)i * DxeAbi.DescriptorBytes), map[i]);
        }

        return new EfiResult<IReadOnlyList<MemorySpaceDescriptor>>(EfiStatus.Success, map);
    }

    /// <inheritdoc/>
    public EfiResult<MemorySpaceDescriptor> GetMemorySpaceDescriptor(GuestAddress address) =>
        database.GetMemorySpaceDescriptor(address);

    /// <inheritdoc/>
    public EfiStatus AddMemorySpace(GcdMemoryType type, GuestAddress address, ulong length, MemoryAttributes capabilities) =>
        Release(database.AddMemorySpace(type, address, length, capabilities));

    /// <inheritdoc/>
    public EfiStatus RemoveMemorySpace(GuestAddress address, ulong length) =>
        Release(database.RemoveMemorySpace(address, length));

    /// <inheritdoc/>
    public EfiStatus SetMemorySpaceAttributes(GuestAddress address, ulong length, MemoryAttributes attributes) =>
        Release(database.SetMemorySpaceAttributes(address, length, attributes));

    private EfiStatus Release(EfiStatus status)
    {
        changes.Publish();
        events.DispatchPending();
        return status;
    }
}
