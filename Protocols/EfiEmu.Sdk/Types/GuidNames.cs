using System.Collections.Frozen;

namespace EfiEmu.Sdk;

/// <summary>The names under which traces and reports show GUIDs.</summary>
public static class GuidNames
{
    private static readonly FrozenDictionary<Guid, string> Names = new (Guid Guid, string Name)[]
    {
        (KnownGuids.LoadedImageProtocol, nameof(KnownGuids.LoadedImageProtocol)),
        (KnownGuids.LoadedImageDevicePathProtocol, nameof(KnownGuids.LoadedImageDevicePathProtocol)),
        (KnownGuids.DevicePathProtocol, nameof(KnownGuids.DevicePathProtocol)),
        (KnownGuids.DevicePathUtilitiesProtocol, nameof(KnownGuids.DevicePathUtilitiesProtocol)),
        (KnownGuids.DevicePathToTextProtocol, nameof(KnownGuids.DevicePathToTextProtocol)),
        (KnownGuids.DevicePathFromTextProtocol, nameof(KnownGuids.DevicePathFromTextProtocol)),
        (KnownGuids.SimpleTextInputProtocol, nameof(KnownGuids.SimpleTextInputProtocol)),
        (KnownGuids.SimpleTextInputExProtocol, nameof(KnownGuids.SimpleTextInputExProtocol)),
        (KnownGuids.SimpleTextOutputProtocol, nameof(KnownGuids.SimpleTextOutputProtocol)),
        (KnownGuids.ConsoleOutDevice, nameof(KnownGuids.ConsoleOutDevice)),
        (KnownGuids.SimpleFileSystemProtocol, nameof(KnownGuids.SimpleFileSystemProtocol)),
        (KnownGuids.FileInfo, nameof(KnownGuids.FileInfo)),
        (KnownGuids.FileSystemInfo, nameof(KnownGuids.FileSystemInfo)),
        (KnownGuids.LoadFileProtocol, nameof(KnownGuids.LoadFileProtocol)),
        (KnownGuids.LoadFile2Protocol, nameof(KnownGuids.LoadFile2Protocol)),
        (KnownGuids.BlockIoProtocol, nameof(KnownGuids.BlockIoProtocol)),
        (KnownGuids.DiskIoProtocol, nameof(KnownGuids.DiskIoProtocol)),
        (KnownGuids.LinuxInitrdMedia, nameof(KnownGuids.LinuxInitrdMedia)),
        (KnownGuids.QemuKernelLoaderMedia, nameof(KnownGuids.QemuKernelLoaderMedia)),
        (KnownGuids.RngProtocol, nameof(KnownGuids.RngProtocol)),
        (KnownGuids.RngAlgorithmRaw, nameof(KnownGuids.RngAlgorithmRaw)),
        (KnownGuids.CcMeasurementProtocol, nameof(KnownGuids.CcMeasurementProtocol)),
        (KnownGuids.Tcg2Protocol, nameof(KnownGuids.Tcg2Protocol)),
        (KnownGuids.MemoryAttributeProtocol, nameof(KnownGuids.MemoryAttributeProtocol)),
        (KnownGuids.GraphicsOutputProtocol, nameof(KnownGuids.GraphicsOutputProtocol)),
        (KnownGuids.UgaDrawProtocol, nameof(KnownGuids.UgaDrawProtocol)),
        (KnownGuids.DriverBindingProtocol, nameof(KnownGuids.DriverBindingProtocol)),
        (KnownGuids.PciIoProtocol, nameof(KnownGuids.PciIoProtocol)),
        (KnownGuids.PciRootBridgeIoProtocol, nameof(KnownGuids.PciRootBridgeIoProtocol)),
        (KnownGuids.SecurityArchProtocol, nameof(KnownGuids.SecurityArchProtocol)),
        (KnownGuids.Security2ArchProtocol, nameof(KnownGuids.Security2ArchProtocol)),
        (KnownGuids.SevMemoryAcceptanceProtocol, nameof(KnownGuids.SevMemoryAcceptanceProtocol)),
        (KnownGuids.EdkiiMemoryAcceptProtocol, nameof(KnownGuids.EdkiiMemoryAcceptProtocol)),
        (KnownGuids.ApplePropertiesProtocol, nameof(KnownGuids.ApplePropertiesProtocol)),
        (KnownGuids.AppleSetOsProtocol, nameof(KnownGuids.AppleSetOsProtocol)),
        (KnownGuids.ExitBootServicesGroup, nameof(KnownGuids.ExitBootServicesGroup)),
        (KnownGuids.BeforeExitBootServicesGroup, nameof(KnownGuids.BeforeExitBootServicesGroup)),
        (KnownGuids.VirtualAddressChangeGroup, nameof(KnownGuids.VirtualAddressChangeGroup)),
        (KnownGuids.MemoryMapChangeGroup, nameof(KnownGuids.MemoryMapChangeGroup)),
        (KnownGuids.ReadyToBootGroup, nameof(KnownGuids.ReadyToBootGroup)),
        (KnownGuids.AfterReadyToBootGroup, nameof(KnownGuids.AfterReadyToBootGroup)),
        (KnownGuids.EndOfDxeGroup, nameof(KnownGuids.EndOfDxeGroup)),
        (KnownGuids.DxeDispatchGroup, nameof(KnownGuids.DxeDispatchGroup)),
        (KnownGuids.LegacyBootGroup, nameof(KnownGuids.LegacyBootGroup)),
        (KnownGuids.ExitBootServicesFailedGroup, nameof(KnownGuids.ExitBootServicesFailedGroup)),
        (KnownGuids.IdleLoopGroup, nameof(KnownGuids.IdleLoopGroup)),
        (KnownGuids.Acpi20Table, nameof(KnownGuids.Acpi20Table)),
        (KnownGuids.Acpi10Table, nameof(KnownGuids.Acpi10Table)),
        (KnownGuids.SmbiosTable, nameof(KnownGuids.SmbiosTable)),
        (KnownGuids.Smbios3Table, nameof(KnownGuids.Smbios3Table)),
        (KnownGuids.ConfidentialComputingBlobTable, nameof(KnownGuids.ConfidentialComputingBlobTable)),
        (KnownGuids.SevLaunchSecretTable, nameof(KnownGuids.SevLaunchSecretTable)),
        (KnownGuids.MemoryAttributesTable, nameof(KnownGuids.MemoryAttributesTable)),
        (KnownGuids.RuntimePropertiesTable, nameof(KnownGuids.RuntimePropertiesTable)),
        (KnownGuids.DebugImageInfoTable, nameof(KnownGuids.DebugImageInfoTable)),
        (KnownGuids.DxeServicesTable, nameof(KnownGuids.DxeServicesTable)),
        (KnownGuids.HobListTable, nameof(KnownGuids.HobListTable)),
        (KnownGuids.MemoryTypeInformationTable, nameof(KnownGuids.MemoryTypeInformationTable)),
        (KnownGuids.SystemResourceTable, nameof(KnownGuids.SystemResourceTable)),
        (KnownGuids.Tcg2FinalEventsTable, nameof(KnownGuids.Tcg2FinalEventsTable)),
        (KnownGuids.CcFinalEventsTable, nameof(KnownGuids.CcFinalEventsTable)),
        (KnownGuids.ImageSecurityDatabase, nameof(KnownGuids.ImageSecurityDatabase)),
        (KnownGuids.DeviceTreeTable, nameof(KnownGuids.DeviceTreeTable)),
        (KnownGuids.OvmfMemoryDebugLogTable, nameof(KnownGuids.OvmfMemoryDebugLogTable)),
        (KnownGuids.LinuxUnacceptedMemoryTable, nameof(KnownGuids.LinuxUnacceptedMemoryTable)),
        (KnownGuids.LinuxRandomSeedTable, nameof(KnownGuids.LinuxRandomSeedTable)),
        (KnownGuids.LinuxTpmEventLogTable, nameof(KnownGuids.LinuxTpmEventLogTable)),
        (KnownGuids.LinuxBootMemoryMapTable, nameof(KnownGuids.LinuxBootMemoryMapTable)),
        (KnownGuids.GlobalVariable, nameof(KnownGuids.GlobalVariable)),
        (KnownGuids.ShimVariable, nameof(KnownGuids.ShimVariable)),
        (KnownGuids.MemoryOverwriteRequestVariable, nameof(KnownGuids.MemoryOverwriteRequestVariable)),
        (KnownGuids.HardwareErrorVariable, nameof(KnownGuids.HardwareErrorVariable)),
    }.ToFrozenDictionary(row => row.Guid, row => row.Name);

    /// <summary>All GUIDs that have a name, in order of value.</summary>
    public static IReadOnlyList<Guid> All { get; } = [.. Names.Keys.Order()];

    /// <summary>The name of a GUID, as <see cref="KnownGuids"/> spells it; null for one without a name.</summary>
    public static string? NameOf(Guid guid) => Names.GetValueOrDefault(guid);

    /// <summary>The name where there is one, otherwise the GUID in lower case.</summary>
    public static string NameOrText(Guid guid) => NameOf(guid) ?? guid.ToString();
}
