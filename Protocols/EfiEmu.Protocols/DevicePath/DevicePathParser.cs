using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>Device paths from text: what <see cref="DevicePathFormatter"/> prints. Any other text is a file path, as on edk2.</summary>
internal static class DevicePathParser
{
    /// <summary>Reads a path; a node too long for its length field makes the whole path null, and so does an empty text.</summary>
    public static IReadOnlyList<DevicePathNode>? ParsePath(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var path = new List<DevicePathNode>();
        foreach ((string node, bool endsInstance) in Split(text))
        {
            if (ParseNode(node) is not { } parsed)
            {
                return null;
            }

            path.Add(parsed);
            if (endsInstance)
            {
                path.Add(DevicePathNode.EndInstance);
            }
        }

        path.Add(DevicePathNode.EndEntire);
        return path;
    }

    /// <summary>Reads one node; null when it is too long.</summary>
    public static DevicePathNode? ParseNode(string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        int close = text.LastIndexOf(')');
        DevicePathNode? node = open > 0 && close > open
            ? ParseNamed(text[..open], text[(open + 1)..close].Split(','))
            : null;
        node ??= FilePath(text);
        return node.Value.Data.Length <= DevicePathNode.MaximumDataSize ? node : null;
    }

    // A node ends at a slash, an instance at a comma, both outside parentheses.
    private static IEnumerable<(string Node, bool EndsInstance)> Split(string text)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char unit = i < text.Length ? text[i] : '/';
            depth += unit switch { '(' => 1, ')' when depth > 0 => -1, _ => 0 };
            bool ends = i == text.Length || (depth == 0 && unit is '/' or ',');
            if (!ends)
            {
                continue;
            }

            if (i > start)
            {
                yield return (text[start..i], unit == ',' && i + 1 < text.Length);
            }

            start = i + 1;
        }
    }

    private static DevicePathNode? ParseNamed(string name, string[] arguments) => name switch
    {
        "Pci" => new(DevicePathNode.Hardware, 1, new[] { (byte)Number(arguments, 1), (byte)Number(arguments, 0) }),
        "PciRoot" => Acpi(0x0a0341d0, (uint)Number(arguments, 0)),
        "PcieRoot" => Acpi(0x0a0841d0, (uint)Number(arguments, 0)),
        "Keyboard" => Acpi(0x030141d0, (uint)Number(arguments, 0)),
        "ParallelPort" => Acpi(0x040141d0, (uint)Number(arguments, 0)),
        "Serial" => Acpi(0x050141d0, (uint)Number(arguments, 0)),
        "Floppy" => Acpi(0x060441d0, (uint)Number(arguments, 0)),
        "Acpi" => Acpi(HardwareId(Text(arguments, 0)), (uint)Number(arguments, 1)),
        "Sata" => new(DevicePathNode.Messaging, 18, UInt16s((ushort)Number(arguments, 0), (ushort)Number(arguments, 1), (ushort)Number(arguments, 2))),
        "HD" => HardDrive(arguments),
        "VenHw" => Vendor(DevicePathNode.Hardware, 4, arguments),
        "VenMsg" => Vendor(DevicePathNode.Messaging, 10, arguments),
        "VenMedia" => Vendor(DevicePathNode.Media, 3, arguments),
        "Media" => Vendor(DevicePathNode.Media, 5, arguments),
        "FvFile" => Vendor(DevicePathNode.Media, 6, arguments),
        "Fv" => Vendor(DevicePathNode.Media, 7, arguments),
        "HardwarePath" => Generic(DevicePathNode.Hardware, arguments),
        "AcpiPath" => Generic(DevicePathNode.Acpi, arguments),
        "Msg" => Generic(DevicePathNode.Messaging, arguments),
        "MediaPath" => Generic(DevicePathNode.Media, arguments),
        "BbsPath" => Generic(5, arguments),
        "Path" => Generic((byte)Number(arguments, 0), arguments[1..]),
        _ => DevicePathForm.Named(name)?.Build(index => Number(arguments, index))
            ?? MessagingNodes.Parse(name, index => Text(arguments, index), index => Number(arguments, index)),
    };

    private static DevicePathNode Acpi(uint hardwareId, uint uid)
    {
        byte[] data = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(data, hardwareId);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), uid);
        return new DevicePathNode(DevicePathNode.Acpi, 1, data);
    }

    private static uint HardwareId(string text) =>
        text.StartsWith("PNP", StringComparison.Ordinal)
            ? ((uint)ParseNumber("0x" + text[3..]) << 16) | 0x41d0
            : (uint)ParseNumber(text);

    private static DevicePathNode HardDrive(string[] arguments)
    {
        byte[] data = new byte[38];
        BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)Number(arguments, 0));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), Number(arguments, 3));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(12), Number(arguments, 4));
        string scheme = Text(arguments, 1);
        switch (scheme)
        {
            case "GPT":
                ParseGuid(Text(arguments, 2)).TryWriteBytes(data.AsSpan(20));
                (data[36], data[37]) = (2, 2);
                break;
            case "MBR":
                BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(20), (uint)Number(arguments, 2));
                (data[36], data[37]) = (1, 1);
                break;
            default:
                data[37] = (byte)ParseNumber(scheme);
                break;
        }

        return new DevicePathNode(DevicePathNode.Media, 1, data);
    }

    private static DevicePathNode Vendor(byte type, byte subType, string[] arguments) =>
        new(type, subType, (byte[])[.. ParseGuid(Text(arguments, 0)).ToByteArray(), .. Hexadecimal(Text(arguments, 1))]);

    private static DevicePathNode Generic(byte type, string[] arguments) =>
        new(type, (byte)Number(arguments, 0), Hexadecimal(Text(arguments, 1)));

    private static DevicePathNode FilePath(string text) =>
        new(DevicePathNode.Media, 4, Encoding.Unicode.GetBytes(text + "\0"));

    private static string Text(string[] arguments, int index) => index < arguments.Length ? arguments[index].Trim() : "";

    private static ulong Number(string[] arguments, int index) => ParseNumber(Text(arguments, index));

    // What is no number counts as 0, as on edk2.
    private static ulong ParseNumber(string text)
    {
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return isHexadecimal
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : 0
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) ? value : 0;
    }

    private static Guid ParseGuid(string text) => Guid.TryParseExact(text, "D", out Guid guid) ? guid : Guid.Empty;

    private static byte[] Hexadecimal(string text)
    {
        bool sound = text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);
        return sound ? Convert.FromHexString(text) : [];
    }

    private static byte[] UInt16s(params ushort[] values)
    {
        byte[] bytes = new byte[values.Length * 2];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), values[i]);
        }

        return bytes;
    }
}
