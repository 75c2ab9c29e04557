using System.Buffers.Binary;

namespace EfiEmu.Boots.Support;

/// <summary>The smallest PE32+ application: headers and one section that holds everything.</summary>
internal static class PeFile
{
    /// <summary>Where the section starts, in the file's memory image.</summary>
    public const uint SectionAddress = 0x1000;

    /// <summary>Firmware unloads an application when it returns.</summary>
    public const ushort Application = 10;

    /// <summary>A driver stays when it returns success.</summary>
    public const ushort BootServiceDriver = 11;

    private const int PeOffset = 0x40;
    private const int OptionalHeader = PeOffset + 24;
    private const int OptionalHeaderBytes = 112 + (16 * 8);
    private const int SectionHeader = OptionalHeader + OptionalHeaderBytes;
    private const int HeaderBytes = 0x200;

    /// <summary>A position-independent image that starts at the section's first byte.</summary>
    public static byte[] Build(ReadOnlySpan<byte> section, ushort subsystem = Application)
    {
        int rawBytes = (section.Length + 0x1ff) & ~0x1ff;
        byte[] file = new byte[HeaderBytes + rawBytes];
        Span<byte> bytes = file;
        "MZ"u8.CopyTo(bytes);
        Write32(bytes, 0x3c, PeOffset);
        "PE\0\0"u8.CopyTo(bytes[PeOffset..]);
        // x86-64, one section, an executable without line numbers that may be anywhere.
        Write16(bytes, PeOffset + 4, 0x8664);
        Write16(bytes, PeOffset + 6, 1);
        Write16(bytes, PeOffset + 20, OptionalHeaderBytes);
        Write16(bytes, PeOffset + 22, 0x0206);
        Write16(bytes, OptionalHeader, 0x20b);
        Write32(bytes, OptionalHeader + 16, SectionAddress);
        Write32(bytes, OptionalHeader + 32, 0x1000);
        Write32(bytes, OptionalHeader + 36, 0x200);
        Write32(bytes, OptionalHeader + 56, SectionAddress + (uint)((rawBytes + 0xfff) & ~0xfff));
        Write32(bytes, OptionalHeader + 60, HeaderBytes);
        Write16(bytes, OptionalHeader + 68, subsystem);
        Write32(bytes, OptionalHeader + 108, 16);
        ".text"u8.CopyTo(bytes[SectionHeader..]);
        Write32(bytes, SectionHeader + 8, (uint)rawBytes);
        Write32(bytes, SectionHeader + 12, SectionAddress);
        Write32(bytes, SectionHeader + 16, (uint)rawBytes);
        Write32(bytes, SectionHeader + 20, HeaderBytes);
        Write32(bytes, SectionHeader + 36, 0xe0000020);
        section.CopyTo(bytes[HeaderBytes..]);
        return file;
    }

    private static void Write16(Span<byte> bytes, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[offset..], value);

    private static void Write32(Span<byte> bytes, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[offset..], value);
}
