using System.Diagnostics;
using EfiEmu.Firmware.Reports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>Takes boots out of the queue and runs them, each on a thread that does nothing else.</summary>
/// <remarks>
/// A stop in order: no boot is taken any more, those that wait are cancelled, those that run may end within the host's shutdown
/// timeout and are cancelled after it.
/// </remarks>
internal sealed class BootService(
    BootQueue queue, BootExecution execution, IOptions<EfiEmuOptions> options, TimeProvider time, ILogger<BootService> logger)
    : BackgroundService
{
    // Guest and firmware call each other many levels deep, and each level takes several frames of the host.
    private const int StackBytes = 16 << 20;

    // A boot looks at its token after each call and each 50 million instructions; guests in C# that never call never look.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Close();
        while (queue.Waiting.TryRead(out QueuedBoot? waiting))
        {
            if (waiting.TryDrop(new CancellationToken(canceled: true)))
            {
                logger.Dropped(waiting.Id, waiting.Request.Guest.Name);
            }
        }

        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (ExecuteTask is { IsCompleted: false } running)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await ((Task)running.WaitAsync(Grace, time, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stop.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(1, options.Value.ParallelBoots).Select(StartThread));

    private Task StartThread(int number)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => RunAll(ended), StackBytes)
        {
            IsBackground = true,
            Name = $"efiemu boot {number}",
        };
        thread.Start();
        return ended.Task;
    }

    private void RunAll(TaskCompletionSource ended)
    {
        while (queue.Waiting.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            if (queue.Waiting.TryRead(out QueuedBoot? boot) && boot.TryStart())
            {
                Run(boot);
            }
        }

        ended.SetResult();
    }

    // What a boot throws ends up in its task, and nowhere else.
    private void Run(QueuedBoot boot)
    {
        using IDisposable? scope = logger.BeginBoot(boot);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(boot.Cancellation, _stop.Token);
        long start = time.GetTimestamp();
        logger.Started();
        Task<BootReport> run = execution.RunAsync(boot, cancellation.Token);
        ((Task)run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        Log(run, time.GetElapsedTime(start));
        boot.End(run, boot.Cancellation.IsCancellationRequested ? boot.Cancellation : _stop.Token);
    }

    private void Log(Task<BootReport> run, TimeSpan elapsed)
    {
        if (run.IsCompletedSuccessfully)
        {
            logger.Ended(run.Result.Outcome.Verdict, run.Result.Outcome.ExitCode, run.Result.Instructions, elapsed.TotalSeconds);
        }
        else if (run.IsCanceled)
        {
            logger.Cancelled(elapsed.TotalSeconds);
        }
        else
        {
            logger.Failed(run.Exception?.InnerException ?? new UnreachableException());
        }
    }
}
