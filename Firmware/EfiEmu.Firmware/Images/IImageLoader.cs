using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Turns the bytes of a file into an image that can be put into guest memory. Implemented by the loaders.</summary>
public interface IImageLoader
{
    /// <summary>Checks an image file as firmware's loader does.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="fault">Where the status is an error: one line that names the field and the fault.</param>
    /// <returns>The image; UNSUPPORTED or LOAD_ERROR as firmware answers.</returns>
    EfiResult<ILoadableImage> Parse(ReadOnlyMemory<byte> file, out string? fault);
}

/// <summary>A checked image.</summary>
public interface ILoadableImage
{
    /// <summary>IMAGE_FILE_HEADER.Machine: 0x8664 for x86-64.</summary>
    ushort Machine { get; }

    /// <summary>10 application, 11 boot-service driver, 12 runtime driver.</summary>
    ushort Subsystem { get; }

    /// <summary>ImageBase of the header.</summary>
    ulong PreferredBase { get; }

    /// <summary>SizeOfImage in bytes.</summary>
    uint SizeOfImage { get; }

    /// <summary>SectionAlignment in bytes.</summary>
    uint SectionAlignment { get; }

    /// <summary>True when the image runs at its preferred base only.</summary>
    bool RelocationsStripped { get; }

    /// <summary>The entry point, relative to the load address.</summary>
    uint EntryPoint { get; }

    /// <summary>Copies headers and sections to <paramref name="address"/>, zero-fills what the file does not have, applies relocations.</summary>
    /// <param name="memory">Guest memory; at least <see cref="SizeOfImage"/> bytes at the address belong to the image.</param>
    /// <param name="address">The load address, aligned to <see cref="SectionAlignment"/>.</param>
    /// <param name="fault">Where the status is an error: one line that names the field and the fault.</param>
    /// <returns>SUCCESS; LOAD_ERROR or UNSUPPORTED for relocations that run wild.</returns>
    EfiStatus Load(IGuestMemory memory, GuestAddress address, out string? fault);
}
