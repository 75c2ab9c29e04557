using EfiEmu.Firmware.Gates;
using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Images;

/// <summary>Gets the bytes of an image that LoadImage is given by path only, through the protocols on the path's device.</summary>
/// <remarks>
/// MdePkg/Library/DxeServicesLib, GetFileBufferByFilePath: SimpleFileSystem, then LoadFile2 (not for a boot option), then
/// LoadFile. The protocols may be firmware's or the guest's own: both are called through guest memory.
/// </remarks>
internal sealed class ImageFileReader(
    ProtocolServices protocols, MemoryServices allocator, GuestProcessor processor, IGuestMemory memory)
{
    private const ulong OpenForReading = 1;
    private const ulong OpenVolumeOffset = 8;
    private const ulong FileOpenOffset = 8;
    private const ulong FileCloseOffset = 16;
    private const ulong FileReadOffset = 32;
    private const ulong FileSetPositionOffset = 56;
    private const ulong FileGetPositionOffset = 48;

    // Larger files are no images: SizeOfImage is a 32-bit field and firmware reads the file whole.
    private const ulong LargestFile = 1UL << 30;

    /// <summary>The file's bytes.</summary>
    /// <returns>The bytes; NOT_FOUND when no protocol on the path's device gives a file.</returns>
    public EfiResult<byte[]> Read(byte[] path, bool bootPolicy)
    {
        EfiResult<byte[]> result = FromFileSystem(path);
        if (!result.Succeeded && !bootPolicy)
        {
            result = FromLoadFile(path, KnownGuids.LoadFile2Protocol, bootPolicy);
        }

        return result.Succeeded ? result : FromLoadFile(path, KnownGuids.LoadFileProtocol, bootPolicy);
    }

    private EfiResult<byte[]> FromFileSystem(byte[] path)
    {
        EfiResult<(EfiHandle Device, byte[] Remainder)> located = protocols.LocateDevicePath(KnownGuids.SimpleFileSystemProtocol, path);
        if (!located.TryGet(out (EfiHandle Device, byte[] Remainder) found) || !DevicePath.TryGetFileName(found.Remainder, out string name))
        {
            return EfiStatus.NotFound;
        }

        EfiResult<GuestAddress> volume = protocols.HandleProtocol(found.Device, KnownGuids.SimpleFileSystemProtocol);
        return volume.Succeeded ? InScratch(scratch => ReadFile(volume.Value, name, scratch)) : EfiStatus.NotFound;
    }

    // The out parameters of the calls live in a pool buffer, as they would on firmware's stack.
    private EfiResult<byte[]> InScratch(Func<GuestAddress, EfiResult<byte[]>> work)
    {
        EfiResult<GuestAddress> scratch = allocator.AllocatePool(MemoryType.BootServicesData, 8 + (2 * 1024));
        if (!scratch.Succeeded)
        {
            return scratch.Status;
        }

        EfiResult<byte[]> result = work(scratch.Value);
        allocator.FreePool(scratch.Value);
        return result;
    }

    private EfiResult<byte[]> ReadFile(GuestAddress volume, string name, GuestAddress scratch)
    {
        if (name.Length >= 1024 || CallMember(volume, OpenVolumeOffset, scratch.Value).IsError)
        {
            return EfiStatus.NotFound;
        }

        GuestAddress root = memory.ReadPointer(scratch);
        memory.WriteUtf16(scratch + 8, name);
        EfiStatus opened = CallMember(root, FileOpenOffset, scratch.Value, scratch.Value + 8, OpenForReading, 0);
        CallMember(root, FileCloseOffset);
        if (opened.IsError)
        {
            return EfiStatus.NotFound;
        }

        GuestAddress file = memory.ReadPointer(scratch);
        EfiResult<byte[]> contents = ReadWhole(file, scratch);
        CallMember(file, FileCloseOffset);
        return contents;
    }

    private EfiResult<byte[]> ReadWhole(GuestAddress file, GuestAddress scratch)
    {
        CallMember(file, FileSetPositionOffset, ulong.MaxValue);
        if (CallMember(file, FileGetPositionOffset, scratch.Value).IsError)
        {
            return EfiStatus.NotFound;
        }

        ulong size = memory.ReadUInt64(scratch);
        CallMember(file, FileSetPositionOffset, 0);
        return size is 0 or > LargestFile
            ? EfiStatus.NotFound
            : ThroughBuffer(size, scratch, buffer => CallMember(file, FileReadOffset, scratch.Value, buffer.Value));
    }

    private EfiResult<byte[]> FromLoadFile(byte[] path, Guid protocol, bool bootPolicy)
    {
        EfiResult<(EfiHandle Device, byte[] Remainder)> located = protocols.LocateDevicePath(protocol, path);
        if (!located.TryGet(out (EfiHandle Device, byte[] Remainder) found))
        {
            return EfiStatus.NotFound;
        }

        EfiResult<GuestAddress> loader = protocols.HandleProtocol(found.Device, protocol);
        return loader.Succeeded ? InScratch(scratch => LoadThrough(loader.Value, found.Remainder, bootPolicy, scratch)) : EfiStatus.NotFound;
    }

    private EfiResult<byte[]> LoadThrough(GuestAddress loader, byte[] rest, bool bootPolicy, GuestAddress scratch)
    {
        EfiResult<GuestAddress> pathBuffer = allocator.AllocatePool(MemoryType.BootServicesData, (ulong)rest.Length);
        if (!pathBuffer.TryGet(out GuestAddress path))
        {
            return pathBuffer.Status;
        }

        memory.Write(path, rest);
        ulong policy = bootPolicy ? 1UL : 0;
        memory.WriteUInt64(scratch, 0);
        EfiStatus status = CallMember(loader, 0, path.Value, policy, scratch.Value, 0);
        ulong size = memory.ReadUInt64(scratch);
        EfiResult<byte[]> result = status == EfiStatus.BufferTooSmall && size is > 0 and <= LargestFile
            ? ThroughBuffer(size, scratch, buffer => CallMember(loader, 0, path.Value, policy, scratch.Value, buffer.Value))
            : EfiStatus.NotFound;
        allocator.FreePool(path);
        return result;
    }

    private EfiResult<byte[]> ThroughBuffer(ulong size, GuestAddress scratch, Func<GuestAddress, EfiStatus> fill)
    {
        EfiResult<GuestAddress> allocated = allocator.AllocatePool(MemoryType.BootServicesData, size);
        if (!allocated.TryGet(out GuestAddress buffer))
        {
            return allocated.Status;
        }

        memory.WriteUInt64(scratch, size);
        EfiStatus status = fill(buffer);
        EfiResult<byte[]> result = status.IsError
            ? status
            : memory.ReadBytes(buffer, (int)Math.Min(size, memory.ReadUInt64(scratch)));
        allocator.FreePool(buffer);
        return result;
    }

    private EfiStatus CallMember(GuestAddress instance, ulong offset, params ReadOnlySpan<ulong> arguments) =>
        new(processor.Call(memory.ReadPointer(instance + offset), [instance.Value, .. arguments]));
}
