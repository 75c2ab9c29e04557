using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>Messaging nodes whose text is more than a row of numbers.</summary>
/// <remarks>UEFI 2.10 section 10.3.4; edk2's spelling.</remarks>
internal static class MessagingNodes
{
    private const byte AtaSubType = 1;
    private const byte VendorSubType = 10;
    private const byte MacSubType = 11;
    private const byte IPv4SubType = 12;
    private const byte UartSubType = 14;
    private const byte NvmeSubType = 23;
    private const byte UriSubType = 24;
    private const int MacBytes = 32;
    private const ulong DefaultBaudRate = 115200;
    private const string Parities = "DNEOMS";

    private static readonly string[] StopBits = ["D", "1", "1.5", "2"];

    private static readonly (string Name, Guid Vendor)[] Terminals =
    [
        ("VenPcAnsi", new("E0C14753-F9BE-11D2-9A0C-0090273FC14D")),
        ("VenVt100", new("DFA66065-B419-11D3-9A2D-0090273FC14D")),
        ("VenVt100Plus", new("7BAEC70B-57E0-4C76-8E87-2F9E28088343")),
        ("VenUtf8", new("AD15A0D6-8BEC-4ACF-A073-D01DE77E2D88")),
    ];

    /// <summary>The text of a node, or null where it has none here.</summary>
    public static string? Format(DevicePathNode node, bool displayOnly, bool shortcuts)
    {
        ReadOnlySpan<byte> data = node.Data.Span;
        return (node.Type, node.SubType, data.Length) switch
        {
            (DevicePathNode.Messaging, AtaSubType, 4) => FormatAta(data, displayOnly),
            (DevicePathNode.Messaging, VendorSubType, 16) when shortcuts => FormatTerminal(new Guid(data)),
            (DevicePathNode.Messaging, MacSubType, MacBytes + 1) => Invariant(
                $"MAC({Convert.ToHexString(data[..(data[MacBytes] <= 1 ? 6 : MacBytes)])},0x{data[MacBytes]:X})"),
            (DevicePathNode.Messaging, IPv4SubType, 23) => FormatIPv4(data, displayOnly),
            (DevicePathNode.Messaging, UartSubType, 15) => FormatUart(data),
            (DevicePathNode.Messaging, NvmeSubType, 12) => FormatNvme(data),
            (DevicePathNode.Messaging, UriSubType, _) => "Uri(" + Encoding.Latin1.GetString(data) + ")",
            _ => null,
        };
    }

    /// <summary>The node of a name and its arguments, or null where the name is none of these.</summary>
    public static DevicePathNode? Parse(string name, Func<int, string> text, Func<int, ulong> number)
    {
        int terminal = Array.FindIndex(Terminals, item => item.Name == name);
        return terminal >= 0 ? Node(VendorSubType, Terminals[terminal].Vendor.ToByteArray()) : name switch
        {
            "Ata" => Node(AtaSubType, [text(0) == "Secondary" ? (byte)1 : (byte)0, text(1) == "Slave" ? (byte)1 : (byte)0, .. Bytes(number(2), 2)]),
            "MAC" => Node(MacSubType, [.. Padded(text(0), MacBytes), (byte)number(1)]),
            "IPv4" => Node(IPv4SubType, ParseIPv4(text, number)),
            "Uart" => Node(UartSubType, ParseUart(text, number)),
            "NVMe" => Node(NvmeSubType, [.. Bytes(number(0), 4), .. Padded(text(1).Replace("-", "", StringComparison.Ordinal), 8).Reverse()]),
            "Uri" => Node(UriSubType, Encoding.Latin1.GetBytes(text(0))),
            _ => null,
        };
    }

    private static DevicePathNode Node(byte subType, byte[] data) => new(DevicePathNode.Messaging, subType, data);

    private static string FormatAta(ReadOnlySpan<byte> data, bool displayOnly)
    {
        string lun = Invariant($"0x{BinaryPrimitives.ReadUInt16LittleEndian(data[2..]):X}");
        return displayOnly ? $"Ata({lun})" : $"Ata({(data[0] == 1 ? "Secondary" : "Primary")},{(data[1] == 1 ? "Slave" : "Master")},{lun})";
    }

    private static string? FormatTerminal(Guid vendor)
    {
        int index = Array.FindIndex(Terminals, item => item.Vendor == vendor);
        return index < 0 ? null : Terminals[index].Name + "()";
    }

    private static string FormatIPv4(ReadOnlySpan<byte> data, bool displayOnly)
    {
        string remote = Address(data[4..]);
        string protocol = BinaryPrimitives.ReadUInt16LittleEndian(data[12..]) switch
        {
            6 => "TCP",
            17 => "UDP",
            ushort other => Invariant($"0x{other:X}"),
        };
        return displayOnly
            ? $"IPv4({remote})"
            : $"IPv4({remote},{protocol},{(data[14] == 1 ? "Static" : "DHCP")},{Address(data)},{Address(data[15..])},{Address(data[19..])})";
    }

    private static byte[] ParseIPv4(Func<int, string> text, Func<int, ulong> number)
    {
        ulong protocol = text(1) switch { "TCP" => 6, "UDP" => 17, _ => number(1) };
        byte origin = text(2) == "Static" ? (byte)1 : (byte)0;
        return [.. Address(text(3)), .. Address(text(0)), 0, 0, 0, 0, .. Bytes(protocol, 2), origin, .. Address(text(4)), .. Address(text(5))];
    }

    private static string FormatUart(ReadOnlySpan<byte> data)
    {
        ulong rate = BinaryPrimitives.ReadUInt64LittleEndian(data[4..]);
        string baud = rate == 0 ? "DEFAULT" : rate.ToString(CultureInfo.InvariantCulture);
        string bits = data[12] == 0 ? "DEFAULT" : data[12].ToString(CultureInfo.InvariantCulture);
        char parity = data[13] < Parities.Length ? Parities[data[13]] : 'x';
        string stop = data[14] < StopBits.Length ? StopBits[data[14]] : "x";
        return $"Uart({baud},{bits},{parity},{stop})";
    }

    private static byte[] ParseUart(Func<int, string> text, Func<int, ulong> number)
    {
        ulong rate = text(0) == "DEFAULT" ? DefaultBaudRate : number(0);
        byte bits = text(1) == "DEFAULT" ? (byte)8 : (byte)number(1);
        int parity = text(2).Length == 1 ? Parities.IndexOf(text(2), StringComparison.Ordinal) : -1;
        int stop = Array.IndexOf(StopBits, text(3));
        return [0, 0, 0, 0, .. Bytes(rate, 8), bits, parity < 0 ? (byte)0xff : (byte)parity, stop < 0 ? (byte)0xff : (byte)stop];
    }

    private static string FormatNvme(ReadOnlySpan<byte> data)
    {
        byte[] identifier = [.. data[4..]];
        Array.Reverse(identifier);
        return Invariant($"NVMe(0x{BinaryPrimitives.ReadUInt32LittleEndian(data):X},{string.Join('-', identifier.Select(part => part.ToString("X2", CultureInfo.InvariantCulture)))})");
    }

    private static string Address(ReadOnlySpan<byte> bytes) => new IPAddress(bytes[..4]).ToString();

    private static byte[] Address(string text)
    {
        byte[] bytes = new byte[4];
        string[] parts = text.Split('.');
        for (int i = 0; i < bytes.Length && i < parts.Length; i++)
        {
            _ = byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]);
        }

        return bytes;
    }

    private static byte[] Padded(string hexadecimal, int length)
    {
        bool sound = hexadecimal.Length % 2 == 0 && hexadecimal.Length <= length * 2 && hexadecimal.All(char.IsAsciiHexDigit);
        byte[] bytes = new byte[length];
        (sound ? Convert.FromHexString(hexadecimal) : []).CopyTo(bytes, 0);
        return bytes;
    }

    private static byte[] Bytes(ulong value, int count)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..count];
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
