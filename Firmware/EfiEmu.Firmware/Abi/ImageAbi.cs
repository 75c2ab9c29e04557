using EfiEmu.Firmware.Images;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The image services as guests call them.</summary>
/// <remarks>UEFI 2.10 section 7.4; MdeModulePkg/Core/Dxe/Image/Image.c.</remarks>
internal sealed class ImageAbi(ImageServices services, IGuestMemory memory)
{
    // SizeOfImage is a 32-bit field: a larger source buffer is a wild size.
    private const ulong LargestSource = 1UL << 30;

    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(200, new("bs", "LoadImage", new("BootPolicy"), new("ParentImageHandle"), new("DevicePath", Pointer), new("SourceBuffer", Pointer), new("SourceSize"), new("ImageHandle", Out)), LoadImage),
        new(208, new("bs", "StartImage", new("ImageHandle"), new("ExitDataSize", Out), new("ExitData", Out)), StartImage),
        new(216, new("bs", "Exit", new("ImageHandle"), new("ExitStatus", ParameterKind.Status), new("ExitDataSize"), new("ExitData", Pointer)), Exit),
        new(224, new("bs", "UnloadImage", new Parameter("ImageHandle")), c => services.UnloadImage(new EfiHandle(c[0])).Value),
    ];

    private ulong LoadImage(IGuestCall call)
    {
        var parent = new EfiHandle(call[1]);
        var path = new GuestAddress(call[2]);
        var source = new GuestAddress(call[3]);
        var output = new GuestAddress(call[5]);
        if (output.IsNull || parent.IsNull)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        if (!source.IsNull && call[4] > LargestSource)
        {
            return EfiStatus.Unsupported.Value;
        }

        ReadOnlyMemory<byte>? file = source.IsNull ? (ReadOnlyMemory<byte>?)null : memory.ReadBytes(source, (int)call[4]);
        byte[]? devicePath = path.IsNull ? null : DevicePath.Read(memory, path);
        EfiResult<EfiHandle> result = services.LoadImage(call[0] != 0, parent, devicePath, file);
        if (result.Succeeded)
        {
            memory.WriteUInt64(output, result.Value.Value);
        }

        return result.Status.Value;
    }

    private ulong StartImage(IGuestCall call)
    {
        EfiStatus status = services.StartImage(new EfiHandle(call[0]), out (ulong Size, GuestAddress Data) exitData);
        if (call[1] != 0 && call[2] != 0)
        {
            memory.WriteUInt64(new GuestAddress(call[1]), exitData.Size);
            memory.WritePointer(new GuestAddress(call[2]), exitData.Data);
        }

        return status.Value;
    }

    private ulong Exit(IGuestCall call) => services.Exit(
        new EfiHandle(call[0]), new EfiStatus(call[1]), call[2], new GuestAddress(call[3])).Value;
}
