using System.Globalization;
using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>Memory descriptors as Linux prints them under efi=debug, column for column.</summary>
internal static class LinuxMemoryMap
{
    private static readonly string[] TypeNames =
    [
        "Reserved", "Loader Code", "Loader Data", "Boot Code", "Boot Data", "Runtime Code", "Runtime Data", "Conventional",
        "Unusable", "ACPI Reclaim", "ACPI Mem NVS", "MMIO", "MMIO Port", "PAL Code", "Persistent", "Unaccepted",
    ];

    private static readonly (MemoryAttributes Attribute, string Name, int Width)[] Columns =
    [
        (MemoryAttributes.Runtime, "RUN", 3), (MemoryAttributes.HotPluggable, "HP", 2), (MemoryAttributes.MoreReliable, "MR", 2),
        (MemoryAttributes.CpuCrypto, "CC", 2), (MemoryAttributes.SpecialPurpose, "SP", 2), (MemoryAttributes.NonVolatile, "NV", 2),
        (MemoryAttributes.ExecuteProtected, "XP", 2), (MemoryAttributes.ReadProtected, "RP", 2),
        (MemoryAttributes.WriteProtected, "WP", 2), (MemoryAttributes.ReadOnly, "RO", 2),
        (MemoryAttributes.UncachedExported, "UCE", 3), (MemoryAttributes.WriteBack, "WB", 2),
        (MemoryAttributes.WriteThrough, "WT", 2), (MemoryAttributes.WriteCombining, "WC", 2), (MemoryAttributes.Uncached, "UC", 2),
    ];

    private static readonly MemoryAttributes Known = Columns.Aggregate(MemoryAttributes.None, (all, column) => all | column.Attribute);

    /// <summary>The type's name in a kernel log; a type that Linux has no name for prints as it does there.</summary>
    public static string TypeName(MemoryType type) => type.Value < (uint)TypeNames.Length
        ? TypeNames[type.Value]
        : string.Create(CultureInfo.InvariantCulture, $"type={type.Value}");

    /// <summary>One descriptor: mem00: [Conventional|...|UC] range=[...] (0MB).</summary>
    public static string Line(int index, MemoryDescriptor descriptor)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"mem{index:00}: [{TypeName(descriptor.Type).PadRight(12)}");
        AppendAttributes(line, descriptor.Attributes);
        line.Append(
            CultureInfo.InvariantCulture,
            $" range=[0x{descriptor.PhysicalStart.Value:x16}-0x{descriptor.PhysicalEnd.Value:x16}] ({descriptor.NumberOfPages >> 8}MB)");
        return line.ToString();
    }

    private static void AppendAttributes(StringBuilder line, MemoryAttributes attributes)
    {
        if ((attributes & ~Known) != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $"|attr=0x{(ulong)attributes:x16}]");
            return;
        }

        foreach ((MemoryAttributes attribute, string name, int width) in Columns)
        {
            line.Append('|').Append(((attributes & attribute) != 0 ? name : string.Empty).PadRight(width));
        }

        line.Append(']');
    }
}
