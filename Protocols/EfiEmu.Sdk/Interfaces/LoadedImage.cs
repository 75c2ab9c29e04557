namespace EfiEmu.Sdk;

/// <summary>EFI_LOADED_IMAGE_PROTOCOL.</summary>
/// <remarks>UEFI 2.10 section 9.1.</remarks>
public readonly record struct LoadedImage : IProtocolInterface<LoadedImage>
{
    private const uint ParentHandleOffset = 8;
    private const uint DeviceHandleOffset = 24;
    private const uint LoadOptionsSizeOffset = 48;
    private const uint LoadOptionsOffset = 56;
    private const uint ImageBaseOffset = 64;
    private const uint ImageSizeOffset = 72;
    private const uint MostOptionBytes = 1 << 16;

    private readonly IGuestContext _guest;

    private LoadedImage(IGuestContext guest, GuestAddress address)
    {
        _guest = guest;
        Address = address;
    }

    /// <inheritdoc/>
    public static Guid ProtocolGuid => KnownGuids.LoadedImageProtocol;

    /// <summary>Where the interface lies.</summary>
    public GuestAddress Address { get; }

    /// <summary>ParentHandle; NULL for an image that the boot manager started.</summary>
    public EfiHandle ParentHandle => new(_guest.Memory.ReadUInt64(Address + ParentHandleOffset));

    /// <summary>DeviceHandle: the volume that the image came from.</summary>
    public EfiHandle DeviceHandle => new(_guest.Memory.ReadUInt64(Address + DeviceHandleOffset));

    /// <summary>ImageBase.</summary>
    public GuestAddress ImageBase => _guest.Memory.ReadPointer(Address + ImageBaseOffset);

    /// <summary>ImageSize in bytes.</summary>
    public ulong ImageSize => _guest.Memory.ReadUInt64(Address + ImageSizeOffset);

    /// <summary>LoadOptions as text, without its NUL; empty where there are none.</summary>
    public string LoadOptions
    {
        get
        {
            uint bytes = Math.Min(_guest.Memory.ReadUInt32(Address + LoadOptionsSizeOffset), MostOptionBytes);
            return bytes == 0 ? "" : _guest.Memory.ReadUtf16(_guest.Memory.ReadPointer(Address + LoadOptionsOffset), (int)bytes / 2);
        }
    }

    /// <inheritdoc/>
    public static LoadedImage At(IGuestContext guest, GuestAddress address) => new(guest, address);

    /// <summary>Gives an image its load options; the buffer stays allocated.</summary>
    /// <returns>SUCCESS; OUT_OF_RESOURCES.</returns>
    public EfiStatus SetLoadOptions(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        uint bytes = ((uint)text.Length + 1) * 2;
        EfiResult<GuestAddress> buffer = _guest.BootServices.AllocatePool(MemoryType.LoaderData, bytes);
        if (!buffer.TryGet(out GuestAddress address))
        {
            return buffer.Status;
        }

        _guest.Memory.WriteUtf16(address, text);
        _guest.Memory.WriteUInt32(Address + LoadOptionsSizeOffset, bytes);
        _guest.Memory.WritePointer(Address + LoadOptionsOffset, address);
        return EfiStatus.Success;
    }
}
