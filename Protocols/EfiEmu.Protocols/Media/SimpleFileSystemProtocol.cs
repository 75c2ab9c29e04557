using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>SimpleFileSystem: the boot volume, read only, on the boot device's handle.</summary>
/// <remarks>
/// UEFI 2.10 sections 13.4 and 13.5, with the statuses of FatPkg/EnhancedFatDxe on a write-protected volume.
/// Differs from edk2: a file handle that is not open, and NULL where a pointer is needed, get INVALID_PARAMETER.
/// </remarks>
internal sealed class SimpleFileSystemProtocol : IEfiProtocol
{
    internal const uint Revision = 0;
    internal const uint OpenVolume = 8;
    internal const uint Size = 16;

    private const ulong Revision1 = 0x10000;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("964e5b22-6459-11d2-8e39-00a0c969723b");

    /// <inheritdoc/>
    public static string ProtocolName => "SimpleFileSystem";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        if (firmware.BootDevice.IsNull)
        {
            return;
        }

        var volume = new FileHandles(firmware);
        EfiResult<GuestAddress> fileSystem = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Field(Revision, Revision1)
            .Function(
                OpenVolume, "OpenVolume", call => volume.OpenRoot(call.Pointer(1)),
                InterfaceBuilder.This, new("Root", ParameterKind.Out))
            .Build();
        if (fileSystem.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(firmware.BootDevice, (ProtocolGuid, address));
        }
    }
}
