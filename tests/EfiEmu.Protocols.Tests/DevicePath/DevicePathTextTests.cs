using System.Text;
using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.DevicePath;

public sealed class DevicePathTextTests
{
    private const string End = "7FFF0400";

    private readonly FakeFirmware _firmware =
        new FakeFirmware().Start(new DevicePathToTextProtocol()).Start(new DevicePathFromTextProtocol());

    private GuestAddress ToText => _firmware.Services.InterfaceOf(DevicePathToTextProtocol.ProtocolGuid);

    private GuestAddress FromText => _firmware.Services.InterfaceOf(DevicePathFromTextProtocol.ProtocolGuid);

    private string? Format(uint offset, string hex)
    {
        ulong text = _firmware.CallValue(ToText, offset, _firmware.Place(Convert.FromHexString(hex)).Value, 0, 0);
        return text == 0 ? null : _firmware.Ram.ReadUtf16(new GuestAddress(text));
    }

    private string? Parse(uint offset, string text)
    {
        ulong result = _firmware.CallValue(FromText, offset, _firmware.Place(text).Value);
        return result == 0 ? null : Convert.ToHexString(_firmware.Ram.ReadBytes(new GuestAddress(result), (int)_firmware.Services.Pool[result].Bytes));
    }

    private static string FilePath(string name)
    {
        byte[] text = Encoding.Unicode.GetBytes(name + "\0");
        return $"0404{(byte)(text.Length + 4):X2}00" + Convert.ToHexString(text);
    }

    /// <summary>Node bytes as the specification lays them out, and the text that OVMF prints for them.</summary>
    public static TheoryData<string, string> Nodes() => new()
    {
        { "02010C00D041030A00000000", "PciRoot(0x0)" },
        { "02010C00D041080A1F000000", "PcieRoot(0x1F)" },
        { "02010C00D041010501000000", "Serial(0x1)" },
        { "02010C00D041030300000000", "Acpi(PNP0303,0x0)" },
        { "02010C00D041030100000000", "Acpi(PNP0103,0x0)" },
        { "02010C00D041010300000000", "Keyboard(0x0)" },
        { "0302080001000200", "Scsi(0x1,0x2)" },
        { "030506000100", "USB(0x1,0x0)" },
        { "031710000100000077665544332211" + "00", "NVMe(0x1,00-11-22-33-44-55-66-77)" },
        { "030B2500" + "525400123456" + "0000000000000000000000000000000000000000000000000000" + "01", "MAC(525400123456,0x1)" },
        { "030C1B00C0A80102C0A8010100000000060001C0A801FEFFFFFF00",
            "IPv4(192.168.1.1,TCP,Static,192.168.1.2,192.168.1.254,255.255.255.0)" },
        { "030E13000000000000C2010000000000080101", "Uart(115200,8,N,1)" },
        { "03181000687474703A2F2F612E622F63", "Uri(http://a.b/c)" },
        { "030108000000" + "0000", "Ata(Primary,Master,0x0)" },
        { "04021800010000001000000000000000" + "2000000000000000", "CDROM(0x1,0x10,0x20)" },
        { "04081800000000001000000000000000" + "2000000000000000", "Offset(0x10,0x20)" },
        { "02010C003412000001000000", "Acpi(0x00001234,0x1)" },
        { "01010600021F", "Pci(0x1F,0x2)" },
        { "03120A000000FFFF0000", "Sata(0x0,0xFFFF,0x0)" },
        { "04012A000100000000080000000000000020030000000000" + "0C4E2B9B34127856AABBCCDDEEFF0011" + "0202",
            "HD(1,GPT,9B2B4E0C-1234-5678-AABB-CCDDEEFF0011,0x800,0x32000)" },
        { "04012A000200000000080000000000000020030000000000" + "EFBEADDE000000000000000000000000" + "0101",
            "HD(2,MBR,0xDEADBEEF,0x800,0x32000)" },
        { "0403140027E46855FC683D4FAC74CA555231CC68", "VenMedia(5568E427-68FC-4F3D-AC74-CA555231CC68)" },
        { "0403160027E46855FC683D4FAC74CA555231CC68A1B2", "VenMedia(5568E427-68FC-4F3D-AC74-CA555231CC68,A1B2)" },
        { "0104140027E46855FC683D4FAC74CA555231CC68", "VenHw(5568E427-68FC-4F3D-AC74-CA555231CC68)" },
        { "030A140027E46855FC683D4FAC74CA555231CC68", "VenMsg(5568E427-68FC-4F3D-AC74-CA555231CC68)" },
        { "0407140027E46855FC683D4FAC74CA555231CC68", "Fv(5568E427-68FC-4F3D-AC74-CA555231CC68)" },
        { "0406140027E46855FC683D4FAC74CA555231CC68", "FvFile(5568E427-68FC-4F3D-AC74-CA555231CC68)" },
        { "030206000102", "Msg(2,0102)" },
        { "01050400", "HardwarePath(5)" },
        { "0209060001FF", "AcpiPath(9,01FF)" },
        { "0409060001FF", "MediaPath(9,01FF)" },
        { "0501060001FF", "BbsPath(1,01FF)" },
        { "1102060001FF", "Path(17,2,01FF)" },
        { FilePath("\\EFI\\BOOT\\BOOTX64.EFI"), "\\EFI\\BOOT\\BOOTX64.EFI" },
    };

    [Theory]
    [MemberData(nameof(Nodes))]
    public void ConvertDeviceNodeToText_KnownNode_PrintsAsFirmwareDoes(string node, string text) =>
        Assert.Equal(text, Format(0, node));

    [Theory]
    [MemberData(nameof(Nodes))]
    public void ConvertTextToDeviceNode_PrintedNode_GivesTheSameBytes(string node, string text) =>
        Assert.Equal(node, Parse(0, text));

    [Theory]
    [MemberData(nameof(Nodes))]
    public void ConvertTextToDevicePath_OneNode_EndsIt(string node, string text) => Assert.Equal(node + End, Parse(8, text));

    [Fact]
    public void ConvertDevicePath_WholePath_GoesBothWays()
    {
        const string Text = "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)/\\EFI\\BOOT\\BOOTX64.EFI";
        string path = "02010C00D041030A0000000001010600021F03120A000000FFFF0000" + FilePath("\\EFI\\BOOT\\BOOTX64.EFI") + End;

        Assert.Equal(Text, Format(8, path));
        Assert.Equal(path, Parse(8, Text));
    }

    [Fact]
    public void ConvertDevicePath_SeveralInstances_AreDividedByCommas()
    {
        string path = "01010600021F" + "7F010400" + "01010600031F" + End;

        Assert.Equal("Pci(0x1F,0x2),/Pci(0x1F,0x3)", Format(8, path));
        Assert.Equal(path, Parse(8, "Pci(0x1F,0x2),/Pci(0x1F,0x3)"));
        Assert.Equal(path, Parse(8, "Pci(0x1F,0x2),Pci(0x1F,0x3)"));
    }

    [Fact]
    public void ConvertDevicePath_EndAlone_IsEmptyText_AndEmptyTextIsNoPath()
    {
        Assert.Equal("", Format(8, End));
        Assert.Null(Parse(8, ""));
    }

    [Fact]
    public void Convert_UnknownText_IsAFilePath() => Assert.Equal(FilePath("Usb(0x1)"), Parse(0, "Usb(0x1)"));

    [Fact]
    public void Convert_Null_IsNull()
    {
        Assert.Equal(0UL, _firmware.CallValue(ToText, 0, 0, 0, 0));
        Assert.Equal(0UL, _firmware.CallValue(ToText, 8, 0, 0, 0));
        Assert.Equal(0UL, _firmware.CallValue(FromText, 0, 0));
        Assert.Equal(0UL, _firmware.CallValue(FromText, 8, 0));
    }

    [Fact]
    public void Convert_NodeShorterThanItsHeader_IsNull()
    {
        Assert.Null(Format(0, "01010300"));
        Assert.Null(Format(8, "01010300" + End));
    }

    [Fact]
    public void Convert_TextTooLongForANode_IsNull() => Assert.Null(Parse(0, new string('x', 40000)));

    [Fact]
    public void Convert_NoMemory_IsNull()
    {
        ulong end = _firmware.Place(Convert.FromHexString(End)).Value;
        _firmware.Services.IsOutOfMemory = true;

        Assert.Equal(0UL, _firmware.CallValue(ToText, 8, end, 0, 0));
    }

    [Fact]
    public void Parser_RandomText_GivesAPathThatPrintsAndParsesAlike()
    {
        var random = new Random(11);
        string[] words = ["Pci", "(", ")", ",", "/", "0x", "1", "HD", "GPT", "VenHw", "Path", "\\", "Acpi", "PNP", "0A03", "ff", "-", " ", "Sata", "\u00e4"];
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]));
            IReadOnlyList<DevicePathNode> path = DevicePathParser.ParsePath(text)!;
            Assert.True(path[^1].IsEndEntire);
            Assert.NotNull(DevicePathFormatter.Format(path));
        }
    }
}
