using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Console;

public sealed class TextInputTests
{
    private readonly FakeFirmware _firmware = new();

    public TextInputTests()
    {
        var keyboard = new Keyboard();
        _firmware.Start(new SimpleTextInputProtocol(keyboard)).Start(new SimpleTextInputExProtocol(keyboard));
    }

    private GuestAddress ConIn => _firmware.Services.InterfaceOf(SimpleTextInputProtocol.ProtocolGuid);

    private GuestAddress ConInEx => _firmware.Services.InterfaceOf(SimpleTextInputExProtocol.ProtocolGuid);

    private EfiEvent WaitForKey(GuestAddress input) => new(_firmware.Ram.ReadUInt64(input + 16));

    private EfiStatus Read(GuestAddress key) => _firmware.Call(ConIn, 8, ConIn.Value, key.Value);

    [Fact]
    public void Install_PutsBothProtocolsOnOneHandle() =>
        Assert.Equal(
            _firmware.Services.HandleOf(SimpleTextInputProtocol.ProtocolGuid),
            _firmware.Services.HandleOf(SimpleTextInputExProtocol.ProtocolGuid));

    [Fact]
    public void Interfaces_HaveTheSpecifiedSizes()
    {
        Assert.Equal(24UL, _firmware.Services.Pool[ConIn.Value].Bytes);
        Assert.Equal(48UL, _firmware.Services.Pool[ConInEx.Value].Bytes);
    }

    [Fact]
    public void WaitForKey_IsAnEventThatNotifiesWaitersAtTplNotify()
    {
        FakeBootServices.FakeEvent wait = _firmware.Services.Events[WaitForKey(ConIn).Value];

        Assert.Equal((EventType.NotifyWait, Tpl.Notify, null), (wait.Type, wait.Tpl, wait.Group));
        Assert.NotEqual(WaitForKey(ConIn), WaitForKey(ConInEx));
    }

    [Fact]
    public void ReadKeyStroke_NoKey_IsNotReadyAndClearsTheKey()
    {
        GuestAddress key = _firmware.Place([0xff, 0xff, 0xff, 0xff]);

        Assert.Equal(EfiStatus.NotReady, Read(key));
        Assert.Equal(0u, _firmware.Ram.ReadUInt32(key));
    }

    [Fact]
    public void ReadKeyStroke_NullWithoutAKey_IsNotReady() => Assert.Equal(EfiStatus.NotReady, Read(GuestAddress.Null));

    [Fact]
    public void ReadKeyStroke_Keys_ComeInOrder()
    {
        GuestAddress key = _firmware.Allocate(4);
        _firmware.Press('a');
        _firmware.Press('\0', 0x17);

        Assert.Equal(EfiStatus.Success, Read(key));
        Assert.Equal((0, 'a'), (_firmware.Ram.ReadUInt16(key), (char)_firmware.Ram.ReadUInt16(key + 2)));
        Assert.Equal(EfiStatus.Success, Read(key));
        Assert.Equal((0x17, '\0'), (_firmware.Ram.ReadUInt16(key), (char)_firmware.Ram.ReadUInt16(key + 2)));
        Assert.Equal(EfiStatus.NotReady, Read(key));
    }

    [Fact]
    public void WaitForKey_SignalsWithAKeyThatIsStillThereToRead()
    {
        Assert.Equal(EfiStatus.NotReady, _firmware.Services.CheckEvent(WaitForKey(ConIn)));
        _firmware.Press('x');

        Assert.Equal(EfiStatus.Success, _firmware.Services.CheckEvent(WaitForKey(ConIn)));
        Assert.Equal(EfiStatus.Success, _firmware.Services.CheckEvent(WaitForKey(ConInEx)));
        Assert.Equal(EfiStatus.Success, Read(_firmware.Allocate(4)));
        Assert.Equal(EfiStatus.NotReady, _firmware.Services.CheckEvent(WaitForKey(ConIn)));
    }

    [Fact]
    public void Reset_OfBothProtocols_Succeeds()
    {
        Assert.Equal(EfiStatus.Success, _firmware.Call(ConIn, 0, ConIn.Value, 1));
        Assert.Equal(EfiStatus.Success, _firmware.Call(ConInEx, 0, ConInEx.Value, 0));
    }

    [Fact]
    public void ReadKeyStrokeEx_GivesTheKeyWithAnEmptyState()
    {
        GuestAddress data = _firmware.Place(new byte[12].Select(_ => (byte)0xff).ToArray());
        _firmware.Press('q', 3);

        Assert.Equal(EfiStatus.Success, _firmware.Call(ConInEx, 8, ConInEx.Value, data.Value));
        Assert.Equal([3, 0, (byte)'q', 0, 0, 0, 0, 0, 0, 0, 0, 0], _firmware.Ram.ReadBytes(data, 12));
        Assert.Equal(EfiStatus.NotReady, _firmware.Call(ConInEx, 8, ConInEx.Value, data.Value));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(ConInEx, 8, ConInEx.Value, 0));
    }

    [Theory]
    [InlineData((byte)0x80, 0UL)]
    [InlineData((byte)0x84, 0UL)]
    [InlineData((byte)0x04, 0x8000000000000003UL)]
    public void SetState_NeedsTheValidBit(byte state, ulong expected) =>
        Assert.Equal(new EfiStatus(expected), _firmware.Call(ConInEx, 24, ConInEx.Value, _firmware.Place([state]).Value));

    [Fact]
    public void SetState_Null_IsInvalidParameter() =>
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(ConInEx, 24, ConInEx.Value, 0));

    [Fact]
    public void KeyNotify_HandleUnregistersOnce()
    {
        GuestAddress data = _firmware.Allocate(12);
        GuestAddress handle = _firmware.Allocate(8);

        Assert.Equal(EfiStatus.Success, _firmware.Call(ConInEx, 32, ConInEx.Value, data.Value, 0x1234, handle.Value));
        ulong value = _firmware.Ram.ReadUInt64(handle);
        Assert.Equal(EfiStatus.Success, _firmware.Call(ConInEx, 40, ConInEx.Value, value));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(ConInEx, 40, ConInEx.Value, value));
        Assert.Equal(EfiStatus.InvalidParameter, _firmware.Call(ConInEx, 40, ConInEx.Value, 0));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void RegisterKeyNotify_AnyNull_IsInvalidParameter(ulong data, ulong function, ulong handle)
    {
        ulong address = _firmware.Allocate(16).Value;

        Assert.Equal(
            EfiStatus.InvalidParameter,
            _firmware.Call(ConInEx, 32, ConInEx.Value, data * address, function * address, handle * address));
    }
}
