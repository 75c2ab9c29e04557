using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>LoadFile2: the initial ramdisk, on the vendor media path that Linux looks for.</summary>
/// <remarks>
/// UEFI 2.10 section 13.2; OvmfPkg/QemuKernelLoaderFsDxe. Installed where the boot has a ramdisk.
/// LoadFile(This, FilePath, BootPolicy, BufferSize, Buffer): UNSUPPORTED for a boot policy; INVALID_PARAMETER for a NULL
/// size or a path that is none; NOT_FOUND for a path that goes on, or an empty ramdisk; BUFFER_TOO_SMALL with the size;
/// SUCCESS with the ramdisk and its size.
/// </remarks>
internal sealed class LoadFile2Protocol : IEfiProtocol
{
    internal const uint LoadFile = 0;
    internal const uint Size = 8;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("4006c0c1-fcb3-403e-996d-4a6c8724e06d");

    /// <inheritdoc/>
    public static string ProtocolName => "LoadFile2";

    /// <summary>LINUX_EFI_INITRD_MEDIA_GUID.</summary>
    internal static Guid LinuxInitrdMedia { get; } = new("5568e427-68fc-4f3d-ac74-ca555231cc68");

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        if (firmware.Initrd is not { } initrd)
        {
            return;
        }

        EfiResult<GuestAddress> path = DevicePathMemory.Allocate(
            firmware, [.. DevicePathNode.VendorMedia(LinuxInitrdMedia).ToBytes(), .. DevicePathNode.EndEntire.ToBytes()]);
        EfiResult<GuestAddress> loader = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(
                LoadFile, "LoadFile", call => Load(firmware, call, initrd),
                InterfaceBuilder.This, new("FilePath", ParameterKind.Pointer), new("BootPolicy"),
                new("BufferSize", ParameterKind.Out), new("Buffer", ParameterKind.Pointer))
            .Build();
        if (path.TryGet(out GuestAddress pathAddress) && loader.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(
                EfiHandle.Null, (DevicePathMemory.ProtocolGuid, pathAddress), (ProtocolGuid, address));
        }
    }

    private static EfiStatus Load(IFirmwareContext firmware, IGuestCall call, ReadOnlyMemory<byte> initrd)
    {
        if (call.Boolean(2))
        {
            return EfiStatus.Unsupported;
        }

        GuestAddress size = call.Pointer(3);
        if (size.IsNull || !DevicePathMemory.TryRead(firmware.Memory, call.Pointer(1), out IReadOnlyList<DevicePathNode> path))
        {
            return EfiStatus.InvalidParameter;
        }

        if (!path[0].IsEndEntire || initrd.IsEmpty)
        {
            return EfiStatus.NotFound;
        }

        GuestAddress buffer = call.Pointer(4);
        bool fits = !buffer.IsNull && firmware.Memory.ReadUInt64(size) >= (ulong)initrd.Length;
        firmware.Memory.WriteUInt64(size, (ulong)initrd.Length);
        if (!fits)
        {
            return EfiStatus.BufferTooSmall;
        }

        firmware.Memory.Write(buffer, initrd.Span);
        return EfiStatus.Success;
    }
}
