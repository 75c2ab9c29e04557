using EfiEmu.Sdk;

namespace EfiEmu.Guests.Shared;

/// <summary>The table in which Linux keeps what it has still to accept: one bit for each 2 MiB.</summary>
/// <remarks>
/// LINUX_EFI_UNACCEPTED_MEM_TABLE, version 1: version u32 @0, unit_size u32 @4, phys_base u64 @8, size u64 @16 (bytes of the
/// bitmap), bitmap @24, least significant bit first. Linux 6.5, drivers/firmware/efi/libstub/unaccepted_memory.c.
/// </remarks>
internal sealed class UnacceptedMemoryTable
{
    /// <summary>What one bit stands for.</summary>
    public const ulong UnitBytes = 2UL << 20;

    private const ulong HeaderBytes = 24;
    private const uint Version = 1;

    private readonly IGuestMemory _memory;
    private readonly GuestAddress _address;
    private readonly ulong _base;

    private UnacceptedMemoryTable(IGuestMemory memory, GuestAddress address, ulong physicalBase)
    {
        _memory = memory;
        _address = address;
        _base = physicalBase;
    }

    /// <summary>Makes an empty table that reaches from the lowest to the highest unaccepted address, and installs it.</summary>
    /// <returns>The table, or null where all memory is accepted; what a service returned that failed.</returns>
    public static EfiResult<UnacceptedMemoryTable?> Install(IGuestContext guest)
    {
        GuestBootServices services = guest.BootServices;
        EfiResult<GuestMemoryMap> map = services.ReadMemoryMap(slack: 8);
        if (!map.Succeeded)
        {
            return map.Status;
        }

        List<MemoryDescriptor> unaccepted = [.. OfType15(map.Value.Descriptors)];
        services.FreePool(map.Value.Buffer);
        if (unaccepted.Count == 0)
        {
            return new EfiResult<UnacceptedMemoryTable?>(EfiStatus.Success, null);
        }

        ulong start = unaccepted.Min(d => d.PhysicalStart.Value) & ~(UnitBytes - 1);
        ulong end = unaccepted.Max(d => d.PhysicalStart.Value + d.Bytes);
        ulong bytes = (end - start + (UnitBytes * 8) - 1) / (UnitBytes * 8);
        EfiResult<GuestAddress> allocated = services.AllocatePool(MemoryType.AcpiReclaim, HeaderBytes + bytes);
        if (!allocated.TryGet(out GuestAddress table))
        {
            return allocated.Status;
        }

        guest.Memory.WriteUInt32(table, Version);
        guest.Memory.WriteUInt32(table + 4, (uint)UnitBytes);
        guest.Memory.WriteUInt64(table + 8, start);
        guest.Memory.WriteUInt64(table + 16, bytes);
        guest.Memory.Fill(table + HeaderBytes, bytes, 0);
        EfiStatus status = services.InstallConfigurationTable(KnownGuids.LinuxUnacceptedMemoryTable, table);
        return new EfiResult<UnacceptedMemoryTable?>(status, new UnacceptedMemoryTable(guest.Memory, table, start));
    }

    /// <summary>The descriptors of unaccepted memory.</summary>
    public static IEnumerable<MemoryDescriptor> OfType15(IEnumerable<MemoryDescriptor> map) => map.Where(d => d.Type == MemoryType.Unaccepted);

    /// <summary>Marks every whole unit of unaccepted memory: what its kernel accepts when it first needs it.</summary>
    /// <remarks>Linux accepts what is left over at both ends at once; firmware's ranges here begin and end with a unit.</remarks>
    public void Mark(IEnumerable<MemoryDescriptor> map)
    {
        foreach (MemoryDescriptor descriptor in OfType15(map))
        {
            ulong first = (descriptor.PhysicalStart.Value - _base + UnitBytes - 1) / UnitBytes;
            ulong end = (descriptor.PhysicalStart.Value - _base + descriptor.Bytes) / UnitBytes;
            SetBits(first, end);
        }
    }

    private void SetBits(ulong first, ulong end)
    {
        GuestAddress bitmap = _address + HeaderBytes;
        for (; first < end && first % 8 != 0; first++)
        {
            SetBit(bitmap, first);
        }

        if (end > first)
        {
            _memory.Fill(bitmap + (first / 8), (end - first) / 8, 0xff);
            for (ulong bit = end & ~7UL; bit < end; bit++)
            {
                SetBit(bitmap, bit);
            }
        }
    }

    private void SetBit(GuestAddress bitmap, ulong bit)
    {
        GuestAddress at = bitmap + (bit / 8);
        _memory.WriteByte(at, (byte)(_memory.ReadByte(at) | (1 << (int)(bit % 8))));
    }
}
