using System.Globalization;
using System.Text.RegularExpressions;
using EfiEmu.Sdk;

namespace EfiEmu.CapturedLogs;

/// <summary>Memory maps that real OVMF handed to real kernels, read from their logs by another way than the product does.</summary>
internal static partial class CapturedLog
{
    /// <summary>The boot-time listing of a log.</summary>
    public static List<MemoryDescriptor> Parse(string log) =>
    [
        .. BootTimeEntry().Matches(log).Select(match => Descriptor(
            match.Groups["type"].Value.TrimEnd(),
            match.Groups["attributes"].Value,
            Number(match.Groups["first"].Value),
            Number(match.Groups["last"].Value))),
    ];

    private static MemoryDescriptor Descriptor(string type, string attributes, ulong first, ulong last) => new(
        TypeOf(type),
        new GuestAddress(first),
        (last + 1 - first) / GuestAddress.PageSize,
        (attributes.Contains("RUN", StringComparison.Ordinal) ? MemoryAttributes.Runtime : MemoryAttributes.None)
            | (attributes.Contains("WB", StringComparison.Ordinal) ? MemoryAttributes.SystemRam : MemoryAttributes.Uncached));

    private static ulong Number(string digits) => ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

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
