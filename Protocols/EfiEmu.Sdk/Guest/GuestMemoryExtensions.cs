using System.Buffers.Binary;

namespace EfiEmu.Sdk;

/// <summary>Typed little-endian access to guest memory.</summary>
public static class GuestMemoryExtensions
{
    /// <summary>The most UTF-16 units a guest string may have before it is cut: a runaway pointer must not run for ever.</summary>
    public const int MaximumStringUnits = 65536;

    /// <summary>Reads one byte.</summary>
    public static byte ReadByte(this IGuestMemory memory, GuestAddress address)
    {
        Span<byte> bytes = stackalloc byte[1];
        memory.Read(address, bytes);
        return bytes[0];
    }

    /// <summary>Reads a 16-bit value.</summary>
    public static ushort ReadUInt16(this IGuestMemory memory, GuestAddress address)
    {
        Span<byte> bytes = stackalloc byte[2];
        memory.Read(address, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>Reads a 32-bit value.</summary>
    public static uint ReadUInt32(this IGuestMemory memory, GuestAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        memory.Read(address, bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Reads a 64-bit value.</summary>
    public static ulong ReadUInt64(this IGuestMemory memory, GuestAddress address)
    {
        Span<byte> bytes = stackalloc byte[8];
        memory.Read(address, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Reads a pointer.</summary>
    public static GuestAddress ReadPointer(this IGuestMemory memory, GuestAddress address) => new(memory.ReadUInt64(address));

    /// <summary>Reads an EFI_GUID (mixed endian, as it lies in memory).</summary>
    public static Guid ReadGuid(this IGuestMemory memory, GuestAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        memory.Read(address, bytes);
        return new Guid(bytes);
    }

    /// <summary>Reads a NUL-terminated UTF-16 string, at most <paramref name="maximumUnits"/> units.</summary>
    public static string ReadUtf16(this IGuestMemory memory, GuestAddress address, int maximumUnits = MaximumStringUnits)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < maximumUnits; i++)
        {
            char unit = (char)memory.ReadUInt16(address + (2UL * (ulong)i));
            if (unit == '\0')
            {
                break;
            }

            text.Append(unit);
        }

        return text.ToString();
    }

    /// <summary>Reads a range into a new array.</summary>
    public static byte[] ReadBytes(this IGuestMemory memory, GuestAddress address, int count)
    {
        byte[] bytes = new byte[count];
        memory.Read(address, bytes);
        return bytes;
    }

    /// <summary>Writes one byte.</summary>
    public static void WriteByte(this IGuestMemory memory, GuestAddress address, byte value) => memory.Write(address, [value]);

    /// <summary>Writes a 16-bit value.</summary>
    public static void WriteUInt16(this IGuestMemory memory, GuestAddress address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        memory.Write(address, bytes);
    }

    /// <summary>Writes a 32-bit value.</summary>
    public static void WriteUInt32(this IGuestMemory memory, GuestAddress address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        memory.Write(address, bytes);
    }

    /// <summary>Writes a 64-bit value.</summary>
    public static void WriteUInt64(this IGuestMemory memory, GuestAddress address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        memory.Write(address, bytes);
    }

    /// <summary>Writes a pointer.</summary>
    public static void WritePointer(this IGuestMemory memory, GuestAddress address, GuestAddress value) =>
        memory.WriteUInt64(address, value.Value);

    /// <summary>Writes an EFI_GUID.</summary>
    public static void WriteGuid(this IGuestMemory memory, GuestAddress address, Guid value) =>
        memory.Write(address, value.ToByteArray());

    /// <summary>Writes a string as UTF-16 with its NUL.</summary>
    public static void WriteUtf16(this IGuestMemory memory, GuestAddress address, string value)
    {
        byte[] bytes = new byte[(value.Length + 1) * 2];
        System.Text.Encoding.Unicode.GetBytes(value, bytes);
        memory.Write(address, bytes);
    }
}
