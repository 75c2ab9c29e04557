using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that takes unaccepted memory over: it asks firmware to leave it, and keeps a table of it, as Linux since 6.5 does.</summary>
public sealed class EnlightenedKernel : IGuestImage
{
    private const ulong SlackDescriptors = 32;
    private const ulong UnitBytes = 2UL << 20;
    private const ulong TableHeaderBytes = 24;
    private const uint TableVersion = 1;
    private const int DescriptorPhysicalStart = 8;
    private const int DescriptorNumberOfPages = 24;

    /// <inheritdoc/>
    public string Name => "enlightened-kernel";

    /// <inheritdoc/>
    public string Description => "takes unaccepted memory over, as Linux since 6.5 does on SEV-SNP and TDX";

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        if (guest.LocateProtocol(KnownGuids.SevMemoryAcceptanceProtocol).TryGet(out GuestAddress protocol))
        {
            guest.Call(guest.Memory.ReadPointer(protocol), protocol.Value);
        }

        EfiStatus status = InstallTable(guest);
        return status.IsError ? status : UnenlightenedKernel.Leave(guest, SlackDescriptors);
    }

    // One bit for each 2 MiB from the lowest to the highest unaccepted address; none where all is accepted.
    private static EfiStatus InstallTable(IGuestContext guest)
    {
        EfiResult<(ulong Start, ulong End)> unaccepted = FindUnaccepted(guest);
        if (!unaccepted.Succeeded || unaccepted.Value.End == 0)
        {
            return unaccepted.Status;
        }

        ulong start = unaccepted.Value.Start & ~(UnitBytes - 1);
        ulong bytes = (((unaccepted.Value.End - start) / UnitBytes) + 7) / 8;
        EfiResult<GuestAddress> allocated = guest.AllocatePool(MemoryType.AcpiReclaim, TableHeaderBytes + bytes);
        if (!allocated.TryGet(out GuestAddress table))
        {
            return allocated.Status;
        }

        guest.Memory.WriteUInt32(table, TableVersion);
        guest.Memory.WriteUInt32(table + 4, (uint)UnitBytes);
        guest.Memory.WriteUInt64(table + 8, start);
        guest.Memory.WriteUInt64(table + 16, bytes);
        guest.Memory.Fill(table + TableHeaderBytes, bytes, 0);
        return guest.InstallConfigurationTable(KnownGuids.LinuxUnacceptedMemoryTable, table);
    }

    private static EfiResult<(ulong Start, ulong End)> FindUnaccepted(IGuestContext guest)
    {
        ulong size = 0;
        guest.GetMemoryMap(ref size, GuestAddress.Null, out _, out ulong stride);
        size += SlackDescriptors * stride;
        if (!guest.AllocatePool(MemoryType.LoaderData, size).TryGet(out GuestAddress buffer))
        {
            return EfiStatus.OutOfResources;
        }

        EfiStatus status = guest.GetMemoryMap(ref size, buffer, out _, out stride);
        ulong start = ulong.MaxValue;
        ulong end = 0;
        for (ulong at = 0; !status.IsError && at < size; at += stride)
        {
            GuestAddress descriptor = buffer + at;
            if (guest.Memory.ReadUInt32(descriptor) == MemoryType.Unaccepted.Value)
            {
                ulong first = guest.Memory.ReadUInt64(descriptor + DescriptorPhysicalStart);
                start = Math.Min(start, first);
                end = Math.Max(end, first + (guest.Memory.ReadUInt64(descriptor + DescriptorNumberOfPages) * GuestAddress.PageSize));
            }
        }

        return new EfiResult<(ulong, ulong)>(status, (start, end));
    }
}
