using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Images;

/// <summary>What the machine and subsystem fields of an image mean to firmware.</summary>
/// <remarks>PE/COFF specification; MdePkg/Include/IndustryStandard/PeImage.h.</remarks>
internal static class ImageKinds
{
    public const ushort MachineX64 = 0x8664;

    private const ushort Application = 10;
    private const ushort BootServiceDriver = 11;

    /// <summary>Whether firmware unloads the image when it returns.</summary>
    public static bool IsApplication(ushort subsystem) => subsystem == Application;

    /// <summary>The type of all pages of the image.</summary>
    public static MemoryType CodeType(ushort subsystem) => subsystem switch
    {
        Application => MemoryType.LoaderCode,
        BootServiceDriver => MemoryType.BootServicesCode,
        _ => MemoryType.RuntimeServicesCode,
    };

    /// <summary>The type that LoadedImage gives for data; no page has it.</summary>
    public static MemoryType DataType(ushort subsystem) => new(CodeType(subsystem).Value + 1);
}
