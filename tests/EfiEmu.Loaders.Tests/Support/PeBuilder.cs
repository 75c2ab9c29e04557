using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Loaders.Tests.Support;

/// <summary>Builds small image files; every field can be set to nonsense.</summary>
public sealed class PeBuilder
{
    private readonly List<Section> _sections = [];
    private readonly Dictionary<int, (uint Address, uint Size)> _directories = [];

    public ushort Machine { get; set; } = 0x8664;

    public ushort Characteristics { get; set; } = 0x0022;

    public ushort Subsystem { get; set; } = 10;

    public ulong ImageBase { get; set; } = 0x1_4000_0000;

    public uint EntryPoint { get; set; } = 0x1000;

    public uint SectionAlignment { get; set; } = 0x1000;

    public uint SizeOfHeaders { get; set; } = 0x400;

    public uint SizeOfImage { get; set; } = 0x4000;

    public uint DirectoryCount { get; set; } = 16;

    public ushort? SizeOfOptionalHeader { get; set; }

    public bool IsPe32Plus { get; set; } = true;

    public bool HasDosHeader { get; set; } = true;

    public int PeOffset { get; set; } = 0x40;

    private sealed record Section(string Name, uint VirtualAddress, uint VirtualSize, uint RawPointer, uint RawSize, byte[] Data);

    public PeBuilder WithSection(string name, uint virtualAddress, uint virtualSize, uint rawPointer, byte[] data, uint? rawSize = null)
    {
        _sections.Add(new Section(name, virtualAddress, virtualSize, rawPointer, rawSize ?? (uint)data.Length, data));
        return this;
    }

    public PeBuilder WithDirectory(int index, uint address, uint size)
    {
        _directories[index] = (address, size);
        return this;
    }

    public PeBuilder With(Action<PeBuilder> change)
    {
        change(this);
        return this;
    }

    /// <summary>A sound application: .text of 0x200 bytes, .data with a tail that the file does not have.</summary>
    public static PeBuilder Application() => new PeBuilder()
        .WithSection(".text", 0x1000, 0x200, 0x400, Pattern(0x200, 1))
        .WithSection(".data", 0x2000, 0x900, 0x600, Pattern(0x200, 2));

    /// <summary>A sound application whose third section holds relocation blocks.</summary>
    public static PeBuilder Relocatable(params byte[][] blocks)
    {
        byte[] data = [.. blocks.SelectMany(b => b)];
        return Application()
            .WithSection(".reloc", 0x3000, (uint)data.Length, 0x800, data)
            .WithDirectory(5, 0x3000, (uint)data.Length);
    }

    /// <summary>One relocation block.</summary>
    public static byte[] Block(uint page, params ushort[] entries) => Block(page, (uint)(8 + (entries.Length * 2)), entries);

    public static byte[] Block(uint page, uint sizeOfBlock, params ushort[] entries)
    {
        byte[] block = new byte[8 + (entries.Length * 2)];
        BinaryPrimitives.WriteUInt32LittleEndian(block, page);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), sizeOfBlock);
        for (int i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(8 + (i * 2)), entries[i]);
        }

        return block;
    }

    public static byte[] Pattern(int length, byte seed)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 7) + seed);
        }

        return bytes;
    }

    public byte[] Build()
    {
        int fixedSize = IsPe32Plus ? 112 : 96;
        int optional = PeOffset + 24;
        int table = optional + (SizeOfOptionalHeader ?? (fixedSize + ((int)DirectoryCount * 8)));
        int length = Math.Max((int)SizeOfHeaders, table + (_sections.Count * 40));
        foreach (Section section in _sections)
        {
            length = Math.Max(length, (int)section.RawPointer + section.Data.Length);
        }

        byte[] file = new byte[length];
        Span<byte> bytes = file;
        if (HasDosHeader)
        {
            "MZ"u8.CopyTo(bytes);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x3c..], (uint)PeOffset);
        }

        "PE\0\0"u8.CopyTo(bytes[PeOffset..]);
        WriteUInt16(PeOffset + 4, Machine);
        WriteUInt16(PeOffset + 6, (ushort)_sections.Count);
        WriteUInt16(PeOffset + 20, SizeOfOptionalHeader ?? (ushort)(fixedSize + (DirectoryCount * 8)));
        WriteUInt16(PeOffset + 22, Characteristics);
        WriteUInt16(optional, (ushort)(IsPe32Plus ? 0x20b : 0x10b));
        WriteUInt32(optional + 16, EntryPoint);
        if (IsPe32Plus)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(optional + 24)..], ImageBase);
        }
        else
        {
            WriteUInt32(optional + 28, (uint)ImageBase);
        }

        WriteUInt32(optional + 32, SectionAlignment);
        WriteUInt32(optional + 36, 0x200);
        WriteUInt32(optional + 56, SizeOfImage);
        WriteUInt32(optional + 60, SizeOfHeaders);
        WriteUInt16(optional + 68, Subsystem);
        WriteUInt32(optional + fixedSize - 4, DirectoryCount);
        foreach ((int index, (uint address, uint size)) in _directories)
        {
            WriteUInt32(optional + fixedSize + (index * 8), address);
            WriteUInt32(optional + fixedSize + (index * 8) + 4, size);
        }

        for (int i = 0; i < _sections.Count; i++)
        {
            WriteSection(file, table + (i * 40), _sections[i]);
        }

        return file;

        void WriteUInt16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);
        void WriteUInt32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);
    }

    private static void WriteSection(byte[] file, int offset, Section section)
    {
        Span<byte> header = file.AsSpan(offset, 40);
        Encoding.ASCII.GetBytes(section.Name).CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], section.VirtualSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], section.VirtualAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], section.RawSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], section.RawPointer);
        section.Data.CopyTo(file.AsSpan((int)section.RawPointer));
    }
}
