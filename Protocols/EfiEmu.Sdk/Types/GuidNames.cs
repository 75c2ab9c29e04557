using System.Collections.Frozen;

namespace EfiEmu.Sdk;

/// <summary>The names that GUIDs go by in reports: the specification's without prefix and suffix, or Linux's for its own tables.</summary>
public static class GuidNames
{
    private static readonly FrozenDictionary<Guid, string> Names = new (string Guid, string Name)[]
    {
        // Event groups (UEFI 2.10 section 7.1.1, PI 1.8, MdePkg).
        ("27abf055-b1b8-4c26-8048-748f37baa2df", "EXIT_BOOT_SERVICES"),
        ("8be0e274-3970-4b44-80c5-1ab9502f3bfc", "BEFORE_EXIT_BOOT_SERVICES"),
        ("13fa7698-c831-49c7-87ea-8f43fcc25196", "VIRTUAL_ADDRESS_CHANGE"),
        ("78bee926-692f-48fd-9edb-01422ef0d7ab", "MEMORY_MAP_CHANGE"),
        ("7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b", "READY_TO_BOOT"),
        ("3a2a00ad-98b9-4cdf-a478-702777f1c10b", "AFTER_READY_TO_BOOT"),
        ("02ce967a-dd7e-4ffc-9ee7-810cf0470880", "END_OF_DXE"),
        ("7081e22f-cac6-4053-9468-675782cf88e5", "DXE_DISPATCH"),
        ("4f6c5507-232f-4787-b95e-72f862490cb1", "EXIT_BOOT_SERVICES_FAILED"),
        ("2a571201-4966-47f6-8b86-f31e41f32f10", "LEGACY_BOOT"),
        ("3c8d294c-5fc3-4451-bb31-c4c032295e6c", "IDLE_LOOP"),

        // Protocols.
        ("5b1b31a1-9562-11d2-8e3f-00a0c969723b", "LoadedImage"),
        ("bc62157e-3e33-4fec-9920-2d3b36d750df", "LoadedImageDevicePath"),
        ("09576e91-6d3f-11d2-8e39-00a0c969723b", "DevicePath"),
        ("0379be4e-d706-437d-b037-edb82fb772a4", "DevicePathUtilities"),
        ("8b843e20-8132-4852-90cc-551a4e4a7f1c", "DevicePathToText"),
        ("05c99a21-c70f-4ad2-8a5f-35df3343f51e", "DevicePathFromText"),
        ("387477c1-69c7-11d2-8e39-00a0c969723b", "SimpleTextInput"),
        ("dd9e7534-7762-4698-8c14-f58517a625aa", "SimpleTextInputEx"),
        ("387477c2-69c7-11d2-8e39-00a0c969723b", "SimpleTextOutput"),
        ("d3b36f2c-d551-11d4-9a46-0090273fc14d", "ConsoleOutDevice"),
        ("964e5b22-6459-11d2-8e39-00a0c969723b", "SimpleFileSystem"),
        ("56ec3091-954c-11d2-8e3f-00a0c969723b", "LoadFile"),
        ("4006c0c1-fcb3-403e-996d-4a6c8724e06d", "LoadFile2"),
        ("964e5b21-6459-11d2-8e39-00a0c969723b", "BlockIo"),
        ("ce345171-ba0b-11d2-8e4f-00a0c969723b", "DiskIo"),
        ("3152bca5-eade-433d-862e-c01cdc291f44", "Rng"),
        ("607f766c-7455-42be-930b-e4d76db2720f", "Tcg2"),
        ("96751a3d-72f4-41a6-a794-ed5d0e67ae6b", "CcMeasurement"),
        ("f4560cf6-40ec-4b4a-a192-bf1d57d0b189", "MemoryAttribute"),
        ("9042a9de-23dc-4a38-96fb-7aded080516a", "GraphicsOutput"),
        ("982c298b-f4fa-41cb-b838-77aa688fb839", "UgaDraw"),
        ("18a031ab-b443-4d1a-a5c0-0c09261e9f71", "DriverBinding"),
        ("4cf5b200-68b8-4ca5-9eec-b23e3f50029a", "PciIo"),
        ("2f707ebb-4a1a-11d4-9a38-0090273fc14d", "PciRootBridgeIo"),
        ("a19832b9-ac25-11d3-9a2d-0090273fc14d", "SimpleNetwork"),
        ("1aced566-76ed-4218-bc81-767f1f977a89", "NetworkInterfaceIdentifier"),
        ("03c4e603-ac28-11d3-9a2d-0090273fc14d", "PxeBaseCode"),
        ("bb25cf6f-f1d4-11d2-9a0c-0090273fc1fd", "SerialIo"),
        ("1d85cd7f-f43d-11d2-9a0c-0090273fc14d", "UnicodeCollation"),
        ("47889fb2-d671-4fab-a0ca-df0e44df70d6", "Pkcs7Verify"),
        ("f541796d-a62e-4954-a775-9584f61b9cdd", "Tcg"),
        ("ef9fc172-a1b2-4693-b327-6d32fc416042", "HiiDatabase"),
        ("ffe06bdd-6107-46a6-7bb2-5a9c7ec5275c", "AcpiTable"),
        ("f42f7782-012e-4c12-9956-49f94304f721", "ConsoleControl"),
        ("db9a1e3d-45cb-4abb-853b-e5387fdb2e2d", "LegacyBios"),
        ("c12b1873-ac17-4176-ac77-7ecb4defffec", "ThunderConfig"),
        ("a46423e3-4617-49f1-b9ff-d1bfa9115839", "Security"),
        ("94ab2f58-1438-4ef1-9152-18941a3a0e68", "Security2"),
        ("605dab50-e046-4300-abb6-3dd810dd8b23", "ShimLock"),
        ("c5a010fe-38a7-4531-8a4a-0500d2fd1649", "SevMemoryAcceptance"),
        ("38c74800-5590-4db4-a0f3-675d9b8e8026", "EdkiiMemoryAccept"),
        ("91bd12fe-f6c3-44fb-a5b7-5122ab303ae0", "AppleProperties"),
        ("c5c5da95-7d5c-45e6-b2f1-3fd52bb10077", "AppleSetOs"),
        ("1428f772-b64a-441e-b8c3-9ebdd7f893c7", "QEMU_KERNEL_LOADER_MEDIA"),
        ("414e6bdd-e47b-47cc-b244-bb61020cf516", "HW_ERR_REC"),

        // Configuration tables.
        ("8868e871-e4f1-11d3-bc22-0080c73c8881", "ACPI_20"),
        ("95305139-b20f-4723-8425-627c888ff121", "OVMF_MEMORY_DEBUG_LOG"),
        ("eb9d2d30-2d88-11d3-9a16-0090273fc14d", "ACPI_10"),
        ("eb9d2d31-2d88-11d3-9a16-0090273fc14d", "SMBIOS"),
        ("f2fd1544-9794-4a2c-992e-e5bbcf20e394", "SMBIOS3"),
        ("067b1f5f-cf26-44c5-8554-93d777912d42", "CONFIDENTIAL_COMPUTING_BLOB"),
        ("adf956ad-e98c-484c-ae11-b51c7d336447", "SEV_LAUNCH_SECRET"),
        ("dcfa911d-26eb-469f-a220-38b7dc461220", "MEMORY_ATTRIBUTES_TABLE"),
        ("eb66918a-7eef-402a-842e-931d21c38ae9", "RT_PROPERTIES_TABLE"),
        ("49152e77-1ada-4764-b7a2-7afefed95e8b", "DEBUG_IMAGE_INFO_TABLE"),
        ("05ad34ba-6f02-4214-952e-4da0398e2bb9", "DXE_SERVICES_TABLE"),
        ("7739f24c-93d7-11d4-9a3a-0090273fc14d", "HOB_LIST"),
        ("4c19049f-4137-4dd3-9c10-8b97a83ffdfa", "MEMORY_TYPE_INFORMATION"),
        ("b122a263-3661-4f68-9929-78f8b0d62180", "SYSTEM_RESOURCE_TABLE"),
        ("1e2ed096-30e2-4254-bd89-863bbef82325", "TCG2_FINAL_EVENTS_TABLE"),
        ("dd4a4648-2de7-4665-964d-21d9ef5fb446", "CC_FINAL_EVENTS_TABLE"),
        ("d719b2cb-3d3a-4596-a3bc-dad00e67656f", "IMAGE_SECURITY_DATABASE"),
        ("b1b621d5-f19c-41a5-830b-d9152c69aae0", "DEVICE_TREE"),
        ("5568e427-68fc-4f3d-ac74-ca555231cc68", "LINUX_EFI_INITRD_MEDIA"),
        ("1ce1e5bc-7ceb-42f2-81e5-8aadf180f57b", "LINUX_EFI_RANDOM_SEED_TABLE"),
        ("800f683f-d08b-423a-a293-965c3c6fe2b4", "LINUX_EFI_BOOT_MEMMAP"),
        ("d5d1de3c-105c-44f9-9ea9-bcef98120031", "LINUX_EFI_UNACCEPTED_MEM_TABLE"),
        ("c451ed2b-9694-45d3-baba-ed9f8988a389", "LINUX_EFI_MOK_VARIABLE_TABLE"),
        ("b7799cb0-eca2-4943-9667-1fae07b747fa", "LINUX_EFI_TPM_EVENT_LOG"),

        // Vendors of variables, kinds of file information, RNG algorithms.
        ("8be4df61-93ca-11d2-aa0d-00e098032b8c", "GLOBAL_VARIABLE"),
        ("e20939be-32d4-41be-a150-897f85d49829", "MEMORY_OVERWRITE_REQUEST"),
        ("09576e92-6d3f-11d2-8e39-00a0c969723b", "FILE_INFO"),
        ("09576e93-6d3f-11d2-8e39-00a0c969723b", "FILE_SYSTEM_INFO"),
        ("e43176d7-b6e8-4827-b784-7ffdc4b68561", "RNG_ALGORITHM_RAW"),
    }.ToFrozenDictionary(row => Guid.Parse(row.Guid), row => row.Name);

    /// <summary>The name, or null for a GUID that has none here.</summary>
    public static string? NameOf(Guid guid) => Names.GetValueOrDefault(guid);

    /// <summary>Name and GUID, as a trace shows them: Rng 3152bca5-eade-433d-862e-c01cdc291f44.</summary>
    public static string Describe(Guid guid) => NameOf(guid) is { } name ? $"{name} {guid}" : guid.ToString();

    /// <summary>The name, or the GUID where there is none.</summary>
    public static string Short(Guid guid) => NameOf(guid) ?? guid.ToString();
}
