using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>The bounded queue, cancellation, and the stop in order.</summary>
public sealed class QueueTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Queue_ThatIsFull_HoldsTheCallerUntilABootBegins()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => (o.ParallelBoots, o.QueueLength) = (1, 2));
        IBoot running = await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(1);
        IBoot[] waiting = [await emulator.Runner.BootAsync(emulator.Request()), await emulator.Runner.BootAsync(emulator.Request())];

        Task<IBoot> held = emulator.Runner.BootAsync(emulator.Request()).AsTask();

        Assert.False(held.IsCompleted);
        Assert.All(waiting, boot => Assert.Equal(BootStage.Queued, boot.Progress.Stage));
        emulator.Gate.Open();
        IBoot last = await held.WaitAsync(Soon);
        await Task.WhenAll([running.Completion, last.Completion, .. waiting.Select(b => b.Completion)]).WaitAsync(Soon);
        Assert.Equal([1L, 2, 3, 4], [running.Id, .. waiting.Select(b => b.Id), last.Id]);
    }

    [Fact]
    public async Task Caller_WhoCancelsWhileTheQueueIsFull_GetsNoBoot()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => (o.ParallelBoots, o.QueueLength) = (1, 1));
        await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(1);
        await emulator.Runner.BootAsync(emulator.Request());
        using var cancel = new CancellationTokenSource();

        Task<IBoot> held = emulator.Runner.BootAsync(emulator.Request(), cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
    }

    [Fact]
    public async Task Cancel_OfEverySecondWaitingBoot_CancelsExactlyThose()
    {
        const int Count = 100;
        await using HostedEmulator emulator = await HostedEmulator.Start(o => (o.ParallelBoots, o.QueueLength) = (2, Count));
        await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(2);
        List<(IBoot Boot, CancellationTokenSource Cancel)> queued = [];
        for (int i = 0; i < Count; i++)
        {
            var cancel = new CancellationTokenSource();
            queued.Add((await emulator.Runner.BootAsync(emulator.Request(), cancel.Token), cancel));
        }

        for (int i = 1; i < Count; i += 2)
        {
            await queued[i].Cancel.CancelAsync();
            // At once, not when its turn would have come.
            Assert.True(queued[i].Boot.Completion.IsCanceled);
        }

        emulator.Gate.Open();
        await ((Task)Task.WhenAll(queued.Select(q => q.Boot.Completion))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => i % 2 == 1), queued.Select(q => q.Boot.Completion.IsCanceled));
        Assert.All(queued.Where(q => !q.Boot.Completion.IsCanceled), q => Assert.Equal(0, q.Boot.Completion.Result.Outcome.ExitCode));
        queued.ForEach(q => q.Cancel.Dispose());
    }

    [Fact]
    public async Task Cancel_OfARunningBoot_EndsIt()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.ParallelBoots = 1);
        using var cancel = new CancellationTokenSource();
        IBoot endless = await emulator.Runner.BootAsync(emulator.Request("guest:endless"), cancel.Token);
        IBoot next = await emulator.Runner.BootAsync(emulator.Request());
        emulator.Gate.Pass();

        await cancel.CancelAsync();

        OperationCanceledException fault = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless.Completion.WaitAsync(Soon));
        Assert.Equal(cancel.Token, fault.CancellationToken);
        Assert.Equal(0, (await next.Completion.WaitAsync(Soon)).Outcome.ExitCode);
    }

    [Fact]
    public async Task Stop_InOrder_EndsWhatRunsAndCancelsWhatWaits()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.ParallelBoots = 1);
        IBoot running = await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(1);
        IBoot waiting = await emulator.Runner.BootAsync(emulator.Request());

        Task stop = emulator.Stop();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Completion.WaitAsync(Soon));
        emulator.Gate.Open();
        await stop.WaitAsync(Soon);

        Assert.Equal(BootEnd.Returned, (await running.Completion).Outcome.End);
        await Assert.ThrowsAsync<InvalidOperationException>(() => emulator.Runner.BootAsync(emulator.Request()).AsTask());
    }

    [Fact]
    public async Task Stop_WhoseTimeIsUp_CancelsWhatRuns()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.ParallelBoots = 1);
        IBoot endless = await emulator.Runner.BootAsync(emulator.Request("guest:endless"));
        emulator.Gate.Pass();
        using var timeUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await ((Task)emulator.Stop(timeUp.Token).WaitAsync(Soon)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless.Completion.WaitAsync(Soon));
    }
}
