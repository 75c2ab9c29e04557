namespace EfiEmu.Sdk;

/// <content>UEFI 2.10 section 7.4.</content>
public sealed partial class GuestBootServices
{
    /// <summary>LoadImage from memory, with this image as parent.</summary>
    /// <param name="file">The image file's bytes in guest memory.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="devicePath">Where the file came from, or NULL.</param>
    /// <returns>The image's handle; LOAD_ERROR, UNSUPPORTED or INVALID_PARAMETER for a file that is no image; OUT_OF_RESOURCES.</returns>
    public EfiResult<EfiHandle> LoadImage(GuestAddress file, ulong bytes, GuestAddress devicePath = default) =>
        LoadImage(devicePath, file, bytes);

    /// <summary>LoadImage by device path, with this image as parent.</summary>
    /// <returns>The image's handle; NOT_FOUND where nothing gives the file; as above otherwise.</returns>
    public EfiResult<EfiHandle> LoadImage(GuestAddress devicePath) => LoadImage(devicePath, GuestAddress.Null, 0);

    /// <summary>StartImage.</summary>
    /// <returns>What the image returned or gave to Exit; INVALID_PARAMETER for no image or one that was started before.</returns>
    public EfiStatus StartImage(EfiHandle image) => CallStatus(BootServicesTable.StartImage, image.Value, 0, 0);

    /// <summary>UnloadImage.</summary>
    /// <returns>SUCCESS; UNSUPPORTED for a started image without an unload function; INVALID_PARAMETER.</returns>
    public EfiStatus UnloadImage(EfiHandle image) => CallStatus(BootServicesTable.UnloadImage, image.Value);

    /// <summary>Exit with this image's handle. Does not return where firmware accepts it.</summary>
    /// <returns>INVALID_PARAMETER when this is not the image that runs.</returns>
    public EfiStatus Exit(EfiStatus status) => CallStatus(BootServicesTable.Exit, _guest.ImageHandle.Value, status.Value, 0, 0);

    private EfiResult<EfiHandle> LoadImage(GuestAddress devicePath, GuestAddress file, ulong bytes)
    {
        using var stack = new StackScope(_guest);
        GuestAddress loaded = stack.Place(0UL);
        EfiStatus status = CallStatus(
            BootServicesTable.LoadImage, 0, _guest.ImageHandle.Value, devicePath.Value, file.Value, bytes, loaded.Value);
        return new EfiResult<EfiHandle>(status, new EfiHandle(Memory.ReadUInt64(loaded)));
    }
}
