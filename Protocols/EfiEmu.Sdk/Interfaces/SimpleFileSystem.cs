namespace EfiEmu.Sdk;

/// <summary>EFI_SIMPLE_FILE_SYSTEM_PROTOCOL: a volume that a guest reads files of.</summary>
/// <remarks>UEFI 2.10 sections 13.4 and 13.5.</remarks>
public readonly record struct SimpleFileSystem : IProtocolInterface<SimpleFileSystem>
{
    private const uint OpenVolumeOffset = 8;
    private const uint FileOpenOffset = 8;
    private const uint FileCloseOffset = 16;
    private const uint FileReadOffset = 32;
    private const ulong OpenForReading = 1;

    private readonly IGuestContext _guest;

    private SimpleFileSystem(IGuestContext guest, GuestAddress address)
    {
        _guest = guest;
        Address = address;
    }

    /// <inheritdoc/>
    public static Guid ProtocolGuid => KnownGuids.SimpleFileSystemProtocol;

    /// <summary>Where the interface lies.</summary>
    public GuestAddress Address { get; }

    /// <inheritdoc/>
    public static SimpleFileSystem At(IGuestContext guest, GuestAddress address) => new(guest, address);

    /// <summary>Reads the beginning of a file: opens the volume and the file, reads once, closes both.</summary>
    /// <param name="path">From the root of the volume, with backslashes.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="bytes">The most that are read.</param>
    /// <returns>How many bytes were read; what OpenVolume, Open or Read return.</returns>
    public EfiResult<ulong> ReadFile(string path, GuestAddress buffer, ulong bytes)
    {
        using var stack = new StackScope(_guest);
        GuestAddress opened = stack.Place(0UL);
        EfiStatus status = Member(Address, OpenVolumeOffset, opened.Value);
        if (status.IsError)
        {
            return status;
        }

        GuestAddress root = _guest.Memory.ReadPointer(opened);
        status = Member(root, FileOpenOffset, opened.Value, stack.Place(path).Value, OpenForReading, 0);
        Member(root, FileCloseOffset);
        if (status.IsError)
        {
            return status;
        }

        GuestAddress file = _guest.Memory.ReadPointer(opened);
        GuestAddress size = stack.Place(bytes);
        status = Member(file, FileReadOffset, size.Value, buffer.Value);
        Member(file, FileCloseOffset);
        return new EfiResult<ulong>(status, _guest.Memory.ReadUInt64(size));
    }

    private EfiStatus Member(GuestAddress instance, uint offset, params ReadOnlySpan<ulong> arguments) =>
        new(_guest.Call(_guest.Memory.ReadPointer(instance + offset), [instance.Value, .. arguments]));
}
