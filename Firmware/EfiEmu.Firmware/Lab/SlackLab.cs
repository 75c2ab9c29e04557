using EfiEmu.Firmware.Reports;

namespace EfiEmu.Firmware;

/// <summary>Measures what a loader survives of changes of the memory map between its GetMemoryMap and its ExitBootServices.</summary>
/// <remarks>
/// A first boot finds where the loader's way out begins. A second one stops there, keeps the whole machine, and runs every
/// cell from that checkpoint. A guest written in C# has its stack on the host, where nothing can put it back: for it each
/// cell is a boot of its own, which gives the same answers.
/// </remarks>
/// <param name="runner">Boots.</param>
public sealed class SlackLab(BootRunner runner)
{
    /// <summary>Measures a loader. Each of its boots ends where it leaves boot services.</summary>
    /// <exception cref="BootRequestException">The request itself cannot be met.</exception>
    /// <exception cref="MapGrowthException">The machine has too little free memory for the changes.</exception>
    /// <exception cref="CheckpointException">A plugin has state that cannot be kept.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public SlackReport Measure(BootRequest request, SlackLimits limits, CancellationToken cancellation) =>
        Measure(request, limits, mayFork: true, cancellation);

    /// <summary>The same with a boot for each cell.</summary>
    internal SlackReport Replay(BootRequest request, SlackLimits limits, CancellationToken cancellation) =>
        Measure(request, limits, mayFork: false, cancellation);

    private SlackReport Measure(BootRequest request, SlackLimits limits, bool mayFork, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limits);
        BootRequest toExit = request with { Until = BootUntil.ExitBootServices, Trace = false };
        var survey = new SlackSurvey();
        BootReport undisturbed = runner.Boot(toExit, survey, cancellation);
        if (survey.Point is not { } point)
        {
            return new SlackReport { Undisturbed = undisturbed, Limits = limits, Cells = [], IsForked = false };
        }

        var fork = new SlackFork(point, limits);
        if (mayFork)
        {
            Check(undisturbed, runner.Boot(toExit, fork, cancellation));
        }

        bool isForked = fork.Cells.Count > 0;
        (IReadOnlyList<SlackCell> cells, MapRequest? retry) = isForked
            ? (fork.Cells, fork.Retry)
            : ReplayCells(toExit, undisturbed, limits, cancellation);
        return new SlackReport
        {
            Undisturbed = undisturbed,
            Limits = limits,
            Cells = cells,
            IsForked = isForked,
            Room = point.Fetch is { } fetch ? new SlackRoom(point.Probe, fetch, retry) : null,
        };
    }

    private (IReadOnlyList<SlackCell> Cells, MapRequest? Retry) ReplayCells(
        BootRequest request, BootReport undisturbed, SlackLimits limits, CancellationToken cancellation)
    {
        ulong instructions = Math.Min(request.Budget.Instructions, undisturbed.Instructions + limits.CellInstructions);
        BootRequest bounded = request with { Budget = request.Budget with { Instructions = instructions } };
        var cells = new List<SlackCell>();
        MapRequest? retry = null;
        foreach ((int changes, int growth) in limits.Cells)
        {
            var run = new SlackRun(changes, growth);
            BootReport report = runner.Boot(bounded, run, cancellation);
            cells.Add(run.Cell(report.Outcome.End, report.Outcome.Status, report.ExitBootServices.Count, report.Fault?.Summary));
            retry ??= run.Retry;
        }

        return (cells, retry);
    }

    // The boot that was forked went on after its last cell, as if nothing had been: a difference would be a bug here.
    private static void Check(BootReport undisturbed, BootReport forked)
    {
        if ((undisturbed.Outcome, undisturbed.Instructions, undisturbed.VirtualNanoseconds)
            != (forked.Outcome, forked.Instructions, forked.VirtualNanoseconds))
        {
            throw new InvalidOperationException(
                $"the boot did not come back from its checkpoint as it was: {forked.Outcome} in place of {undisturbed.Outcome}");
        }
    }
}
