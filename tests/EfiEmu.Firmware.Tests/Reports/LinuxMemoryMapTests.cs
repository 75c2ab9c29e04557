using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

/// <summary>The expected lines are Linux's own, from kernels that OVMF booted.</summary>
public sealed class LinuxMemoryMapTests
{
    private const MemoryAttributes Runtime = MemoryAttributes.Runtime;

    [Theory]
    [InlineData(1, 7, 0x1000, 0x9f, 0xf, "mem01: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000001000-0x000000000009ffff] (0MB)")]
    [InlineData(2, 7, 0x100000, 0x706, 0xf, "mem02: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000100000-0x0000000000805fff] (7MB)")]
    [InlineData(3, 10, 0x806000, 2, 0xf, "mem03: [ACPI Mem NVS|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000806000-0x0000000000807fff] (0MB)")]
    [InlineData(110, 4, 0x7f08f000, 0x45d, 0xf, "mem110: [Boot Data   |   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000007f08f000-0x000000007f4ebfff] (4MB)")]
    [InlineData(113, 0, 0x7f6ec000, 0x80, 0xf, "mem113: [Reserved    |   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000007f6ec000-0x000000007f76bfff] (0MB)")]
    [InlineData(114, 9, 0x7f76c000, 0x12, 0xf, "mem114: [ACPI Reclaim|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000007f76c000-0x000000007f77dfff] (0MB)")]
    [InlineData(124, 7, 0x100000000, 0x180000, 0xf, "mem124: [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000100000000-0x000000027fffffff] (6144MB)")]
    [InlineData(125, 0, 0xb0000000, 0x10000, 1, "mem125: [Reserved    |   |  |  |  |  |  |  |  |  |  |   |  |  |  |UC] range=[0x00000000b0000000-0x00000000bfffffff] (256MB)")]
    public void Line_DescriptorOfARealMap_IsWhatLinuxPrints(int index, uint type, ulong start, ulong pages, ulong attributes, string expected) =>
        Assert.Equal(expected, LinuxMemoryMap.Line(index, new(new(type), new(start), pages, (MemoryAttributes)attributes)));

    [Theory]
    [InlineData(5, 0x7f5ec000, 0x100, "mem112: [Runtime Code|RUN|  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000007f5ec000-0x000000007f6ebfff] (1MB)")]
    [InlineData(6, 0x7f4ec000, 0x100, "mem112: [Runtime Data|RUN|  |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x000000007f4ec000-0x000000007f5ebfff] (1MB)")]
    public void Line_RuntimeMemoryOfARealMap_IsWhatLinuxPrints(uint type, ulong start, ulong pages, string expected) =>
        Assert.Equal(expected, LinuxMemoryMap.Line(112, new(new(type), new(start), pages, MemoryAttributes.SystemRam | Runtime)));

    [Fact]
    public void Line_MemoryMappedFlash_IsWhatLinuxPrints() => Assert.Equal(
        "mem126: [MMIO        |RUN|  |  |  |  |  |  |  |  |  |   |  |  |  |UC] range=[0x00000000ffc00000-0x00000000ffffffff] (4MB)",
        LinuxMemoryMap.Line(126, new(MemoryType.MemoryMappedIo, new(0xffc00000), 0x400, MemoryAttributes.Uncached | Runtime)));

    [Fact]
    public void Line_UnknownTypeAndAttribute_PrintsNumbers() => Assert.Equal(
        "mem00: [type=2147483648|attr=0x0000000000400000] range=[0x0000000000000000-0x0000000000000fff] (0MB)",
        LinuxMemoryMap.Line(0, new(new(0x80000000), default, 1, (MemoryAttributes)0x400000)));
}
