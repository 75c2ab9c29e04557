using System.Globalization;

namespace EfiEmu.Sdk;

/// <summary>EFI_MEMORY_TYPE: an open set; 0x70000000 and up belong to OEMs, 0x80000000 and up to OS loaders.</summary>
/// <param name="Value">The number in the memory map.</param>
/// <remarks>UEFI 2.10 section 7.2.1, table 7.4.</remarks>
public readonly record struct MemoryType(uint Value)
{
    private static readonly string[] Names =
    [
        "ReservedMemoryType", "LoaderCode", "LoaderData", "BootServicesCode", "BootServicesData",
        "RuntimeServicesCode", "RuntimeServicesData", "ConventionalMemory", "UnusableMemory", "ACPIReclaimMemory",
        "ACPIMemoryNVS", "MemoryMappedIO", "MemoryMappedIOPortSpace", "PalCode", "PersistentMemory",
        "UnacceptedMemory",
    ];

    /// <summary>EfiReservedMemoryType, 0.</summary>
    public static MemoryType Reserved => new(0);

    /// <summary>EfiLoaderCode, 1.</summary>
    public static MemoryType LoaderCode => new(1);

    /// <summary>EfiLoaderData, 2.</summary>
    public static MemoryType LoaderData => new(2);

    /// <summary>EfiBootServicesCode, 3.</summary>
    public static MemoryType BootServicesCode => new(3);

    /// <summary>EfiBootServicesData, 4.</summary>
    public static MemoryType BootServicesData => new(4);

    /// <summary>EfiRuntimeServicesCode, 5.</summary>
    public static MemoryType RuntimeServicesCode => new(5);

    /// <summary>EfiRuntimeServicesData, 6.</summary>
    public static MemoryType RuntimeServicesData => new(6);

    /// <summary>EfiConventionalMemory, 7.</summary>
    public static MemoryType Conventional => new(7);

    /// <summary>EfiUnusableMemory, 8.</summary>
    public static MemoryType Unusable => new(8);

    /// <summary>EfiACPIReclaimMemory, 9.</summary>
    public static MemoryType AcpiReclaim => new(9);

    /// <summary>EfiACPIMemoryNVS, 10.</summary>
    public static MemoryType AcpiNvs => new(10);

    /// <summary>EfiMemoryMappedIO, 11.</summary>
    public static MemoryType MemoryMappedIo => new(11);

    /// <summary>EfiMemoryMappedIOPortSpace, 12.</summary>
    public static MemoryType MemoryMappedIoPortSpace => new(12);

    /// <summary>EfiPalCode, 13.</summary>
    public static MemoryType PalCode => new(13);

    /// <summary>EfiPersistentMemory, 14.</summary>
    public static MemoryType Persistent => new(14);

    /// <summary>EfiUnacceptedMemoryType, 15.</summary>
    public static MemoryType Unaccepted => new(15);

    /// <summary>EfiMaxMemoryType, 16: the first number that no memory has.</summary>
    public static MemoryType Max => new(16);

    /// <summary>The specification's name without its Efi prefix; a number without a name prints as hexadecimal.</summary>
    public override string ToString() =>
        Value < (uint)Names.Length ? Names[Value] : "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
