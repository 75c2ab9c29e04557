using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Hosting;

/// <summary>One boot: waiting, running or ended. Any thread may ask it.</summary>
public interface IBoot
{
    /// <summary>Its number in this process: the first boot that was asked for is 1. Logs carry it.</summary>
    long Id { get; }

    /// <summary>What was asked for.</summary>
    BootRequest Request { get; }

    /// <summary>How far it is.</summary>
    BootProgress Progress { get; }

    /// <summary>The boot's records from the first on, streamed while it runs, in the order of <see cref="BootReport.Events"/>.</summary>
    /// <remarks>
    /// The stream ends when the boot does, however it ends; <see cref="Completion"/> says how. Each reader starts at the first
    /// record and gets every one, whenever it comes and however slowly it reads: the stream reads from the list that the boot
    /// keeps for its report. So a reader costs nothing, the boot never waits for one, and memory is bounded by
    /// <see cref="BootBudget.Events"/>. A call that repeats shows when it is first made; how often, the report says, and so does
    /// this stream to a reader who comes after the end.
    /// </remarks>
    IAsyncEnumerable<BootEvent> Events { get; }

    /// <summary>The report. What a guest does never faults this task: the report tells it.</summary>
    /// <remarks>
    /// Cancelled where the token of the call or the service's stop ended the boot. Faulted by
    /// <see cref="BootRequestException"/> where the request cannot be met, and by whatever a plugin or a bug threw.
    /// </remarks>
    Task<BootReport> Completion { get; }
}

/// <summary>Where a boot is.</summary>
public enum BootStage
{
    /// <summary>It waits in the queue.</summary>
    Queued,

    /// <summary>Firmware comes up and loads the guest.</summary>
    Firmware,

    /// <summary>The guest runs.</summary>
    Guest,

    /// <summary>The guest left boot services and runs on.</summary>
    OutOfBootServices,

    /// <summary>It ended.</summary>
    Ended,
}

/// <summary>How far a boot is.</summary>
/// <param name="Stage">Where it is.</param>
/// <param name="Instructions">Guest instructions retired; brought up to date with each record, and each 50 million instructions between.</param>
/// <param name="Attempts">ExitBootServices calls so far.</param>
public readonly record struct BootProgress(BootStage Stage, ulong Instructions, int Attempts);
