using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Media;

public sealed class LoadFile2Tests
{
    private static readonly Guid DevicePath = new("09576e91-6d3f-11d2-8e39-00a0c969723b");
    private static readonly byte[] Ramdisk = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];

    private readonly FakeFirmware _firmware = new FakeFirmware { Initrd = Ramdisk }.Start(new LoadFile2Protocol());

    private GuestAddress Loader => _firmware.Services.InterfaceOf(LoadFile2Protocol.ProtocolGuid);

    private GuestAddress End => _firmware.Place([0x7f, 0xff, 4, 0]);

    private EfiStatus Load(GuestAddress path, ulong policy, GuestAddress size, GuestAddress buffer) =>
        _firmware.Call(Loader, 0, Loader.Value, path.Value, policy, size.Value, buffer.Value);

    [Fact]
    public void Install_NoRamdisk_InstallsNothing() =>
        Assert.False(new FakeFirmware().Start(new LoadFile2Protocol()).Services.Has(LoadFile2Protocol.ProtocolGuid));

    [Fact]
    public void Install_PutsTheVendorMediaPathThatLinuxLooksForOnTheHandle()
    {
        Assert.Equal(_firmware.Services.HandleOf(DevicePath), _firmware.Services.HandleOf(LoadFile2Protocol.ProtocolGuid));
        Assert.Equal(
            "0403140027E46855FC683D4FAC74CA555231CC687FFF0400",
            Convert.ToHexString(_firmware.Ram.ReadBytes(_firmware.Services.InterfaceOf(DevicePath), 24)));
    }

    [Fact]
    public void LoadFile_NullBuffer_IsTooSmallWithTheSize()
    {
        GuestAddress size = _firmware.Place(0UL);

        Assert.Equal(EfiStatus.BufferTooSmall, Load(End, 0, size, GuestAddress.Null));
        Assert.Equal(5000UL, _firmware.Ram.ReadUInt64(size));
    }

    [Fact]
    public void LoadFile_NullBufferOfEnoughSize_IsTooSmall() =>
        Assert.Equal(EfiStatus.BufferTooSmall, Load(End, 0, _firmware.Place(9999UL), GuestAddress.Null));

    [Fact]
    public void LoadFile_ShortBuffer_IsTooSmallAndUntouched()
    {
        GuestAddress buffer = _firmware.Allocate(4999);

        Assert.Equal(EfiStatus.BufferTooSmall, Load(End, 0, _firmware.Place(4999UL), buffer));
        Assert.Equal(new byte[4999], _firmware.Ram.ReadBytes(buffer, 4999));
    }

    [Fact]
    public void LoadFile_LongBuffer_GetsTheRamdiskAndItsSize()
    {
        GuestAddress size = _firmware.Place(6000UL);
        GuestAddress buffer = _firmware.Allocate(6000);

        // The upper bits of a BOOLEAN argument mean nothing.
        Assert.Equal(EfiStatus.Success, Load(End, 0xffff_ff00, size, buffer));
        Assert.Equal(5000UL, _firmware.Ram.ReadUInt64(size));
        Assert.Equal(Ramdisk, _firmware.Ram.ReadBytes(buffer, 5000));
    }

    [Fact]
    public void LoadFile_BootPolicy_IsUnsupported() =>
        Assert.Equal(EfiStatus.Unsupported, Load(GuestAddress.Null, 1, GuestAddress.Null, GuestAddress.Null));

    [Fact]
    public void LoadFile_NullSize_IsInvalidParameter() =>
        Assert.Equal(EfiStatus.InvalidParameter, Load(End, 0, GuestAddress.Null, GuestAddress.Null));

    [Fact]
    public void LoadFile_NoPath_IsInvalidParameter()
    {
        GuestAddress size = _firmware.Place(0UL);

        Assert.Equal(EfiStatus.InvalidParameter, Load(GuestAddress.Null, 0, size, GuestAddress.Null));
        Assert.Equal(EfiStatus.InvalidParameter, Load(_firmware.Place([4, 4, 3, 0, 0x7f, 0xff, 4, 0]), 0, size, GuestAddress.Null));
    }

    [Fact]
    public void LoadFile_PathThatGoesOn_IsNotFound() =>
        Assert.Equal(
            EfiStatus.NotFound,
            Load(_firmware.Place([4, 4, 6, 0, 0, 0, 0x7f, 0xff, 4, 0]), 0, _firmware.Place(0UL), GuestAddress.Null));

    [Fact]
    public void LoadFile_EmptyRamdisk_IsNotFound()
    {
        var firmware = new FakeFirmware { Initrd = ReadOnlyMemory<byte>.Empty };
        firmware.Start(new LoadFile2Protocol());
        GuestAddress loader = firmware.Services.InterfaceOf(LoadFile2Protocol.ProtocolGuid);
        ulong end = firmware.Place([0x7f, 0xff, 4, 0]).Value;

        Assert.Equal(EfiStatus.NotFound, firmware.Call(loader, 0, loader.Value, end, 0, firmware.Place(0UL).Value, 0));
    }

    [Fact]
    public void LoadFile_PathWithoutEnd_IsInvalidParameterAndEnds()
    {
        byte[] endless = [.. Enumerable.Repeat<byte[]>([4, 4, 4, 0], 20000).SelectMany(n => n)];

        Assert.Equal(
            EfiStatus.InvalidParameter, Load(_firmware.Place(endless), 0, _firmware.Place(0UL), GuestAddress.Null));
    }
}
