namespace EfiEmu.Loaders;

/// <summary>The fields of IMAGE_SECTION_HEADER that loading needs.</summary>
internal readonly record struct PeSection(
    string Name,
    uint VirtualSize,
    uint VirtualAddress,
    uint SizeOfRawData,
    uint PointerToRawData)
{
    /// <summary>Bytes of one section header.</summary>
    public const int HeaderSize = 40;

    /// <summary>Bytes that come from the file; a VirtualSize of 0 means all of them.</summary>
    public uint CopiedBytes => VirtualSize == 0 ? SizeOfRawData : Math.Min(VirtualSize, SizeOfRawData);

    /// <summary>Bytes of memory that loading writes.</summary>
    public uint LoadedBytes => Math.Max(VirtualSize, CopiedBytes);
}

/// <summary>IMAGE_DATA_DIRECTORY.</summary>
internal readonly record struct PeDirectory(uint VirtualAddress, uint Size);

/// <summary>The CodeView entry of the debug directory.</summary>
/// <param name="EntryRva">Where the entry lies in the loaded image.</param>
/// <param name="DataRva">Where its data lies in the loaded image; 0 when the data is in the file only.</param>
/// <param name="DataOffset">Where its data lies in the file.</param>
/// <param name="DataSize">Bytes of data.</param>
internal readonly record struct PeCodeView(uint EntryRva, uint DataRva, uint DataOffset, uint DataSize)
{
    /// <summary>True when loading puts the data behind the last section.</summary>
    public bool IsUnmapped => DataRva == 0 && DataOffset != 0;
}
