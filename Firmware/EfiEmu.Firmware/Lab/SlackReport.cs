using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>What the lab tries.</summary>
/// <param name="Changes">Up to how many ExitBootServices attempts find the map changed.</param>
/// <param name="Growth">Up to how many descriptors the map grows at each change.</param>
/// <param name="CellInstructions">The instructions after which a loader is taken to run for ever.</param>
public sealed record SlackLimits(int Changes = 4, int Growth = 64, ulong CellInstructions = 50_000_000)
{
    /// <summary>The cells, row by row: without a change there is nothing that could grow.</summary>
    internal IEnumerable<(int Changes, int Growth)> Cells =>
    [
        (0, 0),
        .. from changes in Enumerable.Range(1, Changes) from growth in Enumerable.Range(0, Growth + 1) select (changes, growth),
    ];
}

/// <summary>What became of a loader.</summary>
public enum SlackOutcome
{
    /// <summary>It left boot services.</summary>
    Leaves,

    /// <summary>It returned or called Exit without having left.</summary>
    GivesUp,

    /// <summary>It faulted.</summary>
    Faults,

    /// <summary>It was stopped: it used up its instructions, or tried without end.</summary>
    RunsOn,

    /// <summary>It did something that is not modelled.</summary>
    NotModelled,
}

/// <summary>One cell of the table: what became of the loader when the map changed so often, each time by so many descriptors.</summary>
/// <param name="Changes">The ExitBootServices attempts that found the map changed.</param>
/// <param name="Growth">The descriptors that the map had more each time.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Attempts">How often it called ExitBootServices.</param>
/// <param name="Status">What it returned when it gave up, or null.</param>
/// <param name="LacksRoom">Whether its last GetMemoryMap failed because its buffer was too small.</param>
/// <param name="Detail">What it faulted at, what is not modelled, or which budget but that of instructions it used up; else empty.</param>
public sealed record SlackCell(
    int Changes, int Growth, SlackOutcome Outcome, int Attempts, EfiStatus? Status, bool LacksRoom, string Detail)
{
    /// <summary>Whether another cell of the same row ended in the same way.</summary>
    internal bool IsLike(SlackCell other) => Changes == other.Changes && EndsLike(other);

    /// <summary>Whether another cell ended in the same way; what exactly it faulted at may differ.</summary>
    internal bool EndsLike(SlackCell other) =>
        (Outcome, Attempts, Status, LacksRoom) == (other.Outcome, other.Attempts, other.Status, other.LacksRoom);
}

/// <summary>The room in the loader's buffer, in descriptors.</summary>
/// <param name="Probe">The call that asked for the size of the map, or null where the loader never asked.</param>
/// <param name="Fetch">The call whose key went to the first ExitBootServices.</param>
/// <param name="Retry">The first GetMemoryMap after an attempt that failed over the key alone, or null where the loader never retries.</param>
public sealed record SlackRoom(MapRequest? Probe, MapRequest Fetch, MapRequest? Retry)
{
    /// <summary>What the loader added to firmware's answer, or null where it never asked.</summary>
    public int? Slack => Fetch.Room - Probe?.Required;

    /// <summary>Whether the loader fetches the map again into the buffer that it has.</summary>
    public bool KeepsBuffer => Retry is { } retry && retry.BufferBytes == Fetch.BufferBytes;

    /// <summary>What is left for the map to grow when the loader fetches it again; null unless it keeps its buffer.</summary>
    public int? Left => KeepsBuffer ? Fetch.Room - Retry?.Required : null;
}

/// <summary>What a loader survives of changes of the memory map between its GetMemoryMap and its ExitBootServices.</summary>
public sealed record SlackReport
{
    /// <summary>The boot in which nobody disturbed the loader.</summary>
    public required BootReport Undisturbed { get; init; }

    /// <summary>What was tried.</summary>
    public required SlackLimits Limits { get; init; }

    /// <summary>The cells, row by row; empty for a loader that never calls ExitBootServices.</summary>
    public required IReadOnlyList<SlackCell> Cells { get; init; }

    /// <summary>Whether the cells ran from a checkpoint; else each is a boot of its own.</summary>
    public required bool IsForked { get; init; }

    /// <summary>The loader's buffer; null for a loader that never fetched the map.</summary>
    public SlackRoom? Room { get; init; }

    /// <summary>Whether there was anything to measure.</summary>
    public bool IsMeasured => Cells.Count > 0;

    /// <summary>0 when measured; else that of the undisturbed boot, or 1 where that one ended well.</summary>
    public int ExitCode => IsMeasured ? 0 : Math.Max(1, Undisturbed.Outcome.ExitCode);

    /// <summary>The greatest growth up to which the loader survives so many changes; null when it survives none.</summary>
    public int? Survives(int changes)
    {
        SlackCell[] survived = [.. Cells.Where(c => c.Changes == changes).TakeWhile(c => c.Outcome == SlackOutcome.Leaves)];
        return survived.Length == 0 ? null : survived[^1].Growth;
    }

    /// <summary>The whole of it in one sentence.</summary>
    public string Answer => SlackAnswer.Of(this);
}
