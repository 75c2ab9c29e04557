using System.Buffers.Binary;
using System.Globalization;

namespace EfiEmu.Protocols;

/// <summary>How one field of a node lies in memory and prints.</summary>
internal enum NodeField
{
    /// <summary>One byte, hexadecimal.</summary>
    Byte,

    /// <summary>Two bytes, hexadecimal.</summary>
    Word,

    /// <summary>Two bytes, decimal.</summary>
    DecimalWord,

    /// <summary>Four bytes, hexadecimal.</summary>
    DoubleWord,

    /// <summary>Eight bytes, hexadecimal.</summary>
    QuadWord,

    /// <summary>Four reserved bytes, which do not print.</summary>
    Reserved,
}

/// <summary>A node that is a name and a row of numbers, the same in both directions.</summary>
/// <param name="Name">The name before the parenthesis.</param>
/// <param name="Type">The node's type.</param>
/// <param name="SubType">The node's subtype.</param>
/// <param name="Fields">What lies behind the header.</param>
/// <remarks>UEFI 2.10 section 10.6.1.6, table 10-64.</remarks>
internal sealed record DevicePathForm(string Name, byte Type, byte SubType, params IReadOnlyList<NodeField> Fields)
{
    private static IReadOnlyList<DevicePathForm> All { get; } =
    [
        new("PcCard", DevicePathNode.Hardware, 2, NodeField.Byte),
        new("MemoryMapped", DevicePathNode.Hardware, 3, NodeField.DoubleWord, NodeField.QuadWord, NodeField.QuadWord),
        new("Ctrl", DevicePathNode.Hardware, 5, NodeField.DoubleWord),
        new("AcpiAdr", DevicePathNode.Acpi, 3, NodeField.DoubleWord),
        new("Scsi", DevicePathNode.Messaging, 2, NodeField.Word, NodeField.Word),
        new("Fibre", DevicePathNode.Messaging, 3, NodeField.Reserved, NodeField.QuadWord, NodeField.QuadWord),
        new("USB", DevicePathNode.Messaging, 5, NodeField.Byte, NodeField.Byte),
        new("Unit", DevicePathNode.Messaging, 17, NodeField.Byte),
        new("Vlan", DevicePathNode.Messaging, 20, NodeField.DecimalWord),
        new("SD", DevicePathNode.Messaging, 26, NodeField.Byte),
        new("eMMC", DevicePathNode.Messaging, 29, NodeField.Byte),
        new("CDROM", DevicePathNode.Media, 2, NodeField.DoubleWord, NodeField.QuadWord, NodeField.QuadWord),
        new("Offset", DevicePathNode.Media, 8, NodeField.Reserved, NodeField.QuadWord, NodeField.QuadWord),
    ];

    private int Length => Fields.Sum(Width);

    /// <summary>The form of a name, or null.</summary>
    public static DevicePathForm? Named(string name) => All.FirstOrDefault(form => form.Name == name);

    /// <summary>The form of a node, or null where it has none or another length.</summary>
    public static DevicePathForm? Of(DevicePathNode node) => All.FirstOrDefault(
        form => form.Type == node.Type && form.SubType == node.SubType && form.Length == node.Data.Length);

    /// <summary>Prints a node of this form; for display a disc shows its entry alone.</summary>
    public string Format(ReadOnlySpan<byte> data, bool displayOnly)
    {
        var parts = new List<string>();
        foreach (NodeField field in Fields)
        {
            ulong value = Read(data[..Width(field)]);
            data = data[Width(field)..];
            if (field != NodeField.Reserved)
            {
                parts.Add(field == NodeField.DecimalWord
                    ? value.ToString(CultureInfo.InvariantCulture)
                    : "0x" + value.ToString("X", CultureInfo.InvariantCulture));
            }
        }

        return $"{Name}({string.Join(',', displayOnly && Name == "CDROM" ? parts.Take(1) : parts)})";
    }

    /// <summary>Makes a node of this form from numbers in order; those that are missing count as 0.</summary>
    public DevicePathNode Build(Func<int, ulong> number)
    {
        var bytes = new List<byte>();
        int next = 0;
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        foreach (NodeField field in Fields)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(wide, field == NodeField.Reserved ? 0 : number(next++));
            bytes.AddRange(wide[..Width(field)]);
        }

        return new DevicePathNode(Type, SubType, bytes.ToArray());
    }

    private static ulong Read(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    private static int Width(NodeField field) => field switch
    {
        NodeField.Byte => 1,
        NodeField.Word or NodeField.DecimalWord => 2,
        NodeField.QuadWord => 8,
        _ => 4,
    };
}
