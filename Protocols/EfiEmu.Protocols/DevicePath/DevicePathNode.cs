using System.Buffers.Binary;

namespace EfiEmu.Protocols;

/// <summary>One node of a device path.</summary>
/// <param name="Type">1 hardware, 2 ACPI, 3 messaging, 4 media, 5 BIOS boot, 0x7f end.</param>
/// <param name="SubType">The kind within the type.</param>
/// <param name="Data">What follows the header of 4 bytes.</param>
/// <remarks>UEFI 2.10 section 10.3.</remarks>
internal readonly record struct DevicePathNode(byte Type, byte SubType, ReadOnlyMemory<byte> Data)
{
    public const int HeaderSize = 4;
    public const int MaximumDataSize = ushort.MaxValue - HeaderSize;

    public const byte Hardware = 1;
    public const byte Acpi = 2;
    public const byte Messaging = 3;
    public const byte Media = 4;
    public const byte End = 0x7f;

    private const byte EntirePath = 0xff;
    private const byte ThisInstance = 0x01;

    /// <summary>Ends the path.</summary>
    public static DevicePathNode EndEntire => new(End, EntirePath, ReadOnlyMemory<byte>.Empty);

    /// <summary>Ends one instance of a path that has several.</summary>
    public static DevicePathNode EndInstance => new(End, ThisInstance, ReadOnlyMemory<byte>.Empty);

    public bool IsEndEntire => Type == End && SubType == EntirePath;

    public bool IsEndInstance => Type == End && SubType == ThisInstance;

    /// <summary>A vendor-defined media node without data of its own.</summary>
    public static DevicePathNode VendorMedia(Guid vendor) => new(Media, 3, vendor.ToByteArray());

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderSize + Data.Length];
        bytes[0] = Type;
        bytes[1] = SubType;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        Data.Span.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }
}
