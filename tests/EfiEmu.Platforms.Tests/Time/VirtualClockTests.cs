using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Time;

public sealed class VirtualClockTests
{
    [Fact]
    public void Nanoseconds_AreInstructionsPlusCostsPlusIdleTime()
    {
        ulong instructions = 1000;
        var clock = new VirtualClock(() => instructions);
        clock.AddCost(500);
        clock.SkipIdle(20);
        Assert.Equal(1520UL, clock.Nanoseconds);

        instructions = 4000;

        Assert.Equal(4520UL, clock.Nanoseconds);
        Assert.Equal(4520UL * (VirtualClock.TimestampFrequency / 1_000_000_000), clock.TimestampCounterNow);
        Assert.Equal(clock.TimestampCounterNow + 2, clock.TimestampCounter(4001));
    }

    [Fact]
    public void SkipIdle_ForLongerThanTimeLasts_StaysAtItsEnd()
    {
        var clock = new VirtualClock(() => 10);

        clock.SkipIdle(ulong.MaxValue);
        clock.SkipIdle(ulong.MaxValue);

        Assert.Equal(ulong.MaxValue, clock.Nanoseconds);
    }

    [Fact]
    public void Costs_OfFourteenGiBOnSevSnp_AreSomeSeconds()
    {
        ulong nanoseconds = AcceptanceCosts.SevSnp.Of(new MemoryRange(TestLayouts.FourGiB, 14UL << 30));

        Assert.Equal(7168UL * 500_000, nanoseconds);
    }
}
