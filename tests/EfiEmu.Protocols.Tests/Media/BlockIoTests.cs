using System.Buffers.Binary;
using System.Text;
using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Media;

public sealed class BlockIoTests
{
    private const ulong FirstBlock = 2048;
    private const ulong Blocks = 0x20_0000;
    private const int BlockBytes = 512;
    private const int Whole = 0;
    private const int Partition = 1;
    private static readonly byte[] Kernel = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))];

    private readonly FakeFirmware _firmware = new();

    public BlockIoTests()
    {
        _firmware.BootVolume = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            [@"\efi\boot\bootx64.efi"] = new byte[3],
            [@"\vmlinuz"] = Kernel,
            [@"\a long name.configuration"] = Encoding.ASCII.GetBytes("x"),
        };
        PlacePartition(_firmware);
        _firmware.Start(new BlockIoProtocol());
    }

    /// <summary>Gives the boot device the path of partition 1 of a disk.</summary>
    internal static void PlacePartition(FakeFirmware firmware)
    {
        byte[] path = new byte[42 + 4];
        ReadOnlySpan<byte> head = [4, 1, 42, 0, 1, 0, 0, 0];
        head.CopyTo(path);
        BinaryPrimitives.WriteUInt64LittleEndian(path.AsSpan(8), FirstBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(path.AsSpan(16), Blocks);
        ReadOnlySpan<byte> end = [0x7f, 0xff, 4, 0];
        end.CopyTo(path.AsSpan(42));
        firmware.Services.InstallMultipleProtocolInterfaces(firmware.BootDevice, (KnownGuids.DevicePathProtocol, firmware.Place(path)));
    }

    [Fact]
    public void Install_OfAVolumeWithTheImageAlone_InstallsNothing()
    {
        var firmware = new FakeFirmware { BootVolume = new Dictionary<string, ReadOnlyMemory<byte>> { [@"\efi\boot\bootx64.efi"] = new byte[3] } };
        PlacePartition(firmware);
        firmware.Start(new BlockIoProtocol());

        Assert.False(firmware.Services.Has(BlockIoProtocol.ProtocolGuid));
    }

    [Fact]
    public void Media_OfDiskAndPartition_SayWhatTheyAre()
    {
        GuestAddress disk = Media(Whole);
        GuestAddress partition = Media(Partition);

        Assert.Equal(_firmware.BootDevice, _firmware.Services.HandleOf(BlockIoProtocol.ProtocolGuid, Partition));
        Assert.Equal((0, 1), (_firmware.Ram.ReadByte(disk + 6), _firmware.Ram.ReadByte(partition + 6)));
        Assert.Equal(Blocks - 1, _firmware.Ram.ReadUInt64(partition + 24));
        Assert.True(_firmware.Ram.ReadUInt64(disk + 24) >= FirstBlock + Blocks);
    }

    [Fact]
    public void Disk_HasATableThatNamesThePartition_AndThePartitionWithinIt()
    {
        byte[] header = Read(Whole, 1, 1);
        byte[] entry = Read(Whole, 2, 1);

        Assert.Equal("EFI PART", Encoding.ASCII.GetString(header, 0, 8));
        Assert.Equal(
            (FirstBlock, FirstBlock + Blocks - 1),
            (BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(32)), BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(40))));
        Assert.Equal(Read(Partition, 0, 40), Read(Whole, FirstBlock, 40));
    }

    [Fact]
    public void Partition_ReadAsFat32_HoldsTheFiles()
    {
        byte[] boot = Read(Partition, 0, 1);
        uint table = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(36));
        ulong data = 32 + (2ul * table);
        byte[] root = Read(Partition, data, 8);
        int kernel = Enumerable.Range(0, 128).First(i => Encoding.ASCII.GetString(root, i * 32, 11) == "VMLINUZ    ") * 32;
        uint first = BinaryPrimitives.ReadUInt16LittleEndian(root.AsSpan(kernel + 26));
        byte[] chain = Read(Partition, 32, 1);
        uint Next(uint cluster) => BinaryPrimitives.ReadUInt32LittleEndian(chain.AsSpan((int)cluster * 4));

        Assert.Equal((uint)Kernel.Length, BinaryPrimitives.ReadUInt32LittleEndian(root.AsSpan(kernel + 28)));
        Assert.Equal(Kernel, Read(Partition, data + ((first - 2) * 8), 20)[..Kernel.Length]);
        Assert.Equal((first + 1, first + 2, 0x0FFF_FFFFu), (Next(first), Next(first + 1), Next(first + 2)));
        Assert.Equal('a', (char)root[Array.IndexOf(root, (byte)0x0F) - 11 + 32 + 1]);
    }

    [Theory]
    [InlineData(2, 0, 512, 0x8000_0000_0000_000dul)]
    [InlineData(1, 0, 100, 0x8000_0000_0000_0004ul)]
    [InlineData(1, 0x20_0000, 512, 0x8000_0000_0000_0002ul)]
    [InlineData(1, 0x1F_FFFF, 1024, 0x8000_0000_0000_0002ul)]
    [InlineData(1, 0x1F_FFFF, 512, 0ul)]
    [InlineData(1, 0, 0, 0ul)]
    public void ReadBlocks_OfWhatIsNotThere_SaysWhy(ulong media, ulong block, ulong size, ulong status)
    {
        GuestAddress protocol = _firmware.Services.InterfaceOf(BlockIoProtocol.ProtocolGuid, Partition);
        EfiStatus actual = _firmware.Call(protocol, BlockIoProtocol.ReadBlocks, protocol.Value, media, block, size, _firmware.Allocate(1024).Value);

        Assert.Equal(status, actual.Value);
    }

    [Fact]
    public void WriteBlocks_IsRefused()
    {
        GuestAddress protocol = _firmware.Services.InterfaceOf(BlockIoProtocol.ProtocolGuid, Partition);
        EfiStatus status = _firmware.Call(protocol, BlockIoProtocol.WriteBlocks, protocol.Value, 1, 0, BlockBytes, _firmware.Allocate(BlockBytes).Value);

        Assert.Equal(EfiStatus.WriteProtected, status);
    }

    private GuestAddress Media(int instance) =>
        _firmware.Ram.ReadPointer(_firmware.Services.InterfaceOf(BlockIoProtocol.ProtocolGuid, instance) + BlockIoProtocol.Media);

    private byte[] Read(int instance, ulong block, uint count)
    {
        GuestAddress protocol = _firmware.Services.InterfaceOf(BlockIoProtocol.ProtocolGuid, instance);
        GuestAddress buffer = _firmware.Allocate(count * BlockBytes);
        EfiStatus status = _firmware.Call(protocol, BlockIoProtocol.ReadBlocks, protocol.Value, 1, block, count * BlockBytes, buffer.Value);
        Assert.Equal(EfiStatus.Success, status);
        return _firmware.Ram.ReadBytes(buffer, (int)(count * BlockBytes));
    }
}
