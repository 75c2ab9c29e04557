using EfiEmu.Platforms;

namespace EfiEmu.Firmware.Services;

/// <summary>Tells a guest that polls for a key and does nothing else from one that works and looks for a key now and then.</summary>
/// <remarks>
/// A guest that waits in WaitForEvent says so; one that polls spins, and would need a minute of the host's time for a second of
/// its own. After so many polls in a row between which it did nothing, virtual time passes by ticks of firmware's timer instead,
/// so that whatever the guest counts down runs out.
/// </remarks>
internal sealed class KeyPolls(Machine machine, BootRecorder recorder)
{
    // Enough to tell that the guest has nothing else to do; it polls so often in a fraction of a millisecond.
    private const int PollsBeforeTimePasses = 1000;

    // A guest that runs more between two polls computes something.
    private const ulong MostInstructionsBetween = 100_000;

    // No loader counts down for longer before it goes on by itself.
    private const ulong PatienceNanoseconds = 60_000_000_000;

    private int _polls;
    private ulong _calls;
    private ulong _retired;
    private ulong _since;

    /// <summary>Whether the guest has polled for so long that a person would press a key.</summary>
    public bool IsPatienceOver => machine.Clock.Nanoseconds - _since >= PatienceNanoseconds;

    /// <summary>Takes a poll that found no key down; true where the guest does nothing but poll.</summary>
    public bool IsIdle()
    {
        bool worked = recorder.ActiveCalls != _calls || machine.InstructionsRetired - _retired > MostInstructionsBetween;
        _calls = recorder.ActiveCalls;
        _retired = machine.InstructionsRetired;
        if (worked)
        {
            Forget();
        }

        _polls++;
        return _polls > PollsBeforeTimePasses;
    }

    /// <summary>Begins to count anew.</summary>
    public void Forget()
    {
        _polls = 0;
        _since = machine.Clock.Nanoseconds;
    }
}
