using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Rng;

public sealed class RngProtocolTests
{
    private static readonly Guid Raw = new("e43176d7-b6e8-4827-b784-7ffdc4b68561");

    private readonly FakeFirmware _firmware = new FakeFirmware().Start(new RngProtocol());

    private GuestAddress Rng => _firmware.Services.InterfaceOf(RngProtocol.ProtocolGuid);

    private EfiStatus GetInfo(ulong size, ulong list) => _firmware.Call(Rng, 0, Rng.Value, size, list);

    private EfiStatus GetRng(ulong algorithm, ulong length, ulong value) => _firmware.Call(Rng, 8, Rng.Value, algorithm, length, value);

    [Fact]
    public void GetInfo_LongEnoughList_HoldsRaw()
    {
        GuestAddress size = _firmware.Place(64UL);
        GuestAddress list = _firmware.Allocate(64);

        Assert.Equal(EfiStatus.Success, GetInfo(size.Value, list.Value));
        Assert.Equal((16UL, Raw), (_firmware.Ram.ReadUInt64(size), _firmware.Ram.ReadGuid(list)));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(15UL)]
    public void GetInfo_ShortList_IsTooSmallWithTheSize(ulong available)
    {
        GuestAddress size = _firmware.Place(available);

        Assert.Equal(EfiStatus.BufferTooSmall, GetInfo(size.Value, 0));
        Assert.Equal(16UL, _firmware.Ram.ReadUInt64(size));
    }

    [Fact]
    public void GetInfo_Null_IsInvalidParameter()
    {
        Assert.Equal(EfiStatus.InvalidParameter, GetInfo(0, _firmware.Allocate(16).Value));
        Assert.Equal(EfiStatus.InvalidParameter, GetInfo(_firmware.Place(16UL).Value, 0));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(Rng, 0, 0, _firmware.Place(16UL).Value, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GetRng_DefaultAndRaw_FillExactlyTheBuffer(bool named)
    {
        GuestAddress value = _firmware.Allocate(48);
        ulong algorithm = named ? _firmware.Place(Raw.ToByteArray()).Value : 0;

        Assert.Equal(EfiStatus.Success, GetRng(algorithm, 32, value.Value));
        Assert.All(_firmware.Ram.ReadBytes(value, 32), b => Assert.NotEqual(0, b));
        Assert.Equal(new byte[16], _firmware.Ram.ReadBytes(value + 32, 16));
    }

    [Fact]
    public void GetRng_LongBuffer_IsFilledToItsEnd()
    {
        GuestAddress value = _firmware.Allocate(10000);

        Assert.Equal(EfiStatus.Success, GetRng(0, 9999, value.Value));
        Assert.NotEqual(0, _firmware.Ram.ReadByte(value + 9998));
        Assert.Equal(0, _firmware.Ram.ReadByte(value + 9999));
    }

    [Fact]
    public void GetRng_Refusals_FollowTheDriver()
    {
        ulong value = _firmware.Allocate(32).Value;
        ulong other = _firmware.Place(Guid.Empty.ToByteArray()).Value;

        Assert.Equal(EfiStatus.Unsupported, GetRng(other, 32, value));
        Assert.Equal(EfiStatus.InvalidParameter, GetRng(0, 0, value));
        Assert.Equal(EfiStatus.InvalidParameter, GetRng(0, 32, 0));
        Assert.Equal(EfiStatus.InvalidParameter, GetRng(other, 0, value));
        Assert.Equal(EfiStatus.DeviceError, GetRng(0, ulong.MaxValue, value));
    }
}
