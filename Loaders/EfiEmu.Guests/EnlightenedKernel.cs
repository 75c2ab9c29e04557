using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that takes unaccepted memory over: it asks firmware to leave it, and keeps a table of it, as Linux since 6.5 does.</summary>
[Guest("enlightened-kernel", "takes unaccepted memory over, as Linux since 6.5 does on SEV-SNP and TDX")]
public sealed class EnlightenedKernel : IGuestImage
{
    private const ulong SlackDescriptors = 32;
    private const ulong UnitBytes = 2UL << 20;
    private const ulong TableHeaderBytes = 24;
    private const uint TableVersion = 1;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        if (guest.BootServices.LocateProtocol<SevMemoryAcceptance>().TryGet(out SevMemoryAcceptance acceptance))
        {
            acceptance.AllowUnacceptedMemory();
        }

        EfiStatus status = InstallTable(guest);
        return status.IsError ? status : UnenlightenedKernel.Leave(guest, SlackDescriptors);
    }

    // One bit for each 2 MiB from the lowest to the highest unaccepted address; none where all is accepted.
    private static EfiStatus InstallTable(IGuestContext guest)
    {
        EfiResult<GuestMemoryMap> map = guest.BootServices.ReadMemoryMap(SlackDescriptors);
        if (!map.Succeeded)
        {
            return map.Status;
        }

        List<MemoryDescriptor> unaccepted = [.. map.Value.Descriptors.Where(d => d.Type == MemoryType.Unaccepted)];
        if (unaccepted.Count == 0)
        {
            return EfiStatus.Success;
        }

        ulong start = unaccepted.Min(d => d.PhysicalStart.Value) & ~(UnitBytes - 1);
        ulong end = unaccepted.Max(d => d.PhysicalStart.Value + d.Bytes);
        ulong bytes = (((end - start) / UnitBytes) + 7) / 8;
        EfiResult<GuestAddress> allocated = guest.BootServices.AllocatePool(MemoryType.AcpiReclaim, TableHeaderBytes + bytes);
        if (!allocated.TryGet(out GuestAddress table))
        {
            return allocated.Status;
        }

        guest.Memory.WriteUInt32(table, TableVersion);
        guest.Memory.WriteUInt32(table + 4, (uint)UnitBytes);
        guest.Memory.WriteUInt64(table + 8, start);
        guest.Memory.WriteUInt64(table + 16, bytes);
        guest.Memory.Fill(table + TableHeaderBytes, bytes, 0);
        return guest.BootServices.InstallConfigurationTable(KnownGuids.LinuxUnacceptedMemoryTable, table);
    }
}
