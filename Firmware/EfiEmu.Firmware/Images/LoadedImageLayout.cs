using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Images;

/// <summary>EFI_LOADED_IMAGE_PROTOCOL in guest memory.</summary>
/// <remarks>UEFI 2.10 section 9.1.1.</remarks>
internal static class LoadedImageLayout
{
    public const ulong Bytes = 96;
    public const ulong ParentHandle = 8;
    public const ulong DeviceHandle = 24;
    public const ulong LoadOptionsSize = 48;
    public const ulong LoadOptions = 56;
    public const ulong Unload = 88;

    private const uint Revision = 0x1000;

    /// <summary>Writes the whole structure; load options and Unload are empty.</summary>
    public static void Write(
        IGuestMemory memory,
        GuestAddress at,
        EfiHandle parent,
        EfiHandle device,
        GuestAddress systemTable,
        GuestAddress filePath,
        MemoryRange image,
        MemoryType code,
        MemoryType data)
    {
        memory.Fill(at, Bytes, 0);
        memory.WriteUInt32(at, Revision);
        memory.WriteUInt64(at + ParentHandle, parent.Value);
        memory.WritePointer(at + 16, systemTable);
        memory.WriteUInt64(at + DeviceHandle, device.Value);
        memory.WritePointer(at + 32, filePath);
        memory.WriteUInt64(at + 64, image.Start);
        memory.WriteUInt64(at + 72, image.Length);
        memory.WriteUInt32(at + 80, code.Value);
        memory.WriteUInt32(at + 84, data.Value);
    }
}
