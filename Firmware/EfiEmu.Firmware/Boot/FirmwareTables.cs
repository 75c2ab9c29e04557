using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The configuration tables that firmware installs before the guest, beside those of its services.</summary>
/// <remarks>MdeModulePkg/Core/Dxe, MdeModulePkg/Library/HobLib; OvmfPkg/AmdSevDxe for the confidential computing blob.</remarks>
internal static class FirmwareTables
{
    /// <summary>Installs them in the order in which OVMF does.</summary>
    public static void Install(BootMachine boot, IBootServices core)
    {
        InstallMemoryTypeInformation(boot, core);
        InstallConfidentialBlob(boot, core);
    }

    // EFI_MEMORY_TYPE_INFORMATION: pairs of Type u32 and NumberOfPages u32, ended by the type EfiMaxMemoryType.
    private static void InstallMemoryTypeInformation(BootMachine boot, IBootServices core)
    {
        IReadOnlyList<MemoryBin> bins = boot.Machine.Layout.Bins;
        GuestAddress table = core.AllocatePool(MemoryType.BootServicesData, (ulong)(bins.Count + 1) * 8).Value;
        GuestAddress entry = table;
        foreach (MemoryBin bin in bins)
        {
            WritePair(boot.Machine.Memory, entry, bin.Type, bin.Range.Length / GuestAddress.PageSize);
            entry += 8;
        }

        WritePair(boot.Machine.Memory, entry, MemoryType.Max, 0);
        core.InstallConfigurationTable(KnownGuids.MemoryTypeInformationTable, table);
    }

    private static void WritePair(IGuestMemory memory, GuestAddress address, MemoryType type, ulong pages)
    {
        memory.WriteUInt32(address, type.Value);
        memory.WriteUInt32(address + 4, (uint)pages);
    }

    // Taken from pool, as AmdSevDxe takes it: so it is not page aligned.
    private static void InstallConfidentialBlob(BootMachine boot, IBootServices core)
    {
        ReadOnlyMemory<byte> blob = boot.Machine.Platform.ConfidentialBlob;
        if (!boot.HasLaunchPages || blob.IsEmpty)
        {
            return;
        }

        GuestAddress table = core.AllocatePool(MemoryType.AcpiReclaim, (ulong)blob.Length).Value;
        boot.Machine.Memory.Write(table, blob.Span);
        core.InstallConfigurationTable(KnownGuids.ConfidentialComputingBlobTable, table);
    }
}
