using System.Text;
using EfiEmu.Firmware.Images;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>The volume that the guest is booted from: a handle with the device path of a disk's EFI system partition.</summary>
internal static class BootDevice
{
    /// <summary>Where the guest lies on the volume.</summary>
    public const string GuestPath = @"\EFI\BOOT\BOOTX64.EFI";

    /// <summary>
    /// PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/HD(1,GPT,...): the first SATA disk of a q35 machine, without an End node.
    /// </summary>
    public static byte[] Path { get; } =
    [
        .. AcpiRoot,
        .. Pci,
        .. Sata,
        .. HardDrive,
        0x7f, 0xff, 4, 0,
    ];

    private static ReadOnlySpan<byte> AcpiRoot => [2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Pci => [1, 1, 6, 0, 2, 0x1f];

    private static ReadOnlySpan<byte> Sata => [3, 18, 10, 0, 0, 0, 0xff, 0xff, 0, 0];

    // Partition 1, from block 2048, 1 GiB in blocks of 512 bytes, a GPT signature.
    private static ReadOnlySpan<byte> HardDrive =>
    [
        4, 1, 42, 0,
        1, 0, 0, 0,
        0, 8, 0, 0, 0, 0, 0, 0,
        0, 0, 32, 0, 0, 0, 0, 0,
        0x45, 0x46, 0x49, 0x45, 0x4d, 0x55, 0x47, 0x40, 0x80, 0x01, 0x42, 0x4f, 0x4f, 0x54, 0x56, 0x4f,
        2, 2,
    ];

    /// <summary>EFI_LOAD_OPTION of the guest: Attributes u32 (active), FilePathListLength u16, description, path.</summary>
    /// <remarks>UEFI 2.10 section 3.1.3.</remarks>
    public static byte[] LoadOption()
    {
        byte[] path = DevicePath.Join(Path, DevicePath.OfFile(GuestPath));
        return
        [
            1, 0, 0, 0,
            (byte)path.Length, (byte)(path.Length >> 8),
            .. Encoding.Unicode.GetBytes("UEFI EfiEmu Disk\0"),
            .. path,
        ];
    }

    /// <summary>Makes the volume's handle; its file system is a plugin's business.</summary>
    public static EfiHandle Install(IBootServices bootServices, IGuestMemory memory)
    {
        EfiResult<GuestAddress> buffer = bootServices.AllocatePool(MemoryType.BootServicesData, (ulong)Path.Length);
        memory.Write(buffer.Value, Path);
        return bootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (KnownGuids.DevicePathProtocol, buffer.Value)).Value;
    }
}
