using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using EfiEmu.Firmware;
using EfiEmu.Loaders.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Loaders.Tests.PeCoff;

public sealed class PeLoadingTests
{
    private const ulong Base = 0x1_4000_0000;
    private const ulong Address = 0x7000_0000;

    private static (EfiStatus Status, string? Fault, SparseGuestMemory Memory) Load(byte[] file, ulong address = Address)
    {
        EfiResult<ILoadableImage> parsed = new PeImageLoader().Parse(file, out string? fault);
        Assert.True(parsed.TryGet(out ILoadableImage image), fault);
        var memory = new SparseGuestMemory(address, image.SizeOfImage);
        EfiStatus status = image.Load(memory, new GuestAddress(address), out fault);
        return (status, fault, memory);
    }

    [Fact]
    public void Load_SoundApplication_CopiesHeadersAndSectionsAndZeroesTheTail()
    {
        byte[] file = PeBuilder.Application().Build();
        (EfiStatus status, _, SparseGuestMemory memory) = Load(file, Base);

        Assert.Equal(EfiStatus.Success, status);
        Assert.Equal(file[..0x400], memory.ReadBytes(new GuestAddress(Base), 0x400));
        Assert.Equal(file[0x400..0x600], memory.ReadBytes(new GuestAddress(Base + 0x1000), 0x200));
        Assert.Equal(file[0x600..0x800], memory.ReadBytes(new GuestAddress(Base + 0x2000), 0x200));
        Assert.All(memory.ReadBytes(new GuestAddress(Base + 0x2200), 0x700), b => Assert.Equal(0, b));
    }

    [Fact]
    public void Load_GapsBetweenSections_KeepWhatMemoryHeld()
    {
        (_, _, SparseGuestMemory memory) = Load(PeBuilder.Application().Build());

        Assert.Equal(SparseGuestMemory.Untouched, memory.ReadByte(new GuestAddress(Address + 0x400)));
        Assert.Equal(SparseGuestMemory.Untouched, memory.ReadByte(new GuestAddress(Address + 0x1200)));
        Assert.Equal(SparseGuestMemory.Untouched, memory.ReadByte(new GuestAddress(Address + 0x2900)));
    }

    [Fact]
    public void Load_RawDataLongerThanVirtualSize_CopiesVirtualSizeOnly()
    {
        byte[] file = PeBuilder.Application().WithSection(".long", 0x3000, 0x10, 0x800, PeBuilder.Pattern(0x200, 9)).Build();
        (_, _, SparseGuestMemory memory) = Load(file);

        Assert.Equal(file[0x800..0x810], memory.ReadBytes(new GuestAddress(Address + 0x3000), 0x10));
        Assert.Equal(SparseGuestMemory.Untouched, memory.ReadByte(new GuestAddress(Address + 0x3010)));
    }

    [Fact]
    public void Load_VirtualSizeZero_CopiesAllRawData()
    {
        byte[] file = PeBuilder.Application().WithSection(".zero", 0x3000, 0, 0x800, PeBuilder.Pattern(0x40, 9)).Build();
        (_, _, SparseGuestMemory memory) = Load(file);

        Assert.Equal(file[0x800..0x840], memory.ReadBytes(new GuestAddress(Address + 0x3000), 0x40));
    }

    [Fact]
    public void Load_AwayFromPreferredBase_RewritesImageBaseInMemory()
    {
        (_, _, SparseGuestMemory memory) = Load(PeBuilder.Application().Build());

        Assert.Equal(Address, memory.ReadUInt64(new GuestAddress(Address + 0x58 + 24)));
    }

    [Fact]
    public void Load_Pe32AwayFromPreferredBase_RewritesTheShortImageBase()
    {
        byte[] file = PeBuilder.Application().With(b => { b.IsPe32Plus = false; b.Machine = 0x14c; b.ImageBase = 0x400000; }).Build();
        (EfiStatus status, _, SparseGuestMemory memory) = Load(file);

        Assert.Equal(EfiStatus.Success, status);
        Assert.Equal((uint)Address, memory.ReadUInt32(new GuestAddress(Address + 0x58 + 28)));
    }

    [Fact]
    public void Load_EveryRelocationType_AddsTheDifference()
    {
        byte[] file = PeBuilder.Relocatable(PeBuilder.Block(0x1000, 0x0000, 0x1008, 0x2010, 0x3018, 0xa020)).Build();
        (EfiStatus status, string? fault, SparseGuestMemory memory) = Load(file);
        ulong adjust = unchecked(Address - Base);

        Assert.True(status == EfiStatus.Success, fault);
        Assert.Equal(file[0x400..0x408], memory.ReadBytes(new GuestAddress(Address + 0x1000), 8));
        Assert.Equal((ushort)(Raw16(8) + (adjust >> 16)), memory.ReadUInt16(new GuestAddress(Address + 0x1008)));
        Assert.Equal((ushort)(Raw16(0x10) + adjust), memory.ReadUInt16(new GuestAddress(Address + 0x1010)));
        Assert.Equal((uint)(Raw32(0x18) + adjust), memory.ReadUInt32(new GuestAddress(Address + 0x1018)));
        Assert.Equal(unchecked(Raw64(0x20) + adjust), memory.ReadUInt64(new GuestAddress(Address + 0x1020)));

        ushort Raw16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x400 + offset));
        uint Raw32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(0x400 + offset));
        ulong Raw64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(0x400 + offset));
    }

    [Fact]
    public void Load_AtPreferredBase_AppliesNoRelocation()
    {
        byte[] file = PeBuilder.Relocatable(PeBuilder.Block(0x1000, 0xa020)).Build();
        (EfiStatus status, _, SparseGuestMemory memory) = Load(file, Base);

        Assert.Equal(EfiStatus.Success, status);
        Assert.Equal(file[0x420..0x428], memory.ReadBytes(new GuestAddress(Base + 0x1020), 8));
    }

    public static TheoryData<byte[], ulong, string> WildRelocations() => new()
    {
        { PeBuilder.Block(0x1000, 0u), EfiStatus.LoadError.Value, "relocation block at 0x3000: SizeOfBlock is 0" },
        { PeBuilder.Block(0x1000, 0x100u, 0xa000), EfiStatus.LoadError.Value, "relocation block at 0x3000: SizeOfBlock 0x100 ends beyond the directory (0x300a)" },
        { PeBuilder.Block(0x4000, 0xa000), EfiStatus.LoadError.Value, "relocation block at 0x3000: VirtualAddress 0x4000 lies beyond the image (SizeOfImage 0x4000)" },
        { PeBuilder.Block(0x3ff0, 0xaffa), EfiStatus.LoadError.Value, "relocation of 0x4fea: lies beyond the image (SizeOfImage 0x4000)" },
        { PeBuilder.Block(0x3ff0, 0xa00a), EfiStatus.LoadError.Value, "relocation of 0x3ffa: 8 bytes end beyond the image (SizeOfImage 0x4000)" },
        { PeBuilder.Block(0x3ff0, 0x0ffa), EfiStatus.LoadError.Value, "relocation of 0x4fea: lies beyond the image (SizeOfImage 0x4000)" },
        { PeBuilder.Block(0x3ff0, 0xf010), EfiStatus.LoadError.Value, "relocation of 0x4000: lies beyond the image (SizeOfImage 0x4000)" },
        { PeBuilder.Block(0x1000, 0x4000), EfiStatus.Unsupported.Value, "relocation of 0x1000: type 4 is not known on x86" },
        { PeBuilder.Block(0x1000, 0xf123), EfiStatus.Unsupported.Value, "relocation of 0x1123: type 15 is not known on x86" },
    };

    [Theory]
    [MemberData(nameof(WildRelocations))]
    public void Load_WildRelocation_FailsWithOneLine(byte[] block, ulong expectedStatus, string expected)
    {
        (EfiStatus status, string? fault, _) = Load(PeBuilder.Relocatable(block).Build());

        Assert.Equal(expected, fault);
        Assert.Equal(new EfiStatus(expectedStatus), status);
    }

    [Fact]
    public void Load_RelocationDirectoryBeyondImage_IsLoadErrorEvenAtThePreferredBase()
    {
        byte[] file = PeBuilder.Application().WithDirectory(5, 0x3ff0, 0x20).Build();

        Assert.Equal(EfiStatus.LoadError, Load(file, Base).Status);
        Assert.Equal("relocation directory: 0x3ff0-0x4010 ends beyond the image (SizeOfImage 0x4000)", Load(file).Fault);
    }

    [Fact]
    public void Load_SectionBeyondImage_IsLoadError()
    {
        byte[] file = PeBuilder.Application().WithSection(".far", 0x3f00, 0x200, 0x600, [], rawSize: 0x10).Build();
        (EfiStatus status, string? fault, _) = Load(file);

        Assert.Equal(EfiStatus.LoadError, status);
        Assert.Equal("section .far: memory 0x3f00-0x4100 ends beyond the image (SizeOfImage 0x4000)", fault);
    }

    [Fact]
    public void Load_EmptySectionAnywhere_IsIgnored()
    {
        byte[] file = PeBuilder.Application().WithSection(".none", 0xffff_0000, 0, 0, []).Build();

        Assert.Equal(EfiStatus.Success, Load(file).Status);
    }

    [Fact]
    public void Load_StrippedRelocationsAtAnotherBase_IsInvalidParameter()
    {
        byte[] file = PeBuilder.Application().With(b => b.Characteristics |= 1).Build();

        Assert.Equal(EfiStatus.InvalidParameter, Load(file).Status);
        Assert.Equal(EfiStatus.Success, Load(file, Base).Status);
    }

    [Fact]
    public void Load_StrippedRuntimeDriver_IsLoadError()
    {
        byte[] file = PeBuilder.Application().With(b => { b.Characteristics |= 1; b.Subsystem = 12; }).Build();

        Assert.Equal(EfiStatus.LoadError, Load(file, Base).Status);
    }

    [Fact]
    public void Load_AddressNotAligned_IsInvalidParameter()
    {
        (EfiStatus status, string? fault, _) = Load(PeBuilder.Application().Build(), Address + 0x200);

        Assert.Equal(EfiStatus.InvalidParameter, status);
        Assert.Equal("OptionalHeader.SectionAlignment: load address 0x70000200 is not a multiple of 0x1000", fault);
    }

    [Fact]
    public void Load_UnmappedCodeView_GrowsTheImageAndIsPutBehindTheLastSection()
    {
        byte[] entry = new byte[28];
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(12), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(16), 0x30);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(24), 0x900);
        byte[] file = PeBuilder.Application()
            .WithSection(".debug", 0x3000, 28, 0x800, entry)
            .WithSection(".pad", 0x3800, 0x10, 0x900, [.. "RSDS"u8, .. PeBuilder.Pattern(0x2c, 3)])
            .WithDirectory(6, 0x3000, 28).Build();
        EfiResult<ILoadableImage> image = new PeImageLoader().Parse(file, out _);
        (EfiStatus status, string? fault, SparseGuestMemory memory) = Load(file);

        Assert.Equal(0x4030u, image.Value.SizeOfImage);
        Assert.True(status == EfiStatus.Success, fault);
        Assert.Equal(0x3830u, memory.ReadUInt32(new GuestAddress(Address + 0x3000 + 20)));
        Assert.Equal(file[0x900..0x930], memory.ReadBytes(new GuestAddress(Address + 0x3830), 0x30));
    }

    public static TheoryData<string> ProbeNames() => [.. Probes.Names];

    [Theory]
    [MemberData(nameof(ProbeNames))]
    public void Load_Probe_EqualsWhatTheFrameworksReaderSays(string name)
    {
        byte[] file = Probes.Read(name);
        (EfiStatus status, string? fault, SparseGuestMemory memory) = Load(file);
        byte[] expected = NaiveImage(file, Address);

        Assert.True(status == EfiStatus.Success, fault);
        for (int i = 0; i < expected.Length; i++)
        {
            byte actual = memory.ReadByte(new GuestAddress(Address + (ulong)i));
            Assert.True(actual == expected[i], $"byte 0x{i:x}: {actual:x2}, expected {expected[i]:x2}");
        }
    }

    /// <summary>The image by another reader and the simplest possible relocation.</summary>
    private static byte[] NaiveImage(byte[] file, ulong address)
    {
        using var reader = new PEReader(new MemoryStream(file));
        PEHeader header = reader.PEHeaders.PEHeader!;
        byte[] image = new byte[header.SizeOfImage];
        image.AsSpan().Fill(SparseGuestMemory.Untouched);
        file.AsSpan(0, header.SizeOfHeaders).CopyTo(image);
        foreach (SectionHeader section in reader.PEHeaders.SectionHeaders)
        {
            image.AsSpan(section.VirtualAddress, section.VirtualSize).Clear();
            file.AsSpan(section.PointerToRawData, Math.Min(section.SizeOfRawData, section.VirtualSize)).CopyTo(image.AsSpan(section.VirtualAddress));
        }

        ulong adjust = unchecked(address - header.ImageBase);
        int position = header.BaseRelocationTableDirectory.RelativeVirtualAddress;
        int end = position + header.BaseRelocationTableDirectory.Size;
        while (position < end)
        {
            int page = BitConverter.ToInt32(image, position);
            int size = BitConverter.ToInt32(image, position + 4);
            for (int i = 8; i < size; i += 2)
            {
                ushort entry = BitConverter.ToUInt16(image, position + i);
                if (entry >> 12 == 10)
                {
                    int target = page + (entry & 0xfff);
                    BitConverter.TryWriteBytes(image.AsSpan(target), unchecked(BitConverter.ToUInt64(image, target) + adjust));
                }
            }

            position += size;
        }

        BitConverter.TryWriteBytes(image.AsSpan(reader.PEHeaders.PEHeaderStartOffset + 24), address);
        return image;
    }
}
