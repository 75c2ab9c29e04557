using System.Buffers.Binary;
using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>A checked image file.</summary>
internal sealed class PeImage : ILoadableImage
{
    // Sections of a sound image do not overlap. Overlapping ones load on firmware; this bound keeps a small file with
    // thousands of them from costing hours.
    private const ulong MaximumOverlap = 8;

    private readonly ReadOnlyMemory<byte> _file;
    private readonly PeHeaders _headers;

    private PeImage(ReadOnlyMemory<byte> file, PeHeaders headers, uint sizeOfImage)
    {
        _file = file;
        _headers = headers;
        SizeOfImage = sizeOfImage;
    }

    public ushort Machine => _headers.Machine;

    public ushort Subsystem => _headers.Subsystem;

    public ulong PreferredBase => _headers.ImageBase;

    public uint SizeOfImage { get; }

    public uint SectionAlignment => _headers.SectionAlignment;

    public bool RelocationsStripped => _headers.RelocationsStripped;

    public uint EntryPoint => _headers.EntryPoint;

    public static PeImage Create(ReadOnlyMemory<byte> file)
    {
        PeHeaders headers = PeHeaders.Read(file);
        if (headers.SectionAlignment == 0)
        {
            throw PeFormatException.InvalidParameter($"OptionalHeader.SectionAlignment: 0 leaves no address to load at");
        }

        // CodeView data that no section holds is put behind the image, so the image grows by it.
        ulong size = headers.SizeOfImage + (headers.CodeView is { IsUnmapped: true } unmapped ? unmapped.DataSize : 0UL);
        if (size > uint.MaxValue)
        {
            throw PeFormatException.Unsupported($"debug directory: CodeView data makes the image 0x{size:x} bytes large");
        }

        return new PeImage(file, headers, (uint)size);
    }

    public EfiStatus Load(IGuestMemory memory, GuestAddress address, out string? fault)
    {
        try
        {
            CheckAddress(address);
            memory.Write(address, _file.Span[..(int)_headers.SizeOfHeaders]);
            LoadSections(memory, address);
            LoadCodeView(memory, address);
            if (!RelocationsStripped)
            {
                new PeRelocations(memory, address, SizeOfImage).Apply(_headers);
            }

            fault = null;
            return EfiStatus.Success;
        }
        catch (PeFormatException exception)
        {
            fault = exception.Message;
            return exception.Status;
        }
    }

    private void CheckAddress(GuestAddress address)
    {
        if (address.IsNull)
        {
            throw PeFormatException.InvalidParameter($"load address: an image cannot lie at address 0");
        }

        if (RelocationsStripped && Subsystem is (12 or 13))
        {
            throw PeFormatException.LoadError($"FileHeader.Characteristics: a runtime driver without relocations cannot follow SetVirtualAddressMap");
        }

        if (RelocationsStripped && address.Value != PreferredBase)
        {
            throw PeFormatException.InvalidParameter(
                $"FileHeader.Characteristics: without relocations the image runs at 0x{PreferredBase:x} only, not at 0x{address.Value:x}");
        }

        if ((address.Value & (SectionAlignment - 1)) != 0)
        {
            throw PeFormatException.InvalidParameter(
                $"OptionalHeader.SectionAlignment: load address 0x{address.Value:x} is not a multiple of 0x{SectionAlignment:x}");
        }
    }

    private void LoadSections(IGuestMemory memory, GuestAddress address)
    {
        ulong total = 0;
        foreach (PeSection section in _headers.Sections)
        {
            if (section.LoadedBytes == 0)
            {
                continue;
            }

            ulong end = (ulong)section.VirtualAddress + section.LoadedBytes;
            if (end > SizeOfImage)
            {
                throw PeFormatException.LoadError(
                    $"section {section.Name}: memory 0x{section.VirtualAddress:x}-0x{end:x} ends beyond the image (SizeOfImage 0x{SizeOfImage:x})");
            }

            total += section.LoadedBytes;
            if (total > MaximumOverlap * SizeOfImage)
            {
                throw PeFormatException.LoadError(
                    $"section {section.Name}: sections overlap so often that they fill 0x{total:x} bytes of an image of 0x{SizeOfImage:x}");
            }

            LoadSection(memory, address + section.VirtualAddress, section);
        }
    }

    private void LoadSection(IGuestMemory memory, GuestAddress target, PeSection section)
    {
        uint copied = section.CopiedBytes;
        if (copied > 0)
        {
            memory.Write(target, _file.Span.Slice((int)section.PointerToRawData, (int)copied));
        }

        if (copied < section.VirtualSize)
        {
            memory.Fill(target + copied, section.VirtualSize - copied, 0);
        }
    }

    private void LoadCodeView(IGuestMemory memory, GuestAddress address)
    {
        if (_headers.CodeView is not { } codeView || (codeView.DataRva == 0 && !codeView.IsUnmapped))
        {
            return;
        }

        const uint EntrySize = 28;
        const uint RvaFieldOffset = 20;
        if ((ulong)codeView.EntryRva + EntrySize > SizeOfImage)
        {
            throw PeFormatException.LoadError($"debug directory: entry at 0x{codeView.EntryRva:x} lies beyond the image");
        }

        uint dataRva = codeView.IsUnmapped ? EndOfLastSection() : codeView.DataRva;
        if (dataRva >= SizeOfImage)
        {
            throw PeFormatException.LoadError(
                $"debug directory: CodeView data at 0x{dataRva:x} lies beyond the image (0x{SizeOfImage:x} bytes)");
        }

        if (codeView.IsUnmapped)
        {
            ulong available = (ulong)_file.Length - Math.Min(codeView.DataOffset, (ulong)_file.Length);
            ulong copied = Math.Min(Math.Min(codeView.DataSize, available), SizeOfImage - dataRva);
            memory.Write(address + dataRva, _file.Span.Slice((int)Math.Min(codeView.DataOffset, (ulong)_file.Length), (int)copied));
            memory.WriteUInt32(address + codeView.EntryRva + RvaFieldOffset, dataRva);
        }

        CheckCodeViewSize(memory, address, dataRva, codeView.DataSize);
    }

    private void CheckCodeViewSize(IGuestMemory memory, GuestAddress address, uint dataRva, uint dataSize)
    {
        if ((ulong)dataRva + 4 > SizeOfImage)
        {
            throw PeFormatException.LoadError($"debug directory: CodeView data at 0x{dataRva:x} lies beyond the image");
        }

        Span<byte> signature = stackalloc byte[4];
        memory.Read(address + dataRva, signature);
        uint needed = BinaryPrimitives.ReadUInt32BigEndian(signature) switch
        {
            // NB10, RSDS and MTOC: the bytes before the name of the symbol file.
            0x4e423130 => 16,
            0x52534453 => 24,
            0x4d544f43 => 20,
            _ => 0,
        };
        if (dataSize < needed)
        {
            throw PeFormatException.Unsupported($"debug directory: CodeView data of {dataSize} bytes is shorter than its header of {needed}");
        }
    }

    private uint EndOfLastSection()
    {
        if (_headers.Sections.Count == 0)
        {
            return _headers.SizeOfHeaders;
        }

        PeSection last = _headers.Sections[^1];
        ulong end = (ulong)last.VirtualAddress + Math.Max(last.VirtualSize, last.SizeOfRawData);
        return (uint)Math.Min(end, uint.MaxValue);
    }
}
