using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware.Checkpoints;

/// <summary>Runs the rest of a boot many times, from a checkpoint in front of a call that guest code makes.</summary>
/// <remarks>
/// The rest runs nested where the call would be dispatched: nothing beneath that frame unwinds, so an image may have been
/// started by another. A guest whose own stack is the host's (one written in C#) is never in front of such a call.
/// </remarks>
internal sealed class BootFork(BootMachine boot, BootCourse course)
{
    /// <summary>Told in front of each call of guest code; may run the rest of the boot, and put it back.</summary>
    public Action? BeforeCall
    {
        set => boot.Processor.BeforeCall = value is null ? null : _ => value();
    }

    /// <summary>Whether the code that calls is that of the running image itself, so that its return is the image's end.</summary>
    /// <remarks>Not so in a notify function: what returns there goes on in firmware.</remarks>
    public bool IsImageItself => boot.Images.Current is { } image && image.EntryPoint == boot.Processor.Entry;

    /// <summary>The ExitBootServices calls so far.</summary>
    public IReadOnlyList<ExitBootServicesAttempt> Attempts => boot.ExitObserver.Attempts;

    /// <summary>Keeps the boot as it stands.</summary>
    /// <exception cref="CheckpointException">A plugin has state that its fields do not show.</exception>
    public BootCheckpoint Checkpoint() => BootCheckpoint.Take(boot);

    /// <summary>Runs the rest: to the end of the boot, or of the image that runs.</summary>
    /// <param name="instructions">How many instructions the rest may take; never more than the boot's own budget has left.</param>
    public BootConclusion Run(ulong instructions)
    {
        boot.Processor.Budget = Math.Min(boot.Processor.Budget, boot.Processor.Used + instructions);
        return course.GoOn();
    }

    /// <summary>The report of the boot as it stands after a rest that ran.</summary>
    public BootReport Report(BootConclusion conclusion) => course.Report(conclusion);
}
