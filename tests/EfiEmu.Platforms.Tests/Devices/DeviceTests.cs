namespace EfiEmu.Platforms.Tests.Devices;

public sealed class DeviceTests
{
    [Fact]
    public void Serial_PolledOutput_BecomesText()
    {
        var ports = new IoPorts();
        foreach (char c in "ok\r\n")
        {
            Assert.True(ports.TryRead(0x3fd, 1, 0, out uint status));
            Assert.Equal(0x60u, status);
            Assert.True(ports.TryWrite(0x3f8, 1, 0, c));
        }

        Assert.Equal("ok\r\n", ports.Serial.Drain());
        Assert.Equal(string.Empty, ports.Serial.Drain());
    }

    [Fact]
    public void Serial_DivisorWrites_AreNotText()
    {
        var ports = new IoPorts();
        ports.TryWrite(0x3fb, 1, 0, 0x83);
        ports.TryWrite(0x3f8, 1, 0, 1);
        ports.TryWrite(0x3f9, 1, 0, 0);
        Assert.True(ports.TryRead(0x3f8, 1, 0, out uint divisor));
        ports.TryWrite(0x3fb, 1, 0, 0x03);

        ports.TryWrite(0x3f8, 1, 0, 'x');

        Assert.Equal("x", ports.Serial.Drain());
        Assert.Equal(1u, divisor);
    }

    [Theory]
    [InlineData(0x60, 1)]
    [InlineData(0x43, 2)]
    [InlineData(0xcf8, 1)]
    [InlineData(0x3f8, 2)]
    [InlineData(0x3f7, 1)]
    [InlineData(0x1f0, 2)]
    [InlineData(0x378, 1)]
    [InlineData(0x400, 1)]
    [InlineData(0x92, 1)]
    [InlineData(0xf0, 1)]
    [InlineData(0xcf9, 1)]
    public void Port_ThatIsNotModelled_IsRefused(int port, int bytes)
    {
        var ports = new IoPorts();

        Assert.False(ports.TryRead((ushort)port, bytes, 0, out _));
        Assert.False(ports.TryWrite((ushort)port, bytes, 0, 0));
    }

    [Theory]
    [InlineData(0x2ff, 1, 0xffu)]
    [InlineData(0x110, 1, 0xffu)]
    [InlineData(0x3e8, 2, 0xffffu)]
    [InlineData(0x8c82, 1, 0xffu)]
    [InlineData(0x300, 4, 0xffffffffu)]
    [InlineData(0x94, 1, 0xffu)]
    [InlineData(0xed, 1, 0xffu)]
    [InlineData(0xff, 1, 0xffu)]
    [InlineData(0x1ce, 2, 0xffffu)]
    [InlineData(0x3d4, 1, 0xffu)]
    [InlineData(0x279, 1, 0xffu)]
    [InlineData(0xa79, 1, 0xffu)]
    public void Port_OfACardThatIsNotThere_ReadsOnesAndLosesWrites(int port, int bytes, uint ones)
    {
        var ports = new IoPorts();

        Assert.True(ports.TryWrite((ushort)port, bytes, 0, 0x5a));
        Assert.True(ports.TryRead((ushort)port, bytes, 0, out uint value));
        Assert.Equal(ones, value);
    }

    [Fact]
    public void Port80_IsIgnored()
    {
        var ports = new IoPorts();

        Assert.True(ports.TryWrite(0x80, 1, 0, 0xab));
        Assert.True(ports.TryRead(0x80, 1, 0, out uint value));
        Assert.Equal(0xffu, value);
    }

    [Theory]
    [InlineData(0x2ffu, 0xc06UL)]
    [InlineData(0x1bu, 0xfee00900UL)]
    [InlineData(0xfeu, 0x508UL)]
    public void Msr_AtPowerOn_HasFirmwaresValue(uint index, ulong value)
    {
        Assert.True(new ModelSpecificRegisters(new VirtualClock(() => 0)).TryRead(index, out ulong read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void Msr_ThatWasWritten_ReadsBack()
    {
        var registers = new ModelSpecificRegisters(new VirtualClock(() => 21));

        Assert.True(registers.TryWrite(0xc0000101, 0x1234));
        Assert.True(registers.TryRead(0xc0000101, out ulong value));
        Assert.Equal(0x1234UL, value);
        Assert.True(registers.TryRead(0x10, out ulong counter));
        Assert.Equal(42UL, counter);
    }

    [Theory]
    [InlineData(0xfeu)]
    [InlineData(0xdeadu)]
    public void Msr_ThatIsReadOnlyOrNotModelled_RefusesWrites(uint index) =>
        Assert.False(new ModelSpecificRegisters(new VirtualClock(() => 0)).TryWrite(index, 0));

    [Fact]
    public void PciConfiguration_OfAnyFunction_AnswersOnesAndKeepsItsAddress()
    {
        var ports = new IoPorts();
        ports.TryWrite(0xcf8, 4, 0, 0xff00_f8ff);

        Assert.True(ports.TryRead(0xcf8, 4, 0, out uint address));
        Assert.True(ports.TryRead(0xcfc, 4, 0, out uint identity));
        Assert.True(ports.TryRead(0xcfe, 2, 0, out uint half));
        Assert.False(ports.TryRead(0xcfe, 4, 0, out _));
        Assert.Equal((0x8000_f8fcu, 0xffff_ffffu, 0xffffu), (address, identity, half));
    }
}
