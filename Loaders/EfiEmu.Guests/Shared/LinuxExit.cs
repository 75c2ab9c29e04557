using EfiEmu.Sdk;

namespace EfiEmu.Guests.Shared;

/// <summary>How Linux's stub leaves boot services.</summary>
/// <remarks>
/// Linux 6.1, drivers/firmware/efi/libstub: efi_get_memory_map and efi_exit_boot_services. Later versions differ in the slack:
/// 8 descriptors, 32 since 6.12.
/// </remarks>
internal static class LinuxExit
{
    // struct efi_boot_memmap: map_size @0, desc_size @8, desc_ver @16, map_key @24, buff_size @32, the map @40.
    private const uint HeaderBytes = 40;

    /// <summary>Fetches the map into a buffer with slack, leaves, and tries once more with a fresh map in the same buffer.</summary>
    /// <param name="guest">The kernel.</param>
    /// <param name="slackDescriptors">Room for so many descriptors more than firmware asks for: the buffer itself may split a range.</param>
    /// <returns>The map with which the last attempt was made; what the service returned that failed.</returns>
    public static EfiResult<GuestMemoryMap> Leave(IGuestContext guest, ulong slackDescriptors)
    {
        EfiResult<GuestMemoryMap> fetched = Fetch(guest, slackDescriptors);
        return fetched.TryGet(out GuestMemoryMap map)
            ? new EfiResult<GuestMemoryMap>(WithOneRetry(guest, map), map)
            : fetched;
    }

    /// <summary>ExitBootServices with a map that was just fetched, and once more where firmware says that its key is stale.</summary>
    public static EfiStatus WithOneRetry(IGuestContext guest, GuestMemoryMap map)
    {
        EfiStatus status = guest.BootServices.ExitBootServices(map.Key);
        if (status != EfiStatus.InvalidParameter)
        {
            return status;
        }

        // Firmware changed the map inside the call. It comes into the same buffer, for nothing may be allocated now.
        status = map.Refetch();
        return status.IsError ? status : guest.BootServices.ExitBootServices(map.Key);
    }

    private static EfiResult<GuestMemoryMap> Fetch(IGuestContext guest, ulong slackDescriptors)
    {
        GuestBootServices services = guest.BootServices;
        ulong size = 0;
        if (services.GetMemoryMap(ref size, GuestAddress.Null, out _, out ulong stride) != EfiStatus.BufferTooSmall)
        {
            return EfiStatus.LoadError;
        }

        ulong room = size + (slackDescriptors * stride);
        EfiResult<GuestAddress> allocated = services.AllocatePool(MemoryType.AcpiReclaim, HeaderBytes + room);
        if (!allocated.TryGet(out GuestAddress header))
        {
            return allocated.Status;
        }

        // The table goes in before the map is fetched, for to install it may allocate.
        EfiStatus status = services.InstallConfigurationTable(KnownGuids.LinuxBootMemoryMapTable, header);
        GuestMemoryMap map = services.MemoryMapAt(header + HeaderBytes, room);
        status = status.IsError ? status : map.Refetch();
        guest.Memory.WriteUInt64(header, map.Size);
        guest.Memory.WriteUInt64(header + 8, map.DescriptorSize);
        guest.Memory.WriteUInt32(header + 16, MemoryDescriptor.Version);
        guest.Memory.WriteUInt64(header + 24, map.Key);
        guest.Memory.WriteUInt64(header + 32, room);
        return new EfiResult<GuestMemoryMap>(status, map);
    }
}
