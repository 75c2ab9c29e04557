using System.Globalization;
using System.Text.RegularExpressions;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Layout;

/// <summary>Reads the boot-time listing of a captured kernel log by another way than the product does.</summary>
internal static partial class LogReader
{
    public static List<MemoryDescriptor> Read(string name)
    {
        var map = new List<MemoryDescriptor>();
        foreach (Match match in BootTimeEntry().Matches(TestLayouts.Data(name)))
        {
            ulong first = ulong.Parse(match.Groups["first"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            ulong last = ulong.Parse(match.Groups["last"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            string attributes = match.Groups["attributes"].Value;
            map.Add(new MemoryDescriptor(
                TypeOf(match.Groups["type"].Value.TrimEnd()),
                new GuestAddress(first),
                (last + 1 - first) / GuestAddress.PageSize,
                (attributes.Contains("RUN", StringComparison.Ordinal) ? MemoryAttributes.Runtime : 0)
                    | (attributes.Contains("WB", StringComparison.Ordinal) ? MemoryAttributes.SystemRam : MemoryAttributes.Uncached)));
        }

        return map;
    }

    /// <summary>The log's map without what the guest occupied.</summary>
    public static List<MemoryDescriptor> WithoutLoader(IEnumerable<MemoryDescriptor> map)
    {
        var result = new List<MemoryDescriptor>();
        foreach (MemoryDescriptor entry in map)
        {
            bool isLoader = entry.Type == MemoryType.LoaderCode || entry.Type == MemoryType.LoaderData;
            Composition.Add(result, isLoader ? entry with { Type = MemoryType.Conventional } : entry);
        }

        return result;
    }

    private static MemoryType TypeOf(string name) => name switch
    {
        "Reserved" => MemoryType.Reserved,
        "Loader Code" => MemoryType.LoaderCode,
        "Loader Data" => MemoryType.LoaderData,
        "Boot Code" => MemoryType.BootServicesCode,
        "Boot Data" => MemoryType.BootServicesData,
        "Runtime Code" => MemoryType.RuntimeServicesCode,
        "Runtime Data" => MemoryType.RuntimeServicesData,
        "Conventional" => MemoryType.Conventional,
        "ACPI Reclaim" => MemoryType.AcpiReclaim,
        "ACPI Mem NVS" => MemoryType.AcpiNvs,
        "MMIO" => MemoryType.MemoryMappedIo,
        _ => throw new ArgumentException(name, nameof(name)),
    };

    [GeneratedRegex(@"^\[    0\.000000\] efi: mem\d+: \[(?<type>[^|]+)\|(?<attributes>[^\]]*)\] range=\[0x(?<first>[0-9a-f]+)-0x(?<last>[0-9a-f]+)\]", RegexOptions.Multiline)]
    private static partial Regex BootTimeEntry();
}
