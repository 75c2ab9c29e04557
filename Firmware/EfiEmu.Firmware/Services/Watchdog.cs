using EfiEmu.Firmware.Reports;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Services;

/// <summary>The watchdog timer: it resets a machine whose guest does not end in time.</summary>
/// <remarks>UEFI 2.10 section 7.5.2; MdeModulePkg/Universal/WatchdogTimerDxe. Lives by the timer interrupt, so not beyond ExitBootServices.</remarks>
internal sealed class Watchdog(VirtualClock clock)
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    // Beyond this many seconds virtual time would overflow; such a watchdog never fires.
    private const ulong LongestTimeout = 1UL << 32;

    private ulong _seconds;

    /// <summary>When it fires, in virtual nanoseconds; null while it is off.</summary>
    public ulong? Deadline { get; private set; }

    /// <summary>Starts it anew; 0 seconds turn it off.</summary>
    public void Arm(ulong seconds)
    {
        _seconds = seconds;
        Deadline = seconds is 0 or > LongestTimeout ? null : clock.Nanoseconds + (seconds * NanosecondsPerSecond);
    }

    /// <summary>Resets the machine when its time has come.</summary>
    public void Check()
    {
        if (Deadline is { } deadline && clock.Nanoseconds >= deadline)
        {
            throw new BootStoppedException(BootEnd.Returned, $"the watchdog reset the machine after {_seconds} s of virtual time")
            {
                Status = EfiStatus.Timeout,
            };
        }
    }
}
