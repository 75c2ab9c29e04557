using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Layout;

public sealed class CapturedMapTests
{
    private const string TwoEntries = """
        [    0.0] efi: mem00: [Conventional|   |WB|WT|WC|UC] range=[0x0000000000001000-0x000000000009ffff] (0MB)
        [    0.0] efi: mem01: [Boot Data   |   |WB|WT|WC|UC] range=[0x0000000000100000-0x00000000001fffff] (1MB)

        """;

    private const string ShellTable = """
        Shell> memmap
        Type       Start            End              # Pages          Attributes
        BS_Code    0000000000000000-0000000000000FFF 0000000000000001 000000000000000F
        Available  0000000000001000-000000000009FFFF 000000000000009F 000000000000000F
        Available  0000000000100000-00000000007FFFFF 0000000000000700 000000000000000F
        LoaderCode 0000000000800000-00000000008FFFFF 0000000000000100 000000000000000F
        RT_Data    0000000000900000-00000000009FFFFF 0000000000000100 800000000000000F
        RT_Code    0000000000A00000-0000000000AFFFFF 0000000000000100 800000000000000F
        Reserved   0000000000B00000-0000000000B7FFFF 0000000000000080 000000000000000F
        ACPI_Recl  0000000000B80000-0000000000B91FFF 0000000000000012 000000000000000F
        ACPI_NVS   0000000000B92000-0000000000C11FFF 0000000000000080 000000000000000F
        Available  0000000100000000-000000017FFFFFFF 0000000000080000 000000000000000F
        Reserved   00000000E0000000-00000000EFFFFFFF 0000000000010000 0000000000000001
        MMIO       00000000FFC00000-00000000FFFFFFFF 0000000000000400 8000000000000001

          Reserved  :             65,664 Pages (268,959,744 Bytes)
          LoaderCode:                256 Pages (1,048,576 Bytes)
          Available :            526,239 Pages (2,155,474,944 Bytes)
        Total Memory:          2,052 MB (2,152,333,312 Bytes)
        """;

    public static TheoryData<string> Logs =>
    [
        "qemu-ovmf-memmap-61-256m.txt",
        "qemu-ovmf-memmap-61-2g.txt",
        "qemu-ovmf-memmap-61-8g.txt",
        "qemu-ovmf-memmap-612-2g.txt",
        "qemu-ovmf-memmap-612-8g.txt",
    ];

    [Theory]
    [MemberData(nameof(Logs))]
    public void Parse_OfACapturedLog_StandsForTheLogsMapWithoutTheGuest(string file)
    {
        MemoryLayout layout = Parsed(TestLayouts.Data(file));

        Assert.Equal(
            LogReader.WithoutLoader(LogReader.Read(file)).OrderBy(Outside).ThenBy(entry => entry.PhysicalStart),
            Composition.Compose(layout).OrderBy(Outside).ThenBy(entry => entry.PhysicalStart));

        // Reserved and MMIO come after RAM in such maps.
        static bool Outside(MemoryDescriptor entry) => !entry.Attributes.HasFlag(MemoryAttributes.WriteBack);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void Parse_OfACapturedLog_FindsTheFiveBins(string file)
    {
        MemoryLayout layout = Parsed(TestLayouts.Data(file));

        Assert.Equal(
            [
                (MemoryType.AcpiNvs, 0x80UL), (MemoryType.AcpiReclaim, 0x12UL), (MemoryType.Reserved, 0x80UL),
                (MemoryType.RuntimeServicesCode, 0x100UL), (MemoryType.RuntimeServicesData, 0x100UL),
            ],
            layout.Bins.Select(bin => (bin.Type, bin.Range.Length / 4096)));
        Assert.All(layout.Bins, bin => Assert.Contains(
            layout.Allocated, piece => piece.PhysicalStart.Value == bin.Range.Start && piece.Bytes == bin.Range.Length));
    }

    [Theory]
    [InlineData("sev-snp", true, GcdMemoryType.Unaccepted)]
    [InlineData("tdx", true, GcdMemoryType.Unaccepted)]
    [InlineData("sev-snp", false, GcdMemoryType.SystemMemory)]
    [InlineData("plain", true, GcdMemoryType.SystemMemory)]
    public void Parse_ForAPlatform_LeavesFreeRamFromFourGiBOnUnacceptedWhereAsked(
        string platform, bool leaveUnaccepted, GcdMemoryType type)
    {
        MemoryLayout layout = Parsed(TestLayouts.Data("qemu-ovmf-memmap-612-8g.txt"), platform, leaveUnaccepted);

        MemorySpace high = Assert.Single(layout.Spaces, space => space.Range.Start >= TestLayouts.FourGiB);
        Assert.Equal((type, 6UL << 30), (high.Type, high.Range.Length));
        Assert.Equal(Parsed(TestLayouts.Data("qemu-ovmf-memmap-612-8g.txt")).RamBytes, layout.RamBytes);
    }

    [Fact]
    public void Parse_OfAShellTable_StandsForItsRows()
    {
        MemoryLayout layout = Parsed(ShellTable);

        Assert.Equal(
            [
                (GcdMemoryType.SystemMemory, 0UL, 0xa0000UL),
                (GcdMemoryType.SystemMemory, 0x100000UL, 0xb12000UL),
                (GcdMemoryType.Reserved, 0xe0000000UL, 0x10000000UL),
                (GcdMemoryType.MemoryMappedIo, 0xffc00000UL, 0x400000UL),
                (GcdMemoryType.SystemMemory, 0x100000000UL, 0x80000000UL),
            ],
            layout.Spaces.Select(space => (space.Type, space.Range.Start, space.Range.Length)));
        Assert.Equal(5, layout.Bins.Count);
        Assert.DoesNotContain(layout.Allocated, piece => piece.Type == MemoryType.LoaderCode);
        Assert.Equal(MemoryAttributes.Uncached | MemoryAttributes.Runtime, layout.Spaces[3].Attributes);
    }

    [Fact]
    public void Parse_OfAShellTableRedirectedToAFile_ReadsUtf16()
    {
        byte[] file = [0xff, 0xfe, .. Encoding.Unicode.GetBytes(ShellTable.ReplaceLineEndings("\r\n"))];

        Assert.True(CapturedMap.Parse("map.txt", file, TestLayouts.Platform("plain"), false).TryGet(out MemoryLayout? layout, out _));

        Assert.Equal(Parsed(ShellTable).Spaces, layout.Spaces);
    }

    [Fact]
    public void Parse_OfAShellTableWithSpacesForDashesAndNoHeading_ReadsTheSame()
    {
        string rows = string.Join('\n', ShellTable.Split('\n').Skip(2)).Replace('-', ' ');

        Assert.Equal(Parsed(ShellTable).Spaces, Parsed(rows).Spaces);
    }

    [Fact]
    public void Parse_WithAnyPrefixAndCarriageReturns_ReadsTheSame()
    {
        string log = string.Join("\r\n", TwoEntries.Split('\n').Select(line => "Mar 01 12:00:00 host kernel: " + line));

        Assert.Equal(Parsed(TwoEntries).Spaces, Parsed(log).Spaces);
    }

    [Fact]
    public void Parse_OfUnacceptedMemory_KeepsItOnlyWhereThePlatformHasAcceptance()
    {
        const string Log = TwoEntries
            + "efi: mem02: [Unaccepted  |   |WB|WT|WC|UC] range=[0x0000000100000000-0x000000017fffffff] (2048MB)";

        Assert.Contains(Parsed(Log, "tdx", true).Spaces, space => space.Type == GcdMemoryType.Unaccepted);
        Assert.DoesNotContain(Parsed(Log, "tdx", false).Spaces, space => space.Type == GcdMemoryType.Unaccepted);
        Assert.DoesNotContain(Parsed(Log, "plain", true).Spaces, space => space.Type == GcdMemoryType.Unaccepted);
    }

    [Theory]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x1000-0x1fff]\nefi: mem02: [Conventional|WB] range=[0x3000-0x3fff]", 2, "mem02 where mem01")]
    [InlineData("x\nefi: mem05: [Conventional|WB] range=[0x1000-0x1fff]", 2, "mem05 where mem00")]
    [InlineData("efi: mem00: [Convenient|WB] range=[0x1000-0x1fff]", 1, "unknown memory type 'Convenient'")]
    [InlineData("efi: mem00: [Conventional|WX] range=[0x1000-0x1fff]", 1, "unknown attribute 'WX'")]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x1000-0x1ffg]", 1, "no range=")]
    [InlineData("efi: mem00: [Conventional|WB]", 1, "no range=")]
    [InlineData("efi: mem00: Conventional", 1, "no [type|attributes]")]
    [InlineData("efi: mem99999999999: [Conventional|WB] range=[0x1000-0x1fff]", 1, "no number")]
    [InlineData("efi: mem0x: [Conventional|WB] range=[0x1000-0x1fff]", 1, "no number")]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x1000-0x2000]", 1, "not whole pages")]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x2000-0x1fff]", 1, "ends before it starts")]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x0-0xffffffffffffffff]", 1, "beyond 52-bit")]
    [InlineData("efi: mem00: [Conventional|WB] range=[0x2000-0x4fff]\n\nefi: mem01: [Boot Data|WB] range=[0x1000-0x2fff]", 3, "overlaps that of line 1")]
    [InlineData("Type Start End # Pages Attributes\nAvailable 1000-1FFF 2 F", 2, "2 pages given, but the range has 1")]
    [InlineData("Type Start End # Pages Attributes\nAvailable 1000-1FFF 1", 2, "a row has")]
    [InlineData("Type Start End # Pages Attributes\nAvailable 1000-1FFF 1 Z", 2, "'Z' is not a hexadecimal number")]
    [InlineData("Type Start End # Pages Attributes\nUnheardOf 1000-1FFF 1 F", 2, "unknown memory type 'UnheardOf'")]
    public void Parse_OfAMalformedFile_NamesFileLineAndFault(string text, int line, string fault)
    {
        LayoutResult result = CapturedMap.Parse("map.txt", text, TestLayouts.Platform("plain"), false);

        Assert.False(result.TryGet(out _, out string? found));
        Assert.StartsWith($"map.txt:{line}: ", found, StringComparison.Ordinal);
        Assert.Contains(fault, found, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', found);
    }

    [Theory]
    [InlineData("", "no memory map")]
    [InlineData("just some text\nand more", "no memory map")]
    [InlineData("efi: mem00: [Boot Data|WB] range=[0x1000-0x1fff]", "no free memory below 4 GiB")]
    public void Parse_OfAFileWithoutAUsableMap_SaysSo(string text, string fault)
    {
        LayoutResult result = CapturedMap.Parse("map.txt", text, TestLayouts.Platform("plain"), false);

        Assert.Contains(fault, result.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfTenThousandMutatedFiles_EndsInALayoutOrOneLine()
    {
        byte[][] originals =
        [
            Encoding.ASCII.GetBytes(string.Join('\n', TestLayouts.Data("qemu-ovmf-memmap-61-8g.txt").Split('\n').Take(170))),
            Encoding.ASCII.GetBytes(ShellTable),
            Encoding.ASCII.GetBytes(TwoEntries),
            [0xff, 0xfe, .. Encoding.Unicode.GetBytes(ShellTable)],
        ];
        var random = new Random(20_240_229);
        IPlatform[] platforms = [.. PlatformCatalogue.All];
        int layouts = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] file = Mutate(originals[i % originals.Length], random);

            LayoutResult result = CapturedMap.Parse("map.txt", file, platforms[i % platforms.Length], i % 2 == 0);

            Assert.True(result.Layout is null != result.Fault is null);
            if (result.TryGet(out MemoryLayout? layout, out string? fault))
            {
                layouts++;
                Assert.True(layout.RamBytes > 0);
                Assert.All(layout.Spaces.Zip(layout.Spaces.Skip(1)), p => Assert.True(p.First.Range.End <= p.Second.Range.Start));
            }
            else
            {
                Assert.DoesNotContain(fault, char.IsControl);
            }
        }

        Assert.InRange(layouts, 100, 9_900);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> file = [.. original];
        for (int change = random.Next(1, 6); change > 0 && file.Count > 0; change--)
        {
            int at = random.Next(file.Count);
            switch (random.Next(5))
            {
                case 0:
                    file[at] = (byte)random.Next(256);
                    break;
                case 1:
                    file.RemoveAt(at);
                    break;
                case 2:
                    file.Insert(at, (byte)"0123456789abcdef[]|-x: \n"[random.Next(24)]);
                    break;
                case 3:
                    file.RemoveRange(at, random.Next(Math.Min(file.Count - at, 200)));
                    break;
                default:
                    file.InsertRange(at, file.GetRange(at, random.Next(Math.Min(file.Count - at, 300))));
                    break;
            }
        }

        return [.. file];
    }

    private static MemoryLayout Parsed(string text, string platform = "plain", bool leaveUnaccepted = false)
    {
        Assert.True(CapturedMap.Parse("map.txt", text, TestLayouts.Platform(platform), leaveUnaccepted)
            .TryGet(out MemoryLayout? layout, out string? fault), fault);
        return layout;
    }
}
