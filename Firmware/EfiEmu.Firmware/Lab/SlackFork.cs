using EfiEmu.Firmware.Checkpoints;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Boots up to the call where a loader's way out begins, runs every cell from a checkpoint there, and lets the boot go on.</summary>
/// <param name="point">The call.</param>
/// <param name="limits">The cells.</param>
internal sealed class SlackFork(SlackPoint point, SlackLimits limits) : IBootInstrument
{
    private readonly List<SlackCell> _cells = [];
    private IBootBench? _bench;
    private BootFork? _fork;
    private SlackRun? _run;
    private ulong _calls;

    /// <summary>The cells in order; empty when the loader cannot be forked: its code, or the code that calls for it, is C#.</summary>
    public IReadOnlyList<SlackCell> Cells => _cells;

    /// <summary>The loader's GetMemoryMap after an attempt that failed over the key alone; null when there was none.</summary>
    public MapRequest? Retry { get; private set; }

    public void Attach(IBootBench bench)
    {
        _bench = bench;
        _fork = ((BootBench)bench).Fork;
        _fork.BeforeCall = BeforeCall;
    }

    public ulong? Calling(FunctionSignature function, IGuestCall call)
    {
        if (_run is { } run)
        {
            return run.Calling(function, call);
        }

        _calls++;
        return null;
    }

    public void Called(FunctionSignature function, ulong result)
    {
    }

    public void Happened(BootEvent happened) => _run?.Happened(happened);

    private void BeforeCall()
    {
        if (_run is not null || _calls + 1 != point.Call || _fork is not { IsImageItself: true } fork || _bench is not { } bench)
        {
            return;
        }

        using BootCheckpoint checkpoint = fork.Checkpoint();
        foreach ((int changes, int growth) in limits.Cells)
        {
            _run = new SlackRun(changes, growth);
            _run.Attach(bench);
            BootConclusion conclusion = fork.Run(limits.CellInstructions);
            _cells.Add(_run.Cell(conclusion.End, conclusion.Status, fork.Attempts.Count, conclusion.Reason));
            Retry ??= _run.Retry;
            checkpoint.Restore();
        }

        _run = null;
    }
}
