using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.Console;

/// <summary>Names that begin with Golden repeat what real OVMF answered to the same calls.</summary>
public sealed class SimpleTextOutputTests
{
    private readonly FakeFirmware _firmware = new FakeFirmware().Start(new SimpleTextOutputProtocol());

    private GuestAddress ConOut => _firmware.Services.InterfaceOf(SimpleTextOutputProtocol.ProtocolGuid);

    private int Mode(uint field) => (int)_firmware.Ram.ReadUInt32(_firmware.Ram.ReadPointer(ConOut + 72) + field);

    private (int Column, int Row) Cursor => (Mode(12), Mode(16));

    private EfiStatus Print(string text) => _firmware.Call(ConOut, 8, ConOut.Value, _firmware.Place(text).Value);

    private EfiStatus SetCursor(ulong column, ulong row) => _firmware.Call(ConOut, 56, ConOut.Value, column, row);

    private EfiStatus SetAttribute(ulong attribute) => _firmware.Call(ConOut, 40, ConOut.Value, attribute);

    private EfiStatus SetMode(ulong mode) => _firmware.Call(ConOut, 32, ConOut.Value, mode);

    private EfiStatus Clear() => _firmware.Call(ConOut, 48, ConOut.Value);

    private (EfiStatus Status, ulong Columns, ulong Rows) QueryMode(ulong mode)
    {
        GuestAddress columns = _firmware.Place(7UL);
        GuestAddress rows = _firmware.Place(7UL);
        EfiStatus status = _firmware.Call(ConOut, 24, ConOut.Value, mode, columns.Value, rows.Value);
        return (status, _firmware.Ram.ReadUInt64(columns), _firmware.Ram.ReadUInt64(rows));
    }

    [Fact]
    public void Install_MakesTwoHandlesWithConsolesOfTheirOwn()
    {
        Guid guid = SimpleTextOutputProtocol.ProtocolGuid;

        Assert.NotEqual(_firmware.Services.HandleOf(guid), _firmware.Services.HandleOf(guid, 1));
        Print("abc");
        GuestAddress error = _firmware.Services.InterfaceOf(guid, 1);
        Assert.Equal(0u, _firmware.Ram.ReadUInt32(_firmware.Ram.ReadPointer(error + 72) + 12));
        Assert.Equal(EfiStatus.Success, _firmware.Call(error, 8, error.Value, _firmware.Place("oops").Value));
        Assert.Equal("abcoops", _firmware.Printed);
    }

    [Fact]
    public void Interface_LiesInBootServicesDataPool()
    {
        Assert.All(_firmware.Services.Pool.Values, buffer => Assert.Equal(MemoryType.BootServicesData, buffer.Type));
        Assert.Equal(80UL, _firmware.Services.Pool[ConOut.Value].Bytes);
    }

    [Fact]
    public void Interface_HasItsMembersInTheSpecifiedOrder()
    {
        string[] names = [.. Enumerable.Range(0, 9).Select(i => _firmware.SignatureAt(_firmware.Ram.ReadPointer(ConOut + (ulong)(i * 8))).Name)];

        Assert.Equal(
            ["Reset", "OutputString", "TestString", "QueryMode", "SetMode", "SetAttribute", "ClearScreen", "SetCursorPosition", "EnableCursor"],
            names);
    }

    [Fact]
    public void Golden_QueryMode_KnowsMode0AndRefusesModesBeyondTheLast()
    {
        Assert.Equal((EfiStatus.Success, 80UL, 25UL), QueryMode(0));
        Assert.Equal((EfiStatus.Success, 80UL, 50UL), QueryMode(1));
        Assert.Equal((EfiStatus.Unsupported, 7UL, 7UL), QueryMode(999));
        Assert.Equal((EfiStatus.Unsupported, 7UL, 7UL), QueryMode((ulong)Mode(0)));
        Assert.InRange(Mode(4), 0, Mode(0) - 1);
    }

    [Fact]
    public void QueryMode_NullPointers_Succeeds() =>
        Assert.Equal(EfiStatus.Success, _firmware.Call(ConOut, 24, ConOut.Value, 0, 0, 0));

    [Fact]
    public void Golden_SetMode_RefusesModesBeyondTheLast()
    {
        Assert.Equal(EfiStatus.Unsupported, SetMode(999));
        Assert.Equal(EfiStatus.Unsupported, SetMode((ulong)Mode(0)));
        Assert.Equal(EfiStatus.Unsupported, SetMode(ulong.MaxValue));
    }

    [Fact]
    public void SetMode_KnownMode_ClearsTheScreen()
    {
        Print("abc\n");

        Assert.Equal(EfiStatus.Success, SetMode(1));
        Assert.Equal((1, (0, 0)), (Mode(4), Cursor));
        Assert.Equal(EfiStatus.Success, SetCursor(0, 49));
    }

    [Fact]
    public void Golden_SetAttribute_TakesSevenBits()
    {
        Assert.Equal((EfiStatus.Success, 0x1e), (SetAttribute(0x1e), Mode(8)));
        Assert.Equal((EfiStatus.Unsupported, 0x1e), (SetAttribute(0x80), Mode(8)));
        Assert.Equal(EfiStatus.Unsupported, SetAttribute(0x100));
        Assert.Equal((EfiStatus.Success, 0x7f), (SetAttribute(0x7f), Mode(8)));
    }

    [Theory]
    [InlineData("plain ASCII")]
    [InlineData("")]
    [InlineData("\u2500\u2588\u25ba\t\r\n\b")]
    public void Golden_TestString_Succeeds(string text) =>
        Assert.Equal(EfiStatus.Success, TestString(text));

    [Theory]
    [InlineData("\u00e4")]
    [InlineData("a\u4e00")]
    [InlineData("\u001b")]
    public void TestString_GlyphThatNoTerminalHas_IsUnsupported(string text) =>
        Assert.Equal(EfiStatus.Unsupported, TestString(text));

    [Fact]
    public void OutputString_BackspaceInTheFirstColumn_GoesToTheEndOfTheRowAbove()
    {
        Clear();
        Print("\n\b");
        Assert.Equal((79, 0), Cursor);
    }

    private EfiStatus TestString(string text) =>
        _firmware.Call(ConOut, 16, ConOut.Value, _firmware.Place(text).Value);

    [Fact]
    public void Golden_Cursor_FollowsWhatIsPrinted()
    {
        Assert.Equal((EfiStatus.Success, (0, 0)), (Clear(), Cursor));
        Assert.Equal((EfiStatus.Success, (3, 0)), (Print("abc"), Cursor));
        Print("\b");
        Assert.Equal((2, 0), Cursor);
        Print("\b\b\b\b");
        Assert.Equal((0, 0), Cursor);
        Print("xyz\n");
        Assert.Equal((3, 1), Cursor);
        Print("\r");
        Assert.Equal((0, 1), Cursor);
        Print("\r\n\r\n");
        Assert.Equal((0, 3), Cursor);
        Print("ab\rq");
        Assert.Equal((1, 3), Cursor);
        Assert.Equal((EfiStatus.Success, (1, 3)), (Print(""), Cursor));
    }

    [Fact]
    public void Golden_SetCursorPosition_RefusesWhatLiesOutside()
    {
        Assert.Equal((EfiStatus.Success, (5, 3)), (SetCursor(5, 3), Cursor));
        Assert.Equal(EfiStatus.Unsupported, SetCursor(80, 0));
        Assert.Equal(EfiStatus.Unsupported, SetCursor(0, 25));
        Assert.Equal((EfiStatus.Unsupported, (5, 3)), (SetCursor(ulong.MaxValue, ulong.MaxValue), Cursor));
    }

    [Fact]
    public void Golden_Print_WrapsAtTheRightMargin()
    {
        SetCursor(78, 1);
        Print("12");

        Assert.Equal((0, 2), Cursor);
    }

    [Fact]
    public void Golden_LineFeedOnTheLastRow_KeepsTheRow()
    {
        SetCursor(0, 24);
        Print("\n");

        Assert.Equal((0, 24), Cursor);
    }

    [Fact]
    public void Print_WrapOnTheLastRow_KeepsTheRow()
    {
        SetCursor(79, 24);
        Print("x");

        Assert.Equal((0, 24), Cursor);
    }

    [Fact]
    public void Golden_EnableCursor_ShowsInTheMode()
    {
        GuestAddress visible = _firmware.Ram.ReadPointer(ConOut + 72) + 20;

        Assert.Equal(EfiStatus.Unsupported, _firmware.Call(ConOut, 64, ConOut.Value, 0));
        Assert.Equal(0, _firmware.Ram.ReadByte(visible));
        Assert.Equal(EfiStatus.Success, _firmware.Call(ConOut, 64, ConOut.Value, 1));
        Assert.Equal(1, _firmware.Ram.ReadByte(visible));
    }

    [Fact]
    public void EnableCursor_LooksAtTheLowByteOfItsBoolean()
    {
        _firmware.Call(ConOut, 64, ConOut.Value, 0xdead_be00);

        Assert.Equal(0, _firmware.Ram.ReadByte(_firmware.Ram.ReadPointer(ConOut + 72) + 20));
    }

    [Fact]
    public void Reset_GoesBackToMode0WithABlackBackground()
    {
        SetMode(1);
        SetAttribute(0x1e);
        Print("abc");

        Assert.Equal(EfiStatus.Success, _firmware.Call(ConOut, 0, ConOut.Value, 1));
        Assert.Equal((0, 0x0e, (0, 0)), (Mode(4), Mode(8), Cursor));
    }

    [Fact]
    public void Console_GetsTheTextAsPrintedAndNothingElse()
    {
        Print("one\r\n");
        SetAttribute(0x1e);
        Clear();
        SetCursor(5, 5);
        SetMode(1);
        Print("");
        Print("two\b\n\u00e4");

        Assert.Equal("one\r\ntwo\b\n\u00e4", _firmware.Printed);
    }

    [Fact]
    public void OutputString_WildPointer_Faults() =>
        Assert.Throws<GuestMemoryFaultException>(() => _firmware.Call(ConOut, 8, ConOut.Value, 0xdead_0000));
}
