using EfiEmu.Firmware.Events;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Events;

public sealed class TimerTests
{
    private const ulong Millisecond = 10_000;
    private const ulong Tick = 10 * Millisecond;

    private readonly EventMachine _machine = new();

    [Fact]
    public void SetTimer_OfAnEventWithoutTimer_IsInvalid() =>
        Assert.Equal(EfiStatus.InvalidParameter, _machine.SetTimer(_machine.Created(EventType.None), TimerDelay.Relative, 1));

    [Theory]
    [InlineData(3u)]
    [InlineData(uint.MaxValue)]
    public void SetTimer_WithAnotherType_IsInvalid(uint type) =>
        Assert.Equal(EfiStatus.InvalidParameter, _machine.SetTimer(Timer(), (TimerDelay)type, 1));

    [Fact]
    public void RelativeTimer_FiresAtTheFirstTickNotBeforeItsTime_Once()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, 15 * Millisecond);

        Assert.Equal(2 * Tick, _machine.Database.NextDue);
        _machine.AdvanceTo((2 * Tick) - 1);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
        _machine.AdvanceTo(2 * Tick);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
        Assert.Null(_machine.Database.NextDue);
    }

    [Fact]
    public void RelativeTimer_CountsFromTheLastTick()
    {
        _machine.AdvanceTo(Tick + (9 * Millisecond));
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, Tick);

        Assert.Equal(2 * Tick, _machine.Database.NextDue);
    }

    [Fact]
    public void RelativeTimer_OfZero_FiresAtOnce_OrWhenTheLevelPermits()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, 0);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));

        _machine.Raise(Tpl.High);
        _machine.SetTimer(timer, TimerDelay.Relative, 0);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
        _machine.Restore(Tpl.Application);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
    }

    [Fact]
    public void PeriodicTimer_OfZero_FiresAtEveryTick()
    {
        EfiEvent timer = Counting(out Func<int> count);
        _machine.SetTimer(timer, TimerDelay.Periodic, 0);
        _machine.AdvanceTo(5 * Tick);

        Assert.Equal(5, count());
    }

    [Fact]
    public void PeriodicTimer_KeepsItsPaceBetweenTicks()
    {
        EfiEvent timer = Counting(out Func<int> count);
        _machine.SetTimer(timer, TimerDelay.Periodic, 25 * Millisecond);

        // Due at 25, 50, 75, 100 ms: at the ticks of 30, 50, 80 and 100 ms.
        var fired = new List<ulong>();
        for (ulong tick = 1; tick <= 10; tick++)
        {
            int before = count();
            _machine.AdvanceTo(tick * Tick);
            if (count() > before)
            {
                fired.Add(tick);
            }
        }

        Assert.Equal([3, 5, 8, 10], fired);
    }

    [Fact]
    public void PeriodicTimer_FasterThanTheTick_FiresOnceATick()
    {
        EfiEvent timer = Counting(out Func<int> count);
        _machine.SetTimer(timer, TimerDelay.Periodic, Millisecond);
        _machine.AdvanceTo(10 * Tick);

        Assert.Equal(10, count());
    }

    [Fact]
    public void Timers_DueAtTheSameTime_FireInTheOrderOfSetting()
    {
        EfiEvent a = Logging('a');
        EfiEvent b = Logging('b');
        EfiEvent early = Logging('c');
        _machine.SetTimer(b, TimerDelay.Relative, Tick);
        _machine.SetTimer(a, TimerDelay.Relative, Tick);
        _machine.SetTimer(early, TimerDelay.Relative, Tick - 1);
        _machine.AdvanceTo(Tick);

        Assert.Equal("cba", _machine.Log);
    }

    [Fact]
    public void SetTimer_Again_ReplacesAndCancelDisarms()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Periodic, Tick);
        _machine.SetTimer(timer, TimerDelay.Relative, 3 * Tick);
        Assert.Equal(3 * Tick, _machine.Database.NextDue);
        Assert.Equal(EfiStatus.Success, _machine.SetTimer(timer, TimerDelay.Cancel, 99));
        Assert.Null(_machine.Database.NextDue);
        _machine.AdvanceTo(9 * Tick);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
    }

    [Fact]
    public void TimersAtHighLevel_WaitForRestore_AndAllTicksButOneAreLost()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, 2 * Tick);
        _machine.Raise(Tpl.High);
        _machine.AdvanceTo(5 * Tick);
        _machine.Restore(Tpl.Application);

        _machine.AdvanceTo(5 * Tick);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
        Assert.Equal(6 * Tick, _machine.Database.NextDue);
        _machine.AdvanceTo(6 * Tick);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
    }

    [Fact]
    public void ATickThatWaits_IsDueAtOnce()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, Tick);
        _machine.Raise(Tpl.High);
        _machine.AdvanceTo(5 * Tick);
        _machine.Restore(Tpl.Application);

        Assert.Equal(5 * Tick, _machine.Database.NextDue);
        _machine.AdvanceTo(5 * Tick);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
    }

    [Fact]
    public void Ticks_AboveTheTimersLevel_AreCountedButFireLater()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, 2 * Tick);
        _machine.Raise(new Tpl(30));
        _machine.AdvanceTo(7 * Tick);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
        _machine.Restore(Tpl.Application);
        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
    }

    [Fact]
    public void AdvanceTo_StopsAtEachTickThatFires_SoThatNotificationsRunInTime()
    {
        EfiEvent timer = Counting(out _);
        _machine.SetTimer(timer, TimerDelay.Periodic, Tick);

        Assert.False(_machine.Database.AdvanceTo(3 * Tick));
        Assert.True(_machine.Database.TryTakeNotification(Tpl.Application, out Notification notification));
        Assert.Equal((timer, Tpl.Callback), (notification.Event, notification.Level));
        _machine.Restore(Tpl.Application);
        Assert.Equal(2 * Tick, _machine.Database.NextDue);
    }

    [Fact]
    public void Wait_ForATimer_JumpsToItsTick()
    {
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, TimerDelay.Relative, 1234 * Millisecond);

        Assert.Equal((EfiStatus.Success, 0), _machine.Wait(timer));
    }

    [Fact]
    public void DisableTimer_KeepsTimersFromFiringForGood()
    {
        EfiEvent armed = Timer();
        EfiEvent late = Timer();
        _machine.SetTimer(armed, TimerDelay.Periodic, Tick);
        _machine.Database.DisableTimer();
        _machine.SetTimer(late, TimerDelay.Relative, Tick);
        _machine.AdvanceTo(1000 * Tick);

        Assert.Null(_machine.Database.NextDue);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(armed));
        Assert.Equal(EfiStatus.NotReady, _machine.Check(late));
    }

    [Fact]
    public void DisableTimer_StillLetsARelativeTimerOfZeroFire()
    {
        EfiEvent timer = Timer();
        _machine.Database.DisableTimer();
        _machine.SetTimer(timer, TimerDelay.Relative, 0);

        Assert.Equal(EfiStatus.Success, _machine.Check(timer));
    }

    [Theory]
    [InlineData(TimerDelay.Relative)]
    [InlineData(TimerDelay.Periodic)]
    public void SetTimer_BeyondTheEndOfTheClock_NeverFires(TimerDelay delay)
    {
        _machine.AdvanceTo(Tick);
        EfiEvent timer = Timer();
        _machine.SetTimer(timer, delay, ulong.MaxValue);
        _machine.AdvanceTo(100 * Tick);

        Assert.Null(_machine.Database.NextDue);
        Assert.Equal(EfiStatus.NotReady, _machine.Check(timer));
    }

    [Fact]
    public void AdvanceTo_OverAYearWithNothingArmed_CostsOneStep() =>
        Assert.True(_machine.Database.AdvanceTo(365UL * 86_400 * 1000 * Millisecond));

    private EfiEvent Timer() => _machine.Created(EventType.Timer);

    private EfiEvent Logging(char letter) =>
        _machine.Created(EventType.Timer | EventType.NotifySignal, Tpl.Callback, _machine.Logging(letter));

    private EfiEvent Counting(out Func<int> count)
    {
        int fired = 0;
        count = () => fired;
        return _machine.Created(EventType.Timer | EventType.NotifySignal, Tpl.Callback, _machine.Function(_ => fired++));
    }
}
