using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Hosting;

/// <summary>A boot from the queue to its end.</summary>
internal sealed class QueuedBoot : IBoot
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Dropped = 2;

    // Who awaits the completion goes on on a thread of its own, never on the boot's.
    private readonly TaskCompletionSource<BootReport> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BootEventLog _log = new();
    private readonly BootWatch _watch;
    private int _state = Waiting;

    public QueuedBoot(long id, BootRequest request, IBootInstrument? instrument, CancellationToken cancellation)
    {
        Id = id;
        Request = request;
        Cancellation = cancellation;
        _watch = new BootWatch(_log, instrument);
    }

    public long Id { get; }

    public BootRequest Request { get; }

    public CancellationToken Cancellation { get; }

    public BootProgress Progress => _watch.Progress;

    public IAsyncEnumerable<BootEvent> Events => _log;

    public Task<BootReport> Completion => _completion.Task;

    public IBootInstrument Watch => _watch;

    /// <summary>Claims the boot for a thread that runs it; false where it was dropped meanwhile.</summary>
    public bool TryStart()
    {
        bool started = Interlocked.CompareExchange(ref _state, Running, Waiting) == Waiting;
        if (started)
        {
            _watch.Enter(BootStage.Firmware);
        }

        return started;
    }

    /// <summary>Ends the boot where it still waits; false where it runs or has ended.</summary>
    public bool TryDrop(CancellationToken because)
    {
        bool dropped = Interlocked.CompareExchange(ref _state, Dropped, Waiting) == Waiting;
        if (dropped)
        {
            End(null);
            _completion.SetCanceled(because);
        }

        return dropped;
    }

    /// <summary>Ends a boot that ran.</summary>
    public void End(Task<BootReport> run, CancellationToken because)
    {
        End(run.IsCompletedSuccessfully ? run.Result : null);
        if (run.IsCanceled)
        {
            _completion.SetCanceled(because);
        }
        else
        {
            _completion.SetFromTask(run);
        }

        // The log has the fault; a caller who does not look at it has no bug for that.
        _ = _completion.Task.Exception;
    }

    private void End(BootReport? report)
    {
        _watch.Enter(BootStage.Ended);
        if (report is not null)
        {
            _watch.Ran(report.Instructions);
        }

        _log.End(report?.Events);
    }
}
