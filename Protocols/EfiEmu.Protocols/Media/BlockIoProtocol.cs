using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>
/// BlockIo: the disk that the boot volume lies on, block by block and read only, for loaders that bring file systems of their own. On a
/// handle for the whole disk, and on the boot device's for its partition.
/// </summary>
/// <remarks>
/// UEFI 2.10 section 13.9. ReadBlocks: SUCCESS; MEDIA_CHANGED for another media ID; BAD_BUFFER_SIZE for a size that is no multiple of a
/// block; INVALID_PARAMETER for blocks beyond the last and for a NULL buffer. WriteBlocks: WRITE_PROTECTED. Reset and FlushBlocks: SUCCESS.
/// Only where the volume has files beside the image (--disk), and where those fit its partition.
/// </remarks>
internal sealed class BlockIoProtocol : IEfiProtocol
{
    internal const uint Revision = 0;
    internal const uint Media = 8;
    internal const uint Reset = 16;
    internal const uint ReadBlocks = 24;
    internal const uint WriteBlocks = 32;
    internal const uint FlushBlocks = 40;
    internal const uint Size = 48;
    internal const uint MediaSize = 48;
    internal const uint MediaId = 1;

    private static readonly EfiStatus MediaChanged = new(0x8000_0000_0000_000d);

    private const ulong Revision2 = 0x20001;
    private const byte HardDrive = 1;
    private const byte MediaNode = 4;
    private const byte EndNode = 0x7f;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = KnownGuids.BlockIoProtocol;

    /// <inheritdoc/>
    public static string ProtocolName => "BlockIo";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        if (firmware.BootDevice.IsNull || firmware.BootVolume.Count < 2 || PartitionOf(firmware) is not { } partition)
        {
            return;
        }

        if (FatVolume.Of(VolumeEntry.BuildTree(firmware.BootVolume), partition.Blocks, (uint)partition.First) is not { } volume)
        {
            return;
        }

        var disk = new PartitionedDisk(volume, partition.First, partition.Blocks, partition.Identity);
        EfiResult<GuestAddress> path = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, (ulong)partition.DiskPath.Length);
        EfiResult<GuestAddress> whole = Build(firmware, disk.LastBlock, isPartition: false, disk.Read);
        EfiResult<GuestAddress> part = Build(firmware, partition.Blocks - 1, isPartition: true, volume.Read);
        if (path.TryGet(out GuestAddress at) && whole.TryGet(out GuestAddress wholeAt) && part.TryGet(out GuestAddress partAt))
        {
            firmware.Memory.Write(at, partition.DiskPath);
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (KnownGuids.DevicePathProtocol, at), (ProtocolGuid, wholeAt));
            firmware.BootServices.InstallMultipleProtocolInterfaces(firmware.BootDevice, (ProtocolGuid, partAt));
        }
    }

    // What the boot device's path says of its partition, and the path without it.
    private static Partition? PartitionOf(IFirmwareContext firmware)
    {
        EfiResult<GuestAddress> found = firmware.BootServices.HandleProtocol(firmware.BootDevice, KnownGuids.DevicePathProtocol);
        if (!found.TryGet(out GuestAddress path))
        {
            return null;
        }

        uint at = 0;
        while (firmware.Memory.ReadByte(path + at) is byte type && type != EndNode)
        {
            if (type == MediaNode && firmware.Memory.ReadByte(path + (at + 1)) == HardDrive)
            {
                GuestAddress node = path + at;
                return new Partition(
                    firmware.Memory.ReadUInt64(node + 8),
                    firmware.Memory.ReadUInt64(node + 16),
                    firmware.Memory.ReadGuid(node + 24),
                    [.. firmware.Memory.ReadBytes(path, (int)at), EndNode, 0xff, 4, 0]);
            }

            at += firmware.Memory.ReadUInt16(path + (at + 2));
        }

        return null;
    }

    private static EfiResult<GuestAddress> Build(IFirmwareContext firmware, ulong lastBlock, bool isPartition, BlockReader reader)
    {
        EfiResult<GuestAddress> media = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, MediaSize);
        if (!media.TryGet(out GuestAddress at))
        {
            return media.Status;
        }

        firmware.Memory.Fill(at, MediaSize, 0);
        firmware.Memory.WriteUInt32(at, MediaId);

        // Present, a partition or not, read only.
        firmware.Memory.Write(at + 5, [1, isPartition ? (byte)1 : (byte)0, 1]);
        firmware.Memory.WriteUInt32(at + 12, FatVolume.BlockBytes);
        firmware.Memory.WriteUInt64(at + 24, lastBlock);
        firmware.Memory.WriteUInt32(at + 40, 1);
        Parameter self = InterfaceBuilder.This;
        Parameter[] transfer = [self, new("MediaId"), new("LBA"), new("BufferSize"), new("Buffer", ParameterKind.Pointer)];
        return new InterfaceBuilder(firmware, ProtocolName, Size)
            .Field(Revision, Revision2)
            .Field(Media, at.Value)
            .Function(Reset, "Reset", static _ => EfiStatus.Success, self, new("ExtendedVerification"))
            .Function(ReadBlocks, "ReadBlocks", call => Read(firmware.Memory, call, lastBlock, reader), transfer)
            .Function(WriteBlocks, "WriteBlocks", static _ => EfiStatus.WriteProtected, transfer)
            .Function(FlushBlocks, "FlushBlocks", static _ => EfiStatus.Success, self)
            .Build();
    }

    private static EfiStatus Read(IGuestMemory memory, IGuestCall call, ulong lastBlock, BlockReader reader)
    {
        ulong block = call[2];
        ulong size = call[3];
        GuestAddress buffer = call.Pointer(4);
        if ((uint)call[1] != MediaId)
        {
            return MediaChanged;
        }

        if (size % FatVolume.BlockBytes != 0)
        {
            return EfiStatus.BadBufferSize;
        }

        ulong count = size / FatVolume.BlockBytes;
        if (block > lastBlock || count > lastBlock - block + 1 || (count > 0 && buffer.IsNull))
        {
            return EfiStatus.InvalidParameter;
        }

        Span<byte> contents = stackalloc byte[FatVolume.BlockBytes];
        for (ulong i = 0; i < count; i++)
        {
            reader(block + i, contents);
            memory.Write(buffer + (i * FatVolume.BlockBytes), contents);
        }

        return EfiStatus.Success;
    }

    private delegate void BlockReader(ulong block, Span<byte> target);

    /// <param name="First">Its first block.</param>
    /// <param name="Blocks">Its length.</param>
    /// <param name="Identity">Its GUID.</param>
    /// <param name="DiskPath">The device path of the disk that it lies on.</param>
    private sealed record Partition(ulong First, ulong Blocks, Guid Identity, byte[] DiskPath);
}
