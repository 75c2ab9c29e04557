using System.Buffers.Binary;

namespace EfiEmu.Firmware.Handles;

/// <summary>Device paths as bytes: a chain of nodes of type, subtype and 16-bit length, ended by an end node.</summary>
/// <remarks>UEFI 2.10 section 10.3.1.</remarks>
internal static class DevicePathBytes
{
    /// <summary>Bytes of a node's header, which is all that an end node has.</summary>
    public const int HeaderSize = 4;

    private const byte EndType = 0x7F;
    private const byte EndEntire = 0xFF;

    /// <summary>Bytes before the first end node of either kind: what LocateDevicePath compares.</summary>
    public static int FirstInstanceLength(ReadOnlySpan<byte> path) => LengthUpTo(path, anyEnd: true);

    /// <summary>Bytes before the end node of the whole path.</summary>
    public static int Length(ReadOnlySpan<byte> path) => LengthUpTo(path, anyEnd: false);

    /// <summary>Whether the path is the end node of a whole path.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> path) =>
        path.Length >= HeaderSize && path[0] == EndType && path[1] == EndEntire;

    /// <summary>Whether the chain of nodes ends with the end node of the whole path, inside the bytes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> path) => IsEnd(path[Length(path)..]);

    // A node that is shorter than its header or longer than the bytes ends the walk.
    private static int LengthUpTo(ReadOnlySpan<byte> path, bool anyEnd)
    {
        int offset = 0;
        while (path.Length - offset >= HeaderSize)
        {
            ReadOnlySpan<byte> node = path[offset..];
            int length = BinaryPrimitives.ReadUInt16LittleEndian(node[2..]);
            if ((node[0] == EndType && (anyEnd || node[1] == EndEntire)) || length < HeaderSize || length > node.Length)
            {
                break;
            }

            offset += length;
        }

        return offset;
    }
}
