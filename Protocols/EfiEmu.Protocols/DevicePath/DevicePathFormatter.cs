using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EfiEmu.Protocols;

/// <summary>Device paths as text. Nodes without a form of their own print in the generic one.</summary>
/// <remarks>UEFI 2.10 section 10.6.1.6; edk2's spelling: upper-case hexadecimal.</remarks>
internal static class DevicePathFormatter
{
    private const int GuidSize = 16;
    private const uint PnpVendor = 0x41d0;
    private const uint PnpMask = 0xffff;

    public static string Format(IEnumerable<DevicePathNode> path, bool displayOnly = false, bool shortcuts = false)
    {
        var text = new StringBuilder();
        foreach (DevicePathNode node in path.TakeWhile(node => !node.IsEndEntire))
        {
            if (node.IsEndInstance)
            {
                text.Append(',');
                continue;
            }

            // Also behind the comma that separates instances, as edk2 prints it.
            if (text.Length > 0)
            {
                text.Append('/');
            }

            text.Append(Format(node, displayOnly, shortcuts));
        }

        return text.ToString();
    }

    public static string Format(DevicePathNode node, bool displayOnly = false, bool shortcuts = false)
    {
        if (DevicePathForm.Of(node) is { } form)
        {
            return form.Format(node.Data.Span, displayOnly);
        }

        return MessagingNodes.Format(node, displayOnly, shortcuts) ?? FormatOther(node);
    }

    private static string FormatOther(DevicePathNode node)
    {
        ReadOnlySpan<byte> data = node.Data.Span;
        return (node.Type, node.SubType) switch
        {
            (DevicePathNode.Hardware, 1) when data.Length == 2 => Invariant($"Pci(0x{data[1]:X},0x{data[0]:X})"),
            (DevicePathNode.Hardware, 4) when data.Length >= GuidSize => FormatVendor("VenHw", data),
            (DevicePathNode.Acpi, 1) when data.Length == 8 => FormatAcpi(data),
            (DevicePathNode.Messaging, 10) when data.Length >= GuidSize => FormatVendor("VenMsg", data),
            (DevicePathNode.Messaging, 18) when data.Length == 6 =>
                Invariant($"Sata(0x{UInt16(data, 0):X},0x{UInt16(data, 2):X},0x{UInt16(data, 4):X})"),
            (DevicePathNode.Media, 1) when data.Length == 38 => FormatHardDrive(data),
            (DevicePathNode.Media, 3) when data.Length >= GuidSize => FormatVendor("VenMedia", data),
            (DevicePathNode.Media, 4) => FormatFilePath(data),
            (DevicePathNode.Media, 5) when data.Length == GuidSize => "Media(" + FormatGuid(data) + ")",
            (DevicePathNode.Media, 6) when data.Length == GuidSize => "FvFile(" + FormatGuid(data) + ")",
            (DevicePathNode.Media, 7) when data.Length == GuidSize => "Fv(" + FormatGuid(data) + ")",
            _ => FormatGeneric(node),
        };
    }

    private static string FormatAcpi(ReadOnlySpan<byte> data)
    {
        uint hid = UInt32(data, 0);
        uint uid = UInt32(data, 4);
        if ((hid & PnpMask) != PnpVendor)
        {
            return Invariant($"Acpi(0x{hid:X8},0x{uid:X})");
        }

        return (hid >> 16) switch
        {
            0x0a03 => Invariant($"PciRoot(0x{uid:X})"),
            0x0a08 => Invariant($"PcieRoot(0x{uid:X})"),
            0x0301 => Invariant($"Keyboard(0x{uid:X})"),
            0x0401 => Invariant($"ParallelPort(0x{uid:X})"),
            0x0501 => Invariant($"Serial(0x{uid:X})"),
            0x0604 => Invariant($"Floppy(0x{uid:X})"),
            _ => Invariant($"Acpi(PNP{hid >> 16:X4},0x{uid:X})"),
        };
    }

    private static string FormatHardDrive(ReadOnlySpan<byte> data)
    {
        uint partition = UInt32(data, 0);
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(data[4..]);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(data[12..]);
        byte signatureType = data[37];
        string signature = signatureType switch
        {
            1 => Invariant($"MBR,0x{UInt32(data, 20):X8}"),
            2 => "GPT," + FormatGuid(data[20..]),
            _ => Invariant($"{signatureType},0"),
        };
        return Invariant($"HD({partition},{signature},0x{start:X},0x{size:X})");
    }

    private static string FormatVendor(string name, ReadOnlySpan<byte> data)
    {
        string extra = data.Length > GuidSize ? "," + Convert.ToHexString(data[GuidSize..]) : "";
        return $"{name}({FormatGuid(data)}{extra})";
    }

    private static string FormatFilePath(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        for (int i = 0; i + 1 < data.Length; i += 2)
        {
            char unit = (char)UInt16(data, i);
            if (unit == '\0')
            {
                break;
            }

            text.Append(unit);
        }

        return text.ToString();
    }

    private static string FormatGeneric(DevicePathNode node)
    {
        string head = node.Type switch
        {
            DevicePathNode.Hardware => "HardwarePath(",
            DevicePathNode.Acpi => "AcpiPath(",
            DevicePathNode.Messaging => "Msg(",
            DevicePathNode.Media => "MediaPath(",
            5 => "BbsPath(",
            _ => Invariant($"Path({node.Type},"),
        };
        string data = node.Data.IsEmpty ? "" : "," + Convert.ToHexString(node.Data.Span);
        return Invariant($"{head}{node.SubType}{data})");
    }

    private static string FormatGuid(ReadOnlySpan<byte> data) => new Guid(data[..GuidSize]).ToString("D").ToUpperInvariant();

    private static ushort UInt16(ReadOnlySpan<byte> data, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(data[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> data, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(data[offset..]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
