using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>EFI_FILE_INFO, EFI_FILE_SYSTEM_INFO and EFI_FILE_SYSTEM_VOLUME_LABEL of the boot volume.</summary>
/// <remarks>UEFI 2.10 sections 13.5.16 to 13.5.18.</remarks>
internal static class FileInformation
{
    public const int FileInfoHeaderSize = 80;
    public const int FileSystemInfoHeaderSize = 36;
    public const uint BlockSize = 4096;
    public const string VolumeLabel = "EFIEMU";

    private const int DirectoryEntrySize = 32;
    private const ulong DirectoryAttribute = 0x10;
    private const ulong ArchiveAttribute = 0x20;
    private const ushort FirstFatYear = 1980;
    private const ushort UnspecifiedTimeZone = 0x07ff;

    public static Guid FileInfoGuid { get; } = new("09576e92-6d3f-11d2-8e39-00a0c969723b");

    public static Guid FileSystemInfoGuid { get; } = new("09576e93-6d3f-11d2-8e39-00a0c969723b");

    public static Guid VolumeLabelGuid { get; } = new("db47d7d3-fe81-11d3-9a35-0090273fc14d");

    /// <summary>EFI_FILE_INFO; <paramref name="name"/> differs from the entry's own for the dot entries of a directory.</summary>
    public static byte[] OfFile(VolumeEntry entry, string name)
    {
        byte[] info = WithName(FileInfoHeaderSize, name);
        ulong physical = PhysicalSize(entry);
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(8), entry.IsDirectory ? physical : (ulong)entry.Content.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(16), physical);
        WriteTime(info.AsSpan(24));
        WriteTime(info.AsSpan(40));
        WriteTime(info.AsSpan(56));
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(72), entry.IsDirectory ? DirectoryAttribute : ArchiveAttribute);
        return info;
    }

    /// <summary>EFI_FILE_SYSTEM_INFO of a read-only volume that is exactly full.</summary>
    public static byte[] OfVolume(VolumeEntry root)
    {
        byte[] info = WithName(FileSystemInfoHeaderSize, VolumeLabel);
        info[8] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(16), TotalSize(root));
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(32), BlockSize);
        return info;
    }

    /// <summary>EFI_FILE_SYSTEM_VOLUME_LABEL.</summary>
    public static byte[] OfLabel() => Encoding.Unicode.GetBytes(VolumeLabel + "\0");

    private static ulong PhysicalSize(VolumeEntry entry)
    {
        // A directory below the root also holds its dot entries; an empty root still takes a block.
        ulong size = entry.IsDirectory ? (ulong)(entry.Children.Count + 2) * DirectoryEntrySize : (ulong)entry.Content.Length;
        return (size + BlockSize - 1) / BlockSize * BlockSize;
    }

    private static ulong TotalSize(VolumeEntry entry)
    {
        ulong total = PhysicalSize(entry);
        foreach (VolumeEntry child in entry.Children)
        {
            total += TotalSize(child);
        }

        return total;
    }

    private static byte[] WithName(int headerSize, string name)
    {
        byte[] info = new byte[headerSize + ((name.Length + 1) * 2)];
        BinaryPrimitives.WriteUInt64LittleEndian(info, (ulong)info.Length);
        Encoding.Unicode.GetBytes(name, info.AsSpan(headerSize));
        return info;
    }

    // Every file is as old as FAT can say: host times never reach a guest.
    private static void WriteTime(Span<byte> time)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(time, FirstFatYear);
        time[2] = 1;
        time[3] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(time[12..], UnspecifiedTimeZone);
    }
}
