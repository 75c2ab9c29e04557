using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Events;

public sealed class TplTests
{
    private readonly EventMachine _machine = new();

    [Fact]
    public void Machine_StartsAtApplicationWithInterrupts()
    {
        Assert.Equal(Tpl.Application, _machine.Tpl);
        Assert.True(_machine.Database.InterruptsEnabled);
    }

    [Fact]
    public void Raise_GivesTheLevelBefore_AndRestoreGoesBack()
    {
        Assert.Equal(Tpl.Application, _machine.Raise(Tpl.Callback));
        Assert.Equal(Tpl.Callback, _machine.Raise(Tpl.Notify));
        Assert.Equal(Tpl.Notify, _machine.Raise(Tpl.High));
        Assert.Equal(Tpl.High, _machine.Raise(Tpl.High));
        _machine.Restore(Tpl.Notify);
        Assert.Equal(Tpl.Notify, _machine.Tpl);
        _machine.Restore(Tpl.Application);
        Assert.Equal(Tpl.Application, _machine.Raise(Tpl.Application));
    }

    [Theory]
    [InlineData(5UL)]
    [InlineData(20UL)]
    [InlineData(0UL)]
    [InlineData(99UL)]
    public void Raise_ToAnyNumber_SetsIt(ulong level)
    {
        Assert.Equal(Tpl.Application, _machine.Raise(new Tpl(level)));
        Assert.Equal(new Tpl(level), _machine.Raise(Tpl.High));
    }

    [Fact]
    public void Interrupts_AreOffAtHighLevelOnly()
    {
        _machine.Raise(Tpl.Notify);
        Assert.True(_machine.Database.InterruptsEnabled);
        _machine.Raise(Tpl.High);
        Assert.False(_machine.Database.InterruptsEnabled);
        _machine.Restore(Tpl.Notify);
        Assert.True(_machine.Database.InterruptsEnabled);
    }

    [Fact]
    public void Interrupts_AreOnInANotification_EvenWhenTheRestoreCameFromHighLevel()
    {
        bool enabled = false;
        EfiEvent signal = _machine.Created(
            EventType.NotifySignal, Tpl.Callback, _machine.Function(_ => enabled = _machine.Database.InterruptsEnabled));
        _machine.Raise(Tpl.High);
        _machine.Signal(signal);
        _machine.Restore(Tpl.Application);

        Assert.True(enabled);
    }

    [Fact]
    public void DisableInterrupts_TurnsThemOff()
    {
        _machine.Database.DisableInterrupts();
        Assert.False(_machine.Database.InterruptsEnabled);
    }
}
