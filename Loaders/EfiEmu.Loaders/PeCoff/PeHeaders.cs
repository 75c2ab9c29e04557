using System.Buffers.Binary;
using System.Text;

namespace EfiEmu.Loaders;

/// <summary>The headers of an image file, checked as edk2's base PE/COFF library checks them.</summary>
/// <remarks>
/// The fields are read here and not by System.Reflection.PortableExecutable, because that reader and edk2 differ in both
/// directions: it refuses what firmware loads (no DOS header, alignments below a page, an odd e_lfanew, sections whose
/// order or place it mistrusts) and takes what firmware refuses (a SizeOfOptionalHeader that disagrees with the number of
/// directories, headers larger than the image). Source: MdePkg/Library/BasePeCoffLib/BasePeCoff.c.
/// </remarks>
internal sealed class PeHeaders
{
    private const int DosHeaderSize = 64;
    private const int FileHeaderSize = 20;
    private const int SignatureSize = 4;
    private const int MaximumDirectories = 16;
    private const int SecurityDirectory = 4;
    private const int DirectorySize = 8;
    private const int DebugDirectory = 6;
    private const int DebugEntrySize = 28;
    private const uint CodeViewDebugType = 2;

    // Firmware reads the largest headers it knows before it looks at them, and refuses a file that ends within that.
    private const int LargestHeaders = SignatureSize + FileHeaderSize + 240;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _peOffset;
    private readonly int _optionalOffset;
    private readonly PeDirectory[] _directories;

    private PeHeaders(ReadOnlyMemory<byte> file)
    {
        _file = file;
        ReadOnlySpan<byte> bytes = file.Span;
        _peOffset = FindPeHeader(bytes);
        ReadOnlySpan<byte> fileHeader = bytes[(_peOffset + SignatureSize)..];
        Machine = BinaryPrimitives.ReadUInt16LittleEndian(fileHeader);
        NumberOfSections = BinaryPrimitives.ReadUInt16LittleEndian(fileHeader[2..]);
        SizeOfOptionalHeader = BinaryPrimitives.ReadUInt16LittleEndian(fileHeader[16..]);
        Characteristics = BinaryPrimitives.ReadUInt16LittleEndian(fileHeader[18..]);
        CheckMachine();

        _optionalOffset = _peOffset + SignatureSize + FileHeaderSize;
        ReadOnlySpan<byte> optional = bytes[_optionalOffset..];
        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(optional);
        IsPe32Plus = magic switch
        {
            0x20b => true,
            0x10b => false,
            _ => throw PeFormatException.Unsupported($"OptionalHeader.Magic: 0x{magic:x} is neither PE32 (0x10b) nor PE32+ (0x20b)"),
        };
        EntryPoint = BinaryPrimitives.ReadUInt32LittleEndian(optional[16..]);
        ImageBase = IsPe32Plus
            ? BinaryPrimitives.ReadUInt64LittleEndian(optional[24..])
            : BinaryPrimitives.ReadUInt32LittleEndian(optional[28..]);
        SectionAlignment = BinaryPrimitives.ReadUInt32LittleEndian(optional[32..]);
        SizeOfImage = BinaryPrimitives.ReadUInt32LittleEndian(optional[56..]);
        SizeOfHeaders = BinaryPrimitives.ReadUInt32LittleEndian(optional[60..]);
        Subsystem = BinaryPrimitives.ReadUInt16LittleEndian(optional[68..]);

        _directories = ReadDirectories(optional);
        CheckSizes();
        CheckSecurityDirectory();
        CheckSubsystem();
        Sections = ReadSections(bytes);
        CodeView = FindCodeView(bytes);
    }

    public ushort Machine { get; }

    public ushort NumberOfSections { get; }

    public ushort SizeOfOptionalHeader { get; }

    public ushort Characteristics { get; }

    public bool IsPe32Plus { get; }

    public uint EntryPoint { get; }

    public ulong ImageBase { get; }

    public uint SectionAlignment { get; }

    public uint SizeOfImage { get; }

    public uint SizeOfHeaders { get; }

    public ushort Subsystem { get; }

    public IReadOnlyList<PeSection> Sections { get; }

    public PeCodeView? CodeView { get; }

    public bool RelocationsStripped => (Characteristics & 1) != 0;

    /// <summary>Where OptionalHeader.ImageBase lies, from the start of the file and of the loaded image.</summary>
    public uint ImageBaseOffset => (uint)(_optionalOffset + (IsPe32Plus ? 24 : 28));

    public PeDirectory RelocationDirectory => Directory(5);

    /// <exception cref="PeFormatException">Firmware refuses the file.</exception>
    public static PeHeaders Read(ReadOnlyMemory<byte> file) => new(file);

    private static int FindPeHeader(ReadOnlySpan<byte> file)
    {
        bool hasDosHeader = file.StartsWith("MZ"u8);
        if (!hasDosHeader && !file.StartsWith("PE\0\0"u8))
        {
            throw PeFormatException.Unsupported($"signature: no MZ or PE signature at offset 0");
        }

        if (file.Length < DosHeaderSize)
        {
            throw PeFormatException.Unsupported($"DOS header: 0x0-0x{DosHeaderSize:x} ends beyond the file (0x{file.Length:x} bytes)");
        }

        ulong offset = hasDosHeader ? BinaryPrimitives.ReadUInt32LittleEndian(file[0x3c..]) : 0;
        if (offset + LargestHeaders > (ulong)file.Length)
        {
            throw PeFormatException.Unsupported(
                $"DOS header, e_lfanew: PE headers 0x{offset:x}-0x{offset + LargestHeaders:x} end beyond the file (0x{file.Length:x} bytes)");
        }

        int peOffset = (int)offset;
        return file[peOffset..].StartsWith("PE\0\0"u8)
            ? peOffset
            : throw PeFormatException.Unsupported($"DOS header, e_lfanew: no PE signature at offset 0x{peOffset:x}");
    }

    private void CheckMachine()
    {
        if (Machine is not (PeMachine.X64 or PeMachine.Ia32))
        {
            throw PeFormatException.Unsupported($"FileHeader.Machine: 0x{Machine:x} ({PeMachine.NameOf(Machine)}) is not for x86 firmware");
        }
    }

    private PeDirectory Directory(int index) => index < _directories.Length ? _directories[index] : default;

    private PeDirectory[] ReadDirectories(ReadOnlySpan<byte> optional)
    {
        int fixedSize = IsPe32Plus ? 112 : 96;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(optional[(fixedSize - 4)..]);
        if (count > MaximumDirectories)
        {
            throw PeFormatException.Unsupported($"OptionalHeader.NumberOfRvaAndSizes: {count} is more than 16");
        }

        uint expected = (uint)fixedSize + (count * DirectorySize);
        if (SizeOfOptionalHeader != expected)
        {
            throw PeFormatException.Unsupported(
                $"FileHeader.SizeOfOptionalHeader: 0x{SizeOfOptionalHeader:x} is not 0x{expected:x}, which {count} directories need");
        }

        var directories = new PeDirectory[count];
        for (int i = 0; i < directories.Length; i++)
        {
            ReadOnlySpan<byte> entry = optional[(fixedSize + (i * DirectorySize))..];
            directories[i] = new PeDirectory(
                BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
        }

        return directories;
    }

    private uint SectionTableOffset => (uint)_optionalOffset + SizeOfOptionalHeader;

    private void CheckSizes()
    {
        uint table = SectionTableOffset;
        if (SizeOfImage <= table || (SizeOfImage - table) / PeSection.HeaderSize <= NumberOfSections)
        {
            throw PeFormatException.Unsupported(
                $"OptionalHeader.SizeOfImage: 0x{SizeOfImage:x} is too small for {NumberOfSections} section headers at 0x{table:x}");
        }

        if (SizeOfHeaders <= table || (SizeOfHeaders - table) / PeSection.HeaderSize < NumberOfSections)
        {
            throw PeFormatException.Unsupported(
                $"OptionalHeader.SizeOfHeaders: 0x{SizeOfHeaders:x} is too small for {NumberOfSections} section headers at 0x{table:x}");
        }

        if (SizeOfHeaders >= SizeOfImage)
        {
            throw PeFormatException.Unsupported(
                $"OptionalHeader.SizeOfHeaders: 0x{SizeOfHeaders:x} is not smaller than SizeOfImage 0x{SizeOfImage:x}");
        }

        if (SizeOfHeaders > (uint)_file.Length)
        {
            throw PeFormatException.Unsupported(
                $"OptionalHeader.SizeOfHeaders: headers 0x0-0x{SizeOfHeaders:x} end beyond the file (0x{_file.Length:x} bytes)");
        }
    }

    private void CheckSecurityDirectory()
    {
        PeDirectory security = Directory(SecurityDirectory);
        ulong end = (ulong)security.VirtualAddress + security.Size;
        if (security.Size != 0 && end > (ulong)_file.Length)
        {
            throw PeFormatException.Unsupported(
                $"security directory: signatures 0x{security.VirtualAddress:x}-0x{end:x} end beyond the file (0x{_file.Length:x} bytes)");
        }
    }

    private void CheckSubsystem()
    {
        if (Subsystem is not (10 or 11 or 12 or 13))
        {
            throw PeFormatException.Unsupported(
                $"OptionalHeader.Subsystem: {Subsystem} is not an EFI application (10), boot driver (11) or runtime driver (12, 13)");
        }
    }

    private PeSection[] ReadSections(ReadOnlySpan<byte> file)
    {
        // The table lies inside the headers, and the headers inside the file, so the count is bounded by the file.
        var sections = new PeSection[NumberOfSections];
        for (int i = 0; i < sections.Length; i++)
        {
            ReadOnlySpan<byte> header = file.Slice((int)SectionTableOffset + (i * PeSection.HeaderSize), PeSection.HeaderSize);
            sections[i] = new PeSection(
                SectionName(header[..8], i),
                BinaryPrimitives.ReadUInt32LittleEndian(header[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(header[20..]));
            CheckRawData(sections[i]);
        }

        return sections;
    }

    private void CheckRawData(PeSection section)
    {
        if (section.SizeOfRawData == 0)
        {
            return;
        }

        if (section.VirtualAddress < SizeOfHeaders)
        {
            throw PeFormatException.Unsupported(
                $"section {section.Name}: VirtualAddress 0x{section.VirtualAddress:x} lies inside the headers (0x{SizeOfHeaders:x} bytes)");
        }

        if (section.PointerToRawData < SizeOfHeaders)
        {
            throw PeFormatException.Unsupported(
                $"section {section.Name}: raw data at 0x{section.PointerToRawData:x} lies inside the headers (0x{SizeOfHeaders:x} bytes)");
        }

        ulong end = (ulong)section.PointerToRawData + section.SizeOfRawData;
        if (end > (ulong)_file.Length)
        {
            throw PeFormatException.Unsupported(
                $"section {section.Name}: raw data 0x{section.PointerToRawData:x}-0x{end:x} ends beyond the file (0x{_file.Length:x} bytes)");
        }
    }

    private static string SectionName(ReadOnlySpan<byte> bytes, int index)
    {
        var name = new StringBuilder();
        foreach (byte unit in bytes)
        {
            if (unit is <= 0x20 or >= 0x7f)
            {
                break;
            }

            name.Append((char)unit);
        }

        return name.Length > 0 ? name.ToString() : FormattableString.Invariant($"{index}");
    }

    private PeCodeView? FindCodeView(ReadOnlySpan<byte> file)
    {
        PeDirectory debug = Directory(DebugDirectory);
        ulong? offset = FileOffsetOf(debug.VirtualAddress);
        if (offset is null or 0)
        {
            return null;
        }

        for (ulong index = 0; index < debug.Size; index += DebugEntrySize)
        {
            ulong start = offset.Value + index;
            if (start + DebugEntrySize > (ulong)file.Length)
            {
                throw PeFormatException.Unsupported(
                    $"debug directory: entry at 0x{start:x} ends beyond the file (0x{file.Length:x} bytes)");
            }

            ReadOnlySpan<byte> entry = file.Slice((int)start, DebugEntrySize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]) == CodeViewDebugType)
            {
                return new PeCodeView(
                    (uint)(debug.VirtualAddress + index),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]));
            }
        }

        return null;
    }

    private ulong? FileOffsetOf(uint rva)
    {
        foreach (PeSection section in Sections)
        {
            if (rva >= section.VirtualAddress && rva < (ulong)section.VirtualAddress + section.VirtualSize)
            {
                return (ulong)rva - section.VirtualAddress + section.PointerToRawData;
            }
        }

        return null;
    }
}
