namespace EfiEmu.Platforms.Tests.Devices;

/// <summary>The 8254 as loaders use it: to find out how fast the time-stamp counter runs.</summary>
public sealed class IntervalTimerTests
{
    private const ulong Millisecond = 1_000_000;
    private const ulong Frequency = 1_193_182;

    private readonly IoPorts _ports = new();

    [Fact]
    public void Counter2_InMode0_RaisesItsOutputWhenTheCountIsOver()
    {
        Write(0x61, 0x01, 0);
        Write(0x43, 0xb0, 0);
        Write(0x42, 0x9c, 0);
        Write(0x42, 0x2e, 0);

        // 0x2e9c = 11932 ticks are 10.00015 ms.
        Assert.Equal(0u, Read(0x61, 10 * Millisecond) & 0x20);
        Assert.Equal(0x20u, Read(0x61, (10 * Millisecond) + 1000) & 0x20);
        Assert.Equal(0x20u, Read(0x61, 500 * Millisecond) & 0x20);
    }

    [Fact]
    public void Counter2_WhileItsGateIsClosed_StandsStill()
    {
        Write(0x61, 0x00, 0);
        Write(0x43, 0xb0, 0);
        Write(0x42, 0xff, 0);
        Write(0x42, 0xff, 0);

        Assert.Equal(0u, Read(0x61, 900 * Millisecond) & 0x20);

        Write(0x61, 0x01, 900 * Millisecond);
        Assert.Equal(0u, Read(0x61, 954 * Millisecond) & 0x20);
        Assert.Equal(0x20u, Read(0x61, 955 * Millisecond) & 0x20);
    }

    [Theory]
    [InlineData(0x34, 1000, 250)]
    [InlineData(0x34, 0, 250)]
    [InlineData(0x30, 50000, 1250)]
    public void Counter0_Latched_GivesTheCountOfThatMoment(byte control, int reload, ulong microseconds)
    {
        Write(0x43, control, 0);
        Write(0x40, (byte)reload, 0);
        Write(0x40, (byte)(reload >> 8), 0);
        ulong now = microseconds * 1000;

        Write(0x43, 0x00, now);
        uint low = Read(0x40, now + Millisecond);
        uint high = Read(0x40, now + (2 * Millisecond));

        ulong period = reload == 0 ? 0x10000 : (ulong)reload;
        ulong expected = (period - (now * Frequency / 1_000_000_000 % period)) & 0xffff;
        Assert.Equal((uint)expected, low | (high << 8));
    }

    [Fact]
    public void Counter2_InMode3_IsHighForTheFirstHalfOfEachPeriod()
    {
        Write(0x61, 0x01, 0);
        Write(0x43, 0xb6, 0);
        Write(0x42, 0x9c, 0);
        Write(0x42, 0x2e, 0);

        Assert.Equal([0x20u, 0u, 0x20u, 0u], new ulong[] { 2, 7, 12, 17 }.Select(ms => Read(0x61, ms * Millisecond) & 0x20));
    }

    [Fact]
    public void SystemPort_Polled_ShowsTheRefreshToggle() =>
        Assert.NotEqual(Read(0x61, 0) & 0x10, Read(0x61, 15_000) & 0x10);

    [Theory]
    [InlineData(0xb1)]
    [InlineData(0xb2)]
    [InlineData(0xb8)]
    [InlineData(0xba)]
    [InlineData(0xc2)]
    public void Control_OfAModeThatIsNotModelled_IsRefused(byte control) => Assert.False(_ports.TryWrite(0x43, 1, 0, control));

    [Fact]
    public void Ports_WithRandomUse_NeverThrow()
    {
        var random = new Random(8254);
        ulong now = 0;
        for (int i = 0; i < 100_000; i++)
        {
            now += (ulong)random.Next(200_000);
            ushort port = (ushort)(random.Next(5) is < 4 and var counter ? 0x40 + counter : 0x61);
            if (random.Next(2) == 0)
            {
                _ports.TryWrite(port, 1, now, (uint)random.Next(256));
            }
            else if (_ports.TryRead(port, 1, now, out uint value))
            {
                Assert.InRange(value, 0u, 255u);
            }
        }
    }

    private void Write(ushort port, byte value, ulong now) => Assert.True(_ports.TryWrite(port, 1, now, value));

    private uint Read(ushort port, ulong now)
    {
        Assert.True(_ports.TryRead(port, 1, now, out uint value));
        return value;
    }
}
