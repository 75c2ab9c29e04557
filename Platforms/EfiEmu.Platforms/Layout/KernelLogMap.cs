using System.Globalization;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>The memory map that Linux prints with efi=debug.</summary>
internal static class KernelLogMap
{
    private const string Marker = "efi: mem";

    private static readonly Dictionary<string, MemoryType> Types = new(StringComparer.Ordinal)
    {
        ["Reserved"] = MemoryType.Reserved,
        ["Loader Code"] = MemoryType.LoaderCode,
        ["Loader Data"] = MemoryType.LoaderData,
        ["Boot Code"] = MemoryType.BootServicesCode,
        ["Boot Data"] = MemoryType.BootServicesData,
        ["Runtime Code"] = MemoryType.RuntimeServicesCode,
        ["Runtime Data"] = MemoryType.RuntimeServicesData,
        ["Conventional"] = MemoryType.Conventional,
        ["Conventional Memory"] = MemoryType.Conventional,
        ["Unusable"] = MemoryType.Unusable,
        ["Unusable Memory"] = MemoryType.Unusable,
        ["ACPI Reclaim"] = MemoryType.AcpiReclaim,
        ["ACPI Reclaim Memory"] = MemoryType.AcpiReclaim,
        ["ACPI Mem NVS"] = MemoryType.AcpiNvs,
        ["ACPI Memory NVS"] = MemoryType.AcpiNvs,
        ["MMIO"] = MemoryType.MemoryMappedIo,
        ["Memory Mapped I/O"] = MemoryType.MemoryMappedIo,
        ["MMIO Port"] = MemoryType.MemoryMappedIoPortSpace,
        ["MMIO Port I/O"] = MemoryType.MemoryMappedIoPortSpace,
        ["PAL Code"] = MemoryType.PalCode,
        ["Persistent"] = MemoryType.Persistent,
        ["Persistent Memory"] = MemoryType.Persistent,
        ["Unaccepted"] = MemoryType.Unaccepted,
    };

    private static readonly Dictionary<string, MemoryAttributes> Attributes = new(StringComparer.Ordinal)
    {
        [""] = MemoryAttributes.None,
        ["RUN"] = MemoryAttributes.Runtime,
        ["MR"] = MemoryAttributes.MoreReliable,
        ["SP"] = MemoryAttributes.SpecialPurpose,
        ["CC"] = MemoryAttributes.CpuCrypto,
        ["HP"] = MemoryAttributes.HotPluggable,
        ["NV"] = MemoryAttributes.NonVolatile,
        ["XP"] = MemoryAttributes.ExecuteProtected,
        ["RP"] = MemoryAttributes.ReadProtected,
        ["WP"] = MemoryAttributes.WriteProtected,
        ["RO"] = MemoryAttributes.ReadOnly,
        ["UCE"] = MemoryAttributes.UncachedExported,
        ["WB"] = MemoryAttributes.WriteBack,
        ["WT"] = MemoryAttributes.WriteThrough,
        ["WC"] = MemoryAttributes.WriteCombining,
        ["UC"] = MemoryAttributes.Uncached,
    };

    /// <summary>Whether a line is a descriptor: the marker and a digit, whatever stands before.</summary>
    public static bool IsEntry(string line)
    {
        int marker = line.IndexOf(Marker, StringComparison.Ordinal);
        return marker >= 0 && marker + Marker.Length < line.Length && char.IsAsciiDigit(line[marker + Marker.Length]);
    }

    /// <summary>Reads the first listing. A listing ends where the next one starts with mem00.</summary>
    public static CapturedFault? Read(string[] lines, List<CapturedEntry> entries)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (!IsEntry(lines[i]))
            {
                continue;
            }

            int number = i + 1;
            int start = lines[i].IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
            string? fault = ReadLine(lines[i].AsSpan(start), number, out uint index, out CapturedEntry entry);
            if (index == 0 && fault is null && entries.Count > 0)
            {
                return null;
            }

            if (fault is not null)
            {
                return new(number, fault);
            }

            if (index != entries.Count)
            {
                return new(number, string.Create(
                    CultureInfo.InvariantCulture, $"mem{index:00} where mem{entries.Count:00} should be: the listing has a gap"));
            }

            entries.Add(entry);
        }

        return null;
    }

    // 12: [Type|attributes] range=[0x..-0x..] (..)
    private static string? ReadLine(ReadOnlySpan<char> text, int line, out uint index, out CapturedEntry entry)
    {
        index = 0;
        entry = default;
        int colon = text.IndexOf(':');
        if (colon < 0 || !uint.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out index))
        {
            index = uint.MaxValue;
            return "no number before the colon of 'memNN:'";
        }

        text = text[(colon + 1)..];
        int open = text.IndexOf('[');
        int close = text.IndexOf(']');
        if (open < 0 || close < open)
        {
            return "no [type|attributes]";
        }

        ReadOnlySpan<char> description = text[(open + 1)..close];
        int bar = description.IndexOf('|');
        string typeName = (bar < 0 ? description : description[..bar]).Trim().ToString();
        if (!TryType(typeName, out MemoryType type))
        {
            return $"unknown memory type '{Shown(typeName)}'";
        }

        MemoryAttributes attributes = default;
        if (bar >= 0 && !TryAttributes(description[(bar + 1)..], out attributes, out string unknown))
        {
            return $"unknown attribute '{Shown(unknown)}'";
        }

        if (!TryRange(text[(close + 1)..], out ulong first, out ulong last))
        {
            return "no range=[0x...-0x...]";
        }

        entry = new CapturedEntry(line, type, first, last, attributes);
        return null;
    }

    // A type that the kernel has no name for prints as its number.
    private static bool TryType(string name, out MemoryType type)
    {
        const string Numbered = "type=";
        if (name.StartsWith(Numbered, StringComparison.Ordinal)
            && uint.TryParse(name.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && (number < MemoryType.Max.Value || number >= 0x70000000))
        {
            type = new MemoryType(number);
            return true;
        }

        return Types.TryGetValue(name, out type);
    }

    // Attributes that the kernel has no name for make it print all of them as one number.
    private static bool TryAttributes(ReadOnlySpan<char> text, out MemoryAttributes attributes, out string unknown)
    {
        const string Numbered = "attr=0x";
        attributes = MemoryAttributes.None;
        unknown = string.Empty;
        foreach (Range part in text.Split('|'))
        {
            string name = text[part].Trim().ToString();
            if (name.StartsWith(Numbered, StringComparison.Ordinal)
                && ulong.TryParse(name.AsSpan(Numbered.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
            {
                attributes |= (MemoryAttributes)bits;
            }
            else if (Attributes.TryGetValue(name, out MemoryAttributes attribute))
            {
                attributes |= attribute;
            }
            else
            {
                unknown = name;
                return false;
            }
        }

        return true;
    }

    private static bool TryRange(ReadOnlySpan<char> text, out ulong first, out ulong last)
    {
        const string Marker = "range=[0x";
        const string Separator = "-0x";
        first = 0;
        last = 0;
        int start = text.IndexOf(Marker);
        if (start < 0)
        {
            return false;
        }

        text = text[(start + Marker.Length)..];
        int separator = text.IndexOf(Separator);
        int close = text.IndexOf(']');
        return separator > 0
            && close > separator
            && ulong.TryParse(text[..separator], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out first)
            && ulong.TryParse(
                text[(separator + Separator.Length)..close], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out last);
    }

    private static string Shown(string text) => FaultText.Quote(text);
}

/// <summary>Text of a file, fit for a one-line fault.</summary>
internal static class FaultText
{
    private const int MostCharacters = 40;

    public static string Quote(string text)
    {
        string cut = text.Length > MostCharacters ? text[..MostCharacters] + "..." : text;
        return string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
