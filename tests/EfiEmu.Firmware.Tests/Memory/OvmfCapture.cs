using System.Globalization;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Memory;

/// <summary>
/// The memory map that Debian 12's OVMF handed to a 6.1 kernel on a q35 guest of 8 GiB under QEMU, as the kernel printed it.
/// </summary>
internal static class OvmfCapture
{
    // Type, first byte, pages, attributes: in firmware's order.
    private const string Text = """
        3 0 1 f
        7 1000 9f f
        7 100000 706 f
        10 806000 2 f
        7 808000 8 f
        10 810000 f0 f
        4 900000 c00 f
        7 1500000 66b00 f
        1 68000000 4000 f
        7 6c000000 fb75 f
        4 7bb75000 20 f
        7 7bb95000 11ba f
        1 7cd4f000 822 f
        7 7d571000 7dd f
        2 7dd4e000 a f
        4 7dd58000 1 f
        2 7dd59000 2 f
        4 7dd5b000 b f
        3 7dd66000 9e f
        4 7de04000 3f f
        3 7de43000 5 f
        4 7de48000 1 f
        3 7de49000 1d f
        4 7de66000 4 f
        3 7de6a000 26 f
        4 7de90000 3 f
        3 7de93000 3 f
        4 7de96000 3 f
        3 7de99000 17 f
        4 7deb0000 5 f
        3 7deb5000 14 f
        4 7dec9000 2 f
        3 7decb000 3 f
        4 7dece000 6 f
        3 7ded4000 15 f
        4 7dee9000 8 f
        3 7def1000 23 f
        4 7df14000 2 f
        3 7df16000 14 f
        4 7df2a000 7 f
        3 7df31000 23 f
        4 7df54000 3 f
        3 7df57000 5 f
        4 7df5c000 2 f
        3 7df5e000 a f
        4 7df68000 7de f
        3 7e746000 63 f
        4 7e7a9000 3 f
        3 7e7ac000 e f
        4 7e7ba000 3 f
        3 7e7bd000 8 f
        4 7e7c5000 2 f
        3 7e7c7000 a f
        4 7e7d1000 2 f
        3 7e7d3000 4 f
        4 7e7d7000 1 f
        3 7e7d8000 f f
        4 7e7e7000 6 f
        3 7e7ed000 13 f
        4 7e800000 200 f
        3 7ea00000 12 f
        4 7ea12000 4 f
        3 7ea16000 1 f
        4 7ea17000 3 f
        3 7ea1a000 13 f
        4 7ea2d000 3 f
        3 7ea30000 1 f
        4 7ea31000 1 f
        3 7ea32000 7 f
        4 7ea39000 7 f
        3 7ea40000 4 f
        4 7ea44000 8 f
        3 7ea4c000 e f
        4 7ea5a000 2 f
        3 7ea5c000 13 f
        4 7ea6f000 2 f
        3 7ea71000 1e f
        4 7ea8f000 b f
        3 7ea9a000 6 f
        6 7eaa0000 102 800000000000000f
        4 7eba2000 400 f
        3 7efa2000 6f f
        4 7f011000 2 f
        3 7f013000 1b f
        4 7f02e000 5 f
        3 7f033000 1 f
        4 7f034000 1 f
        3 7f035000 2 f
        4 7f037000 2 f
        3 7f039000 6 f
        4 7f03f000 12 f
        3 7f051000 16 f
        4 7f067000 2 f
        3 7f069000 1 f
        4 7f06a000 1 f
        3 7f06b000 1 f
        4 7f06c000 1 f
        3 7f06d000 1 f
        4 7f06e000 1 f
        3 7f06f000 2 f
        4 7f071000 2 f
        3 7f073000 2 f
        4 7f075000 2 f
        3 7f077000 4 f
        4 7f07b000 2 f
        3 7f07d000 1 f
        4 7f07e000 2 f
        3 7f080000 9 f
        4 7f089000 3 f
        3 7f08c000 3 f
        4 7f08f000 45d f
        6 7f4ec000 100 800000000000000f
        5 7f5ec000 100 800000000000000f
        0 7f6ec000 80 f
        9 7f76c000 12 f
        10 7f77e000 80 f
        4 7f7fe000 602 f
        7 7fe00000 81 f
        4 7fe81000 20 f
        3 7fea1000 2e f
        4 7fecf000 11 f
        3 7fee0000 14 f
        6 7fef4000 84 800000000000000f
        10 7ff78000 88 f
        7 100000000 180000 f
        0 b0000000 10000 1
        11 ffc00000 400 8000000000000001
        """;

    private const ulong LowestBin = 0x7f4ec000;

    /// <summary>The map in firmware's order.</summary>
    public static IReadOnlyList<MemoryDescriptor> Map { get; } = [.. Text.Split('\n').Select(Parse)];

    /// <summary>The layout that such a map says the machine has.</summary>
    /// <param name="withBins">Whether the ranges that are OVMF's bins become bins, or memory in use.</param>
    public static MemoryLayout Layout(bool withBins)
    {
        MemoryBin[] bins =
        [
            Bin(MemoryType.AcpiNvs, 0x7f77e000, 0x80), Bin(MemoryType.AcpiReclaim, 0x7f76c000, 0x12),
            Bin(MemoryType.Reserved, 0x7f6ec000, 0x80), Bin(MemoryType.RuntimeServicesCode, 0x7f5ec000, 0x100),
            Bin(MemoryType.RuntimeServicesData, LowestBin, 0x100),
        ];
        MemoryDescriptor[] ram = [.. Map.Where(d => (d.Attributes & MemoryAttributes.WriteBack) != 0)];
        return new MemoryLayout(
            [.. Map.Select(Space).OrderBy(s => s.Range.Start)],
            [.. ram.Where(d => d.Type != MemoryType.Conventional && !(withBins && bins.Any(b => b.Range.Contains(d.PhysicalStart.Value))))],
            withBins ? bins : []);
    }

    private static MemoryBin Bin(MemoryType type, ulong start, ulong pages) => new(type, new MemoryRange(start, pages * 4096));

    private static MemorySpace Space(MemoryDescriptor d) => new(
        new MemoryRange(d.PhysicalStart.Value, d.Bytes),
        (d.Attributes & MemoryAttributes.WriteBack) != 0 ? GcdMemoryType.SystemMemory
            : d.Type == MemoryType.Reserved ? GcdMemoryType.Reserved : GcdMemoryType.MemoryMappedIo,
        d.Attributes & ~MemoryAttributes.Runtime,
        (d.Attributes & MemoryAttributes.WriteBack) != 0 ? MemoryAttributes.None : d.Attributes);

    private static MemoryDescriptor Parse(string line)
    {
        ulong[] fields = [.. line.Trim().Split(' ').Skip(1).Select(f => ulong.Parse(f, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        return new MemoryDescriptor(
            new MemoryType(uint.Parse(line.Trim().Split(' ')[0], CultureInfo.InvariantCulture)),
            new GuestAddress(fields[0]), fields[1], (MemoryAttributes)fields[2]);
    }
}
