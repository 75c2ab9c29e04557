using EfiEmu.Firmware;
using EfiEmu.Loaders.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Loaders.Tests.PeCoff;

public sealed class PeImageLoaderTests
{
    private static (EfiStatus Status, string? Fault) Parse(byte[] file)
    {
        EfiResult<ILoadableImage> result = new PeImageLoader().Parse(file, out string? fault);
        return (result.Status, fault);
    }

    [Fact]
    public void Parse_SoundApplication_TellsItsHeaderFields()
    {
        EfiResult<ILoadableImage> result = new PeImageLoader().Parse(PeBuilder.Application().Build(), out string? fault);

        Assert.True(result.TryGet(out ILoadableImage image));
        Assert.Null(fault);
        Assert.Equal(0x8664, image.Machine);
        Assert.Equal(10, image.Subsystem);
        Assert.Equal(0x1_4000_0000UL, image.PreferredBase);
        Assert.Equal(0x4000u, image.SizeOfImage);
        Assert.Equal(0x1000u, image.SectionAlignment);
        Assert.Equal(0x1000u, image.EntryPoint);
        Assert.False(image.RelocationsStripped);
    }

    public static TheoryData<string, Action<PeBuilder>> AcceptedOddities() => new()
    {
        { "no DOS header", b => { b.HasDosHeader = false; b.PeOffset = 0; } },
        { "odd e_lfanew", b => b.PeOffset = 0x43 },
        { "alignment 0x20", b => b.SectionAlignment = 0x20 },
        { "alignment 0x200", b => b.SectionAlignment = 0x200 },
        { "boot driver", b => b.Subsystem = 11 },
        { "runtime driver", b => b.Subsystem = 12 },
        { "32-bit x86", b => { b.Machine = 0x14c; b.IsPe32Plus = false; b.ImageBase = 0x400000; } },
        { "no directories", b => b.DirectoryCount = 0 },
        { "six directories", b => b.DirectoryCount = 6 },
        { "relocations stripped", b => b.Characteristics |= 1 },
        { "entry point outside", b => b.EntryPoint = 0xffff_0000 },
    };

    [Theory]
    [MemberData(nameof(AcceptedOddities))]
    public void Parse_OddityThatFirmwareAccepts_Succeeds(string oddity, Action<PeBuilder> change)
    {
        (EfiStatus status, string? fault) = Parse(PeBuilder.Application().With(change).Build());

        Assert.True(status == EfiStatus.Success, $"{oddity}: {fault}");
    }

    [Fact]
    public void Parse_OneSectionAtAddress0x200_Succeeds()
    {
        byte[] file = new PeBuilder { SizeOfHeaders = 0x200, SectionAlignment = 0x20, SizeOfImage = 0x400, EntryPoint = 0x200, DirectoryCount = 6 }
            .WithSection(".text", 0x200, 0x200, 0x200, PeBuilder.Pattern(0x200, 1)).Build();

        Assert.Equal(EfiStatus.Success, Parse(file).Status);
    }

    public static TheoryData<string, Action<PeBuilder>, string> Rejections() => new()
    {
        { "arm", b => b.Machine = 0xaa64, "FileHeader.Machine: 0xaa64 (Arm64) is not for x86 firmware" },
        { "subsystem", b => b.Subsystem = 3, "OptionalHeader.Subsystem: 3 is not an EFI application (10), boot driver (11) or runtime driver (12, 13)" },
        { "directories", b => b.DirectoryCount = 17, "OptionalHeader.NumberOfRvaAndSizes: 17 is more than 16" },
        { "optional header", b => b.SizeOfOptionalHeader = 0xf8, "FileHeader.SizeOfOptionalHeader: 0xf8 is not 0xf0, which 16 directories need" },
        { "small image", b => b.SizeOfImage = 0x100, "OptionalHeader.SizeOfImage: 0x100 is too small for 2 section headers at 0x148" },
        { "image ends with its section table", b => b.SizeOfImage = 0x148 + 80, "OptionalHeader.SizeOfImage: 0x198 is too small for 2 section headers at 0x148" },
        { "small headers", b => b.SizeOfHeaders = 0x150, "OptionalHeader.SizeOfHeaders: 0x150 is too small for 2 section headers at 0x148" },
        { "headers larger than image", b => b.SizeOfImage = 0x400, "OptionalHeader.SizeOfHeaders: 0x400 is not smaller than SizeOfImage 0x400" },
        { "security", b => b.WithDirectory(4, 0x700, 0x200), "security directory: signatures 0x700-0x900 end beyond the file (0x800 bytes)" },
        { "security wraps", b => b.WithDirectory(4, 0xffff_ff00, 0x200), "security directory: signatures 0xffffff00-0x100000100 end beyond the file (0x800 bytes)" },
        { "raw data", b => b.WithSection(".big", 0x3000, 0x100, 0x400, [], rawSize: 0x12000), "section .big: raw data 0x400-0x12400 ends beyond the file (0x800 bytes)" },
        { "raw data wraps", b => b.WithSection(".wrap", 0x3000, 0x100, 0x400, [], rawSize: 0xffff_ffff), "section .wrap: raw data 0x400-0x1000003ff ends beyond the file (0x800 bytes)" },
        { "raw in headers", b => b.WithSection(".low", 0x3000, 0x100, 0x200, [], rawSize: 0x100), "section .low: raw data at 0x200 lies inside the headers (0x400 bytes)" },
        { "address in headers", b => b.WithSection(".low", 0x100, 0x100, 0x400, [], rawSize: 0x100), "section .low: VirtualAddress 0x100 lies inside the headers (0x400 bytes)" },
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public void Parse_FieldThatFirmwareRejects_IsUnsupportedWithOneLine(string field, Action<PeBuilder> change, string expected)
    {
        Assert.NotNull(field);
        (EfiStatus status, string? fault) = Parse(PeBuilder.Application().With(change).Build());

        Assert.Equal(expected, fault);
        Assert.Equal(EfiStatus.Unsupported, status);
    }

    [Fact]
    public void Parse_SectionAlignmentZero_IsInvalidParameter()
    {
        (EfiStatus status, string? fault) = Parse(PeBuilder.Application().With(b => b.SectionAlignment = 0).Build());

        Assert.Equal(EfiStatus.InvalidParameter, status);
        Assert.Equal("OptionalHeader.SectionAlignment: 0 leaves no address to load at", fault);
    }

    [Fact]
    public void Parse_WrongMagic_IsUnsupported()
    {
        byte[] file = PeBuilder.Application().Build();
        file[0x58] = 0x07;

        Assert.Equal((EfiStatus.Unsupported, "OptionalHeader.Magic: 0x207 is neither PE32 (0x10b) nor PE32+ (0x20b)"), Parse(file));
    }

    [Fact]
    public void Parse_WrongMzSignature_IsUnsupported()
    {
        byte[] file = PeBuilder.Application().Build();
        file[0] = (byte)'X';

        Assert.Equal((EfiStatus.Unsupported, "signature: no MZ or PE signature at offset 0"), Parse(file));
    }

    [Fact]
    public void Parse_WrongPeSignature_IsUnsupported()
    {
        byte[] file = PeBuilder.Application().Build();
        file[0x40] = (byte)'X';

        Assert.Equal((EfiStatus.Unsupported, "DOS header, e_lfanew: no PE signature at offset 0x40"), Parse(file));
    }

    [Fact]
    public void Parse_EveryTruncationOfAProbe_IsUnsupported()
    {
        byte[] file = Probes.Read("exitboot3");
        var lines = new HashSet<string>();
        for (int length = 0; length < file.Length; length += 7)
        {
            (EfiStatus status, string? fault) = Parse(file[..length]);
            Assert.Equal(EfiStatus.Unsupported, status);
            lines.Add(fault!.Split(':')[0]);
        }

        Assert.Contains("section .text", lines);
    }
}
