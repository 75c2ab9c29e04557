using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>Loads PE32 and PE32+ images as edk2's DXE core does.</summary>
/// <remarks>
/// UEFI 2.10 section 2.1.1 and the PE/COFF specification; MdePkg/Library/BasePeCoffLib and MdeModulePkg/Core/Dxe/Image.
/// Differs from edk2: TE images are refused, HII resources are not looked for, and a file that makes edk2 write outside
/// the memory of its image gets LOAD_ERROR.
/// </remarks>
public sealed class PeImageLoader : IImageLoader
{
    /// <summary>Checks an image file.</summary>
    /// <param name="file">The whole file; it may hold anything.</param>
    /// <param name="fault">Where the status is an error: one line with field, value and fault.</param>
    /// <returns>
    /// The image; UNSUPPORTED for a file that is no image, is cut short, is for another machine than x86-64 or 32-bit x86,
    /// or has headers that contradict each other; INVALID_PARAMETER for a SectionAlignment of 0. A 32-bit image loads, as
    /// on x86-64 firmware, and is refused when it is started.
    /// </returns>
    public EfiResult<ILoadableImage> Parse(ReadOnlyMemory<byte> file, out string? fault)
    {
        try
        {
            fault = null;
            return new EfiResult<ILoadableImage>(EfiStatus.Success, PeImage.Create(file));
        }
        catch (PeFormatException exception)
        {
            fault = exception.Message;
            return exception.Status;
        }
    }
}
