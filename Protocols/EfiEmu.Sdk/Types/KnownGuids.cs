namespace EfiEmu.Sdk;

/// <summary>GUIDs that firmware, loaders and operating systems agree on.</summary>
/// <remarks>UEFI 2.10, PI 1.8, edk2's package declarations, and the Linux EFI stub. <see cref="GuidNames"/> names them.</remarks>
public static class KnownGuids
{
    /// <summary>EFI_LOADED_IMAGE_PROTOCOL.</summary>
    public static Guid LoadedImageProtocol { get; } = new("5b1b31a1-9562-11d2-8e3f-00a0c969723b");

    /// <summary>EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL.</summary>
    public static Guid LoadedImageDevicePathProtocol { get; } = new("bc62157e-3e33-4fec-9920-2d3b36d750df");

    /// <summary>EFI_DEVICE_PATH_PROTOCOL.</summary>
    public static Guid DevicePathProtocol { get; } = new("09576e91-6d3f-11d2-8e39-00a0c969723b");

    /// <summary>EFI_DEVICE_PATH_UTILITIES_PROTOCOL.</summary>
    public static Guid DevicePathUtilitiesProtocol { get; } = new("0379be4e-d706-437d-b037-edb82fb772a4");

    /// <summary>EFI_DEVICE_PATH_TO_TEXT_PROTOCOL.</summary>
    public static Guid DevicePathToTextProtocol { get; } = new("8b843e20-8132-4852-90cc-551a4e4a7f1c");

    /// <summary>EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL.</summary>
    public static Guid DevicePathFromTextProtocol { get; } = new("05c99a21-c70f-4ad2-8a5f-35df3343f51e");

    /// <summary>EFI_SIMPLE_TEXT_INPUT_PROTOCOL.</summary>
    public static Guid SimpleTextInputProtocol { get; } = new("387477c1-69c7-11d2-8e39-00a0c969723b");

    /// <summary>EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL.</summary>
    public static Guid SimpleTextInputExProtocol { get; } = new("dd9e7534-7762-4698-8c14-f58517a625aa");

    /// <summary>EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.</summary>
    public static Guid SimpleTextOutputProtocol { get; } = new("387477c2-69c7-11d2-8e39-00a0c969723b");

    /// <summary>edk2's mark on a handle that is an active output console.</summary>
    public static Guid ConsoleOutDevice { get; } = new("d3b36f2c-d551-11d4-9a46-0090273fc14d");

    /// <summary>EFI_SIMPLE_FILE_SYSTEM_PROTOCOL.</summary>
    public static Guid SimpleFileSystemProtocol { get; } = new("964e5b22-6459-11d2-8e39-00a0c969723b");

    /// <summary>EFI_FILE_INFO, an information type of EFI_FILE_PROTOCOL.</summary>
    public static Guid FileInfo { get; } = new("09576e92-6d3f-11d2-8e39-00a0c969723b");

    /// <summary>EFI_FILE_SYSTEM_INFO, an information type of EFI_FILE_PROTOCOL.</summary>
    public static Guid FileSystemInfo { get; } = new("09576e93-6d3f-11d2-8e39-00a0c969723b");

    /// <summary>EFI_LOAD_FILE_PROTOCOL.</summary>
    public static Guid LoadFileProtocol { get; } = new("56ec3091-954c-11d2-8e3f-00a0c969723b");

    /// <summary>EFI_LOAD_FILE2_PROTOCOL.</summary>
    public static Guid LoadFile2Protocol { get; } = new("4006c0c1-fcb3-403e-996d-4a6c8724e06d");

    /// <summary>EFI_BLOCK_IO_PROTOCOL.</summary>
    public static Guid BlockIoProtocol { get; } = new("964e5b21-6459-11d2-8e39-00a0c969723b");

    /// <summary>EFI_DISK_IO_PROTOCOL.</summary>
    public static Guid DiskIoProtocol { get; } = new("ce345171-ba0b-11d2-8e4f-00a0c969723b");

    /// <summary>LINUX_EFI_INITRD_MEDIA: the vendor media path of the initial ramdisk, and the table in which the stub reports it.</summary>
    public static Guid LinuxInitrdMedia { get; } = new("5568e427-68fc-4f3d-ac74-ca555231cc68");

    /// <summary>The vendor media path of OVMF's file system with the kernel that QEMU passed.</summary>
    public static Guid QemuKernelLoaderMedia { get; } = new("1428f772-b64a-441e-b8c3-9ebdd7f893c7");

    /// <summary>EFI_RNG_PROTOCOL.</summary>
    public static Guid RngProtocol { get; } = new("3152bca5-eade-433d-862e-c01cdc291f44");

    /// <summary>EFI_RNG_ALGORITHM_RAW.</summary>
    public static Guid RngAlgorithmRaw { get; } = new("e43176d7-b6e8-4827-b784-7ffdc4b68561");

    /// <summary>EFI_CC_MEASUREMENT_PROTOCOL.</summary>
    public static Guid CcMeasurementProtocol { get; } = new("96751a3d-72f4-41a6-a794-ed5d0e67ae6b");

    /// <summary>EFI_TCG2_PROTOCOL.</summary>
    public static Guid Tcg2Protocol { get; } = new("607f766c-7455-42be-930b-e4d76db2720f");

    /// <summary>EFI_MEMORY_ATTRIBUTE_PROTOCOL.</summary>
    public static Guid MemoryAttributeProtocol { get; } = new("f4560cf6-40ec-4b4a-a192-bf1d57d0b189");

    /// <summary>EFI_GRAPHICS_OUTPUT_PROTOCOL.</summary>
    public static Guid GraphicsOutputProtocol { get; } = new("9042a9de-23dc-4a38-96fb-7aded080516a");

    /// <summary>EFI_UGA_DRAW_PROTOCOL.</summary>
    public static Guid UgaDrawProtocol { get; } = new("982c298b-f4fa-41cb-b838-77aa688fb839");

    /// <summary>EFI_DRIVER_BINDING_PROTOCOL.</summary>
    public static Guid DriverBindingProtocol { get; } = new("18a031ab-b443-4d1a-a5c0-0c09261e9f71");

    /// <summary>EFI_PCI_IO_PROTOCOL.</summary>
    public static Guid PciIoProtocol { get; } = new("4cf5b200-68b8-4ca5-9eec-b23e3f50029a");

    /// <summary>EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL.</summary>
    public static Guid PciRootBridgeIoProtocol { get; } = new("2f707ebb-4a1a-11d4-9a38-0090273fc14d");

    /// <summary>EFI_SECURITY_ARCH_PROTOCOL.</summary>
    public static Guid SecurityArchProtocol { get; } = new("a46423e3-4617-49f1-b9ff-d1bfa9115839");

    /// <summary>EFI_SECURITY2_ARCH_PROTOCOL.</summary>
    public static Guid Security2ArchProtocol { get; } = new("94ab2f58-1438-4ef1-9152-18941a3a0e68");

    /// <summary>OVMF_SEV_MEMORY_ACCEPTANCE_PROTOCOL.</summary>
    public static Guid SevMemoryAcceptanceProtocol { get; } = new("c5a010fe-38a7-4531-8a4a-0500d2fd1649");

    /// <summary>EDKII_MEMORY_ACCEPT_PROTOCOL.</summary>
    public static Guid EdkiiMemoryAcceptProtocol { get; } = new("38c74800-5590-4db4-a0f3-675d9b8e8026");

    /// <summary>Apple's device properties protocol.</summary>
    public static Guid ApplePropertiesProtocol { get; } = new("91bd12fe-f6c3-44fb-a5b7-5122ab303ae0");

    /// <summary>Apple's set-OS protocol.</summary>
    public static Guid AppleSetOsProtocol { get; } = new("c5c5da95-7d5c-45e6-b2f1-3fd52bb10077");

    /// <summary>EFI_EVENT_GROUP_EXIT_BOOT_SERVICES.</summary>
    public static Guid ExitBootServicesGroup { get; } = new("27abf055-b1b8-4c26-8048-748f37baa2df");

    /// <summary>EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES.</summary>
    public static Guid BeforeExitBootServicesGroup { get; } = new("8be0e274-3970-4b44-80c5-1ab9502f3bfc");

    /// <summary>EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE.</summary>
    public static Guid VirtualAddressChangeGroup { get; } = new("13fa7698-c831-49c7-87ea-8f43fcc25196");

    /// <summary>EFI_EVENT_GROUP_MEMORY_MAP_CHANGE.</summary>
    public static Guid MemoryMapChangeGroup { get; } = new("78bee926-692f-48fd-9edb-01422ef0d7ab");

    /// <summary>EFI_EVENT_GROUP_READY_TO_BOOT.</summary>
    public static Guid ReadyToBootGroup { get; } = new("7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b");

    /// <summary>EFI_EVENT_GROUP_AFTER_READY_TO_BOOT.</summary>
    public static Guid AfterReadyToBootGroup { get; } = new("3a2a00ad-98b9-4cdf-a478-702777f1c10b");

    /// <summary>EFI_END_OF_DXE_EVENT_GROUP.</summary>
    public static Guid EndOfDxeGroup { get; } = new("02ce967a-dd7e-4ffc-9ee7-810cf0470880");

    /// <summary>EFI_EVENT_GROUP_DXE_DISPATCH.</summary>
    public static Guid DxeDispatchGroup { get; } = new("7081e22f-cac6-4053-9468-675782cf88e5");

    /// <summary>EFI_EVENT_LEGACY_BOOT.</summary>
    public static Guid LegacyBootGroup { get; } = new("2a571201-4966-47f6-8b86-f31e41f32f10");

    /// <summary>edk2's group for an ExitBootServices call that failed.</summary>
    public static Guid ExitBootServicesFailedGroup { get; } = new("4f6c5507-232f-4787-b95e-72f862490cb1");

    /// <summary>edk2's group for each round of WaitForEvent that finds nothing.</summary>
    public static Guid IdleLoopGroup { get; } = new("3c8d294c-5fc3-4451-bb31-c4c032295e6c");

    /// <summary>The root pointer of ACPI 2.0 and later.</summary>
    public static Guid Acpi20Table { get; } = new("8868e871-e4f1-11d3-bc22-0080c73c8881");

    /// <summary>The root pointer of ACPI 1.0.</summary>
    public static Guid Acpi10Table { get; } = new("eb9d2d30-2d88-11d3-9a16-0090273fc14d");

    /// <summary>The entry point of SMBIOS 2.</summary>
    public static Guid SmbiosTable { get; } = new("eb9d2d31-2d88-11d3-9a16-0090273fc14d");

    /// <summary>The entry point of SMBIOS 3.</summary>
    public static Guid Smbios3Table { get; } = new("f2fd1544-9794-4a2c-992e-e5bbcf20e394");

    /// <summary>The SEV-SNP confidential computing blob.</summary>
    public static Guid ConfidentialComputingBlobTable { get; } = new("067b1f5f-cf26-44c5-8554-93d777912d42");

    /// <summary>Where the SEV launch secret lies.</summary>
    public static Guid SevLaunchSecretTable { get; } = new("adf956ad-e98c-484c-ae11-b51c7d336447");

    /// <summary>EFI_MEMORY_ATTRIBUTES_TABLE.</summary>
    public static Guid MemoryAttributesTable { get; } = new("dcfa911d-26eb-469f-a220-38b7dc461220");

    /// <summary>EFI_RT_PROPERTIES_TABLE.</summary>
    public static Guid RuntimePropertiesTable { get; } = new("eb66918a-7eef-402a-842e-931d21c38ae9");

    /// <summary>EFI_DEBUG_IMAGE_INFO_TABLE.</summary>
    public static Guid DebugImageInfoTable { get; } = new("49152e77-1ada-4764-b7a2-7afefed95e8b");

    /// <summary>The DXE services.</summary>
    public static Guid DxeServicesTable { get; } = new("05ad34ba-6f02-4214-952e-4da0398e2bb9");

    /// <summary>The hand-off block list.</summary>
    public static Guid HobListTable { get; } = new("7739f24c-93d7-11d4-9a3a-0090273fc14d");

    /// <summary>edk2's sizes of the memory type bins.</summary>
    public static Guid MemoryTypeInformationTable { get; } = new("4c19049f-4137-4dd3-9c10-8b97a83ffdfa");

    /// <summary>EFI_SYSTEM_RESOURCE_TABLE.</summary>
    public static Guid SystemResourceTable { get; } = new("b122a263-3661-4f68-9929-78f8b0d62180");

    /// <summary>EFI_TCG2_FINAL_EVENTS_TABLE.</summary>
    public static Guid Tcg2FinalEventsTable { get; } = new("1e2ed096-30e2-4254-bd89-863bbef82325");

    /// <summary>EFI_CC_FINAL_EVENTS_TABLE.</summary>
    public static Guid CcFinalEventsTable { get; } = new("dd4a4648-2de7-4665-964d-21d9ef5fb446");

    /// <summary>EFI_IMAGE_SECURITY_DATABASE: the vendor GUID of db and dbx, and a table of image executions.</summary>
    public static Guid ImageSecurityDatabase { get; } = new("d719b2cb-3d3a-4596-a3bc-dad00e67656f");

    /// <summary>The flattened device tree.</summary>
    public static Guid DeviceTreeTable { get; } = new("b1b621d5-f19c-41a5-830b-d9152c69aae0");

    /// <summary>OVMF's debug log in memory.</summary>
    public static Guid OvmfMemoryDebugLogTable { get; } = new("95305139-b20f-4723-8425-627c888ff121");

    /// <summary>LINUX_EFI_UNACCEPTED_MEM_TABLE.</summary>
    public static Guid LinuxUnacceptedMemoryTable { get; } = new("d5d1de3c-105c-44f9-9ea9-bcef98120031");

    /// <summary>LINUX_EFI_RANDOM_SEED_TABLE, and the vendor GUID of the RandomSeed variable.</summary>
    public static Guid LinuxRandomSeedTable { get; } = new("1ce1e5bc-7ceb-42f2-81e5-8aadf180f57b");

    /// <summary>LINUX_EFI_TPM_EVENT_LOG.</summary>
    public static Guid LinuxTpmEventLogTable { get; } = new("b7799cb0-eca2-4943-9667-1fae07b747fa");

    /// <summary>LINUX_EFI_BOOT_MEMMAP.</summary>
    public static Guid LinuxBootMemoryMapTable { get; } = new("800f683f-d08b-423a-a293-965c3c6fe2b4");

    /// <summary>EFI_GLOBAL_VARIABLE.</summary>
    public static Guid GlobalVariable { get; } = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    /// <summary>shim's variables, MokSBStateRT among them.</summary>
    public static Guid ShimVariable { get; } = new("605dab50-e046-4300-abb6-3dd810dd8b23");

    /// <summary>The TCG's MemoryOverwriteRequestControl.</summary>
    public static Guid MemoryOverwriteRequestVariable { get; } = new("e20939be-32d4-41be-a150-897f85d49829");

    /// <summary>EFI_HARDWARE_ERROR_VARIABLE: HwErrRec#### records.</summary>
    public static Guid HardwareErrorVariable { get; } = new("414e6bdd-e47b-47cc-b244-bb61020cf516");
}
