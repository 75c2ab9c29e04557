using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The table that the UEFI shell's memmap command prints.</summary>
/// <remarks>Type, start-end (some shells leave the dash out), pages and attributes; all numbers hexadecimal without a prefix.</remarks>
internal static class ShellTableMap
{
    private const int RowFields = 5;

    private static readonly Dictionary<string, MemoryType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Reserved"] = MemoryType.Reserved,
        ["LoaderCode"] = MemoryType.LoaderCode,
        ["LoaderData"] = MemoryType.LoaderData,
        ["BS_Code"] = MemoryType.BootServicesCode,
        ["BS_Data"] = MemoryType.BootServicesData,
        ["RT_Code"] = MemoryType.RuntimeServicesCode,
        ["RT_Data"] = MemoryType.RuntimeServicesData,
        ["Available"] = MemoryType.Conventional,
        ["Unusable"] = MemoryType.Unusable,
        ["ACPI_Recl"] = MemoryType.AcpiReclaim,
        ["ACPI_NVS"] = MemoryType.AcpiNvs,
        ["MMIO"] = MemoryType.MemoryMappedIo,
        ["MMIO_Port"] = MemoryType.MemoryMappedIoPortSpace,
        ["PalCode"] = MemoryType.PalCode,
        ["Persistent"] = MemoryType.Persistent,
        ["Unaccepted"] = MemoryType.Unaccepted,
    };

    /// <summary>Reads the rows; lines that are not rows (prompt, heading, summary) are passed over.</summary>
    public static CapturedFault? Read(string[] lines, List<CapturedEntry> entries)
    {
        bool inTable = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim('\r', '\0', '\ufeff', ' ', '\t');
            if (IsHeading(line))
            {
                if (entries.Count > 0)
                {
                    // A second table: what it says was true later.
                    return null;
                }

                inTable = true;
                continue;
            }

            string[] fields = line.Split([' ', '\t', '-'], StringSplitOptions.RemoveEmptyEntries);

            // The rows end at the first empty line after them; what follows is the summary, with its colons.
            inTable &= line.Length > 0 || entries.Count == 0;
            if (fields.Length == 0 || line.Contains(':', StringComparison.Ordinal))
            {
                continue;
            }

            if (!Types.TryGetValue(fields[0], out MemoryType type))
            {
                if (inTable)
                {
                    return new(i + 1, $"unknown memory type '{FaultText.Quote(fields[0])}'");
                }

                continue;
            }

            // Rows may have been cut out without their heading; other lines may begin with the same words.
            if (!inTable && fields.Length != RowFields)
            {
                continue;
            }

            if (ReadRow(fields, type, i + 1, out CapturedEntry entry) is { } fault)
            {
                return new(i + 1, fault);
            }

            entries.Add(entry);
        }

        return null;
    }

    private static bool IsHeading(string line) =>
        line.StartsWith("Type", StringComparison.OrdinalIgnoreCase)
        && line.Contains("Start", StringComparison.OrdinalIgnoreCase)
        && line.Contains("Pages", StringComparison.OrdinalIgnoreCase);

    private static string? ReadRow(string[] fields, MemoryType type, int line, out CapturedEntry entry)
    {
        entry = default;
        if (fields.Length != RowFields)
        {
            return "a row has a type, a start, an end, pages and attributes";
        }

        Span<ulong> numbers = stackalloc ulong[RowFields - 1];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!ulong.TryParse(fields[i + 1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return $"'{FaultText.Quote(fields[i + 1])}' is not a hexadecimal number";
            }
        }

        entry = new CapturedEntry(line, type, numbers[0], numbers[1], (MemoryAttributes)numbers[3]);
        ulong pages = unchecked(numbers[1] - numbers[0] + 1) / GuestAddress.PageSize;
        return pages == numbers[2]
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{numbers[2]:x} pages given, but the range has {pages:x}");
    }
}
