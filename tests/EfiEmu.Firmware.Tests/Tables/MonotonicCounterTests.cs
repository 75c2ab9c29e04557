using EfiEmu.Firmware.Tables;
using Xunit;

namespace EfiEmu.Firmware.Tests.Tables;

public sealed class MonotonicCounterTests
{
    [Fact]
    public void Next_GivesTheCounterAndAddsOne()
    {
        var counter = new MonotonicCounter(high: 1);

        Assert.Equal(0x1_0000_0000UL, counter.Next(out bool steps));
        Assert.Equal(0x1_0000_0001UL, counter.Next(out _));
        Assert.False(steps);
    }

    [Fact]
    public void NextHigh_AddsOneAboveAndClearsBelow()
    {
        var counter = new MonotonicCounter(high: 1, low: 77);

        Assert.Equal(2u, counter.NextHigh());
        Assert.Equal(0x2_0000_0000UL, counter.Next(out _));
    }

    [Fact]
    public void Next_WhenTheLowHalfIsHalfWay_AsksForAStepOfTheHighHalf()
    {
        var counter = new MonotonicCounter(high: 1, low: 0x7FFFFFFE);

        counter.Next(out bool before);
        Assert.False(before);
        Assert.Equal(0x1_7FFF_FFFFUL, counter.Next(out bool at));
        Assert.True(at);
        counter.Next(out bool after);
        Assert.False(after);
    }

    [Fact]
    public void NextHigh_AtTheEnd_WrapsAround() => Assert.Equal(0u, new MonotonicCounter(uint.MaxValue).NextHigh());
}
