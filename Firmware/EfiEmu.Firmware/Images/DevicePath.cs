using System.Buffers.Binary;
using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Images;

/// <summary>Device paths as bytes: nodes of Type, SubType, Length (16 bits, header included), up to an End node.</summary>
/// <remarks>UEFI 2.10 section 10.3.</remarks>
internal static class DevicePath
{
    /// <summary>The most bytes that a path may have before firmware stops believing in it.</summary>
    public const int LargestPath = 65536;

    private const int HeaderBytes = 4;
    private const byte MediaType = 4;
    private const byte FilePathSubtype = 4;
    private const byte EndType = 0x7f;
    private const byte EntireSubtype = 0xff;

    /// <summary>The End node.</summary>
    public static ReadOnlySpan<byte> End => [EndType, EntireSubtype, 4, 0];

    /// <summary>Reads a path, all instances of it, with its End node; a path that never ends is cut at a node boundary and ended.</summary>
    public static byte[] Read(IGuestMemory memory, GuestAddress address)
    {
        var bytes = new List<byte>();
        while (bytes.Count < LargestPath)
        {
            byte[] header = memory.ReadBytes(address + (ulong)bytes.Count, HeaderBytes);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2));
            if ((header[0] == EndType && header[1] == EntireSubtype) || length < HeaderBytes)
            {
                break;
            }

            bytes.AddRange(memory.ReadBytes(address + (ulong)bytes.Count, length));
        }

        bytes.AddRange(End);
        return [.. bytes];
    }

    /// <summary>A path of one file-path node.</summary>
    public static byte[] OfFile(string path)
    {
        byte[] text = Encoding.Unicode.GetBytes(path + '\0');
        byte[] node = new byte[HeaderBytes + text.Length];
        node[0] = MediaType;
        node[1] = FilePathSubtype;
        BinaryPrimitives.WriteUInt16LittleEndian(node.AsSpan(2), (ushort)node.Length);
        text.CopyTo(node, HeaderBytes);
        return [.. node, .. End];
    }

    /// <summary>Both paths, one after the other, with one End node.</summary>
    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        [.. first[..^HeaderBytes], .. second];

    /// <summary>The file name that a path of file-path nodes spells; false when another node is in it or none at all.</summary>
    public static bool TryGetFileName(ReadOnlySpan<byte> path, out string name)
    {
        var text = new StringBuilder();
        while (path.Length >= HeaderBytes && path[0] == MediaType && path[1] == FilePathSubtype)
        {
            int length = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(path[2..]), path.Length);
            string part = Encoding.Unicode.GetString(path[HeaderBytes..length]).TrimEnd('\0');
            if (text.Length > 0 && text[^1] != '\\' && !part.StartsWith('\\'))
            {
                text.Append('\\');
            }

            text.Append(part);
            path = path[length..];
        }

        name = text.ToString();
        return name.Length > 0 && path.Length >= HeaderBytes && path[0] == EndType;
    }
}
