namespace EfiEmu.Firmware.Events;

/// <summary>Firmware's own time: it moves only when the timer interrupt ticks.</summary>
/// <remarks>OvmfPkg/LocalApicTimerDxe ticks every 10 ms. All times are in units of 100 ns.</remarks>
internal sealed class FirmwareClock
{
    /// <summary>10 ms.</summary>
    public const ulong DefaultPeriod = 100_000;

    private ulong _nextTick = DefaultPeriod;
    private bool _interruptWaits;

    /// <summary>Firmware's time: ticks taken times the period of each.</summary>
    public ulong Now { get; private set; }

    /// <summary>Time between ticks; 0 once the timer is off.</summary>
    public ulong Period { get; private set; } = DefaultPeriod;

    /// <summary>Turns the timer off.</summary>
    public void Stop()
    {
        Period = 0;
        _interruptWaits = false;
    }

    /// <summary>Virtual time of the tick at which firmware's time reaches a moment; null when it never will.</summary>
    public ulong? TickReaching(ulong time)
    {
        if (Period == 0)
        {
            return null;
        }

        if (_interruptWaits)
        {
            return _nextTick - Period;
        }

        UInt128 tick = _nextTick + ((UInt128)(TicksUntil(time) - 1) * Period);
        return tick < ulong.MaxValue ? (ulong)tick : null;
    }

    /// <summary>Takes the ticks up to a virtual time, but not beyond the one that reaches a moment in firmware's time.</summary>
    /// <returns>True when that moment is reached.</returns>
    public bool TickUntil(ulong virtualTime, ulong? moment)
    {
        if (_interruptWaits)
        {
            _interruptWaits = false;
            Now += Period;
            if (Now >= moment)
            {
                return true;
            }
        }

        if (Period == 0 || virtualTime < _nextTick)
        {
            return false;
        }

        ulong due = ((virtualTime - _nextTick) / Period) + 1;
        ulong taken = moment is { } wanted ? Math.Min(due, TicksUntil(wanted)) : due;
        _nextTick += taken * Period;
        Now += taken * Period;
        return Now >= moment;
    }

    /// <summary>Lets virtual time pass while interrupts are off: however many ticks that is, one interrupt waits.</summary>
    public void PassMasked(ulong virtualTime)
    {
        if (Period != 0 && virtualTime >= _nextTick)
        {
            _nextTick += (((virtualTime - _nextTick) / Period) + 1) * Period;
            _interruptWaits = true;
        }
    }

    private ulong TicksUntil(ulong time) => time <= Now ? 1 : ((time - Now - 1) / Period) + 1;
}
