using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>The stream of a boot's records.</summary>
public sealed class EventStreamTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Events_OfATracedBoot_AreTheReportsEvents()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request(platform: "sev-snp") with { Trace = true });

        List<BootEvent> streamed = await Read(boot);

        Assert.Equal((await boot.Completion).Events, streamed);
        Assert.NotEmpty(streamed);
    }

    [Fact]
    public async Task Events_OfAnUntracedBoot_DifferInRepeatsOnly()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        var seen = new List<BootEvent>();
        IBoot boot = await emulator.Runner.BootAsync(
            emulator.Request("guest:endless") with { Budget = new BootBudget(Instructions: 100_000) });
        await foreach (BootEvent happened in boot.Events)
        {
            seen.Add(happened);
        }

        IReadOnlyList<BootEvent> events = (await boot.Completion).Events;
        Assert.Contains(events, e => e is ServiceCalled { Repeats: > 1 });
        Assert.Equal(events.Select(Once), seen.Select(Once));
    }

    [Fact]
    public async Task Reader_WhoComesAfterTheEnd_GetsTheReportsEvents()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request());
        BootReport report = await boot.Completion;

        Assert.Equal(report.Events, await Read(boot));
        Assert.Equal(report.Events, await Read(boot));
    }

    [Fact]
    public async Task Reader_WhoStopsReading_DoesNotHoldTheBootUpAndMissesNothing()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.ParallelBoots = 1);
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(1);
        await using IAsyncEnumerator<BootEvent> reader = boot.Events.GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        BootEvent first = reader.Current;

        emulator.Gate.Open();
        BootReport report = await boot.Completion.WaitAsync(Soon);

        List<BootEvent> rest = [first];
        while (await reader.MoveNextAsync())
        {
            rest.Add(reader.Current);
        }

        Assert.Equal(report.Events, rest);
    }

    [Fact]
    public async Task Reader_WhileTheBootRuns_SeesWhatHappenedSoFarAndMayLeave()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request("guest:waits"));
        await emulator.Gate.Arrived(1);
        using var leave = new CancellationTokenSource();
        List<BootEvent> seen = [];

        async Task ReadOn()
        {
            await foreach (BootEvent happened in boot.Events.WithCancellation(leave.Token))
            {
                seen.Add(happened);
                if (happened is ImageStarted)
                {
                    leave.CancelAfter(TimeSpan.FromMilliseconds(1));
                }
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadOn().WaitAsync(Soon));
        Assert.IsType<ImageStarted>(seen[^1]);
        Assert.Equal(BootStage.Guest, boot.Progress.Stage);
    }

    [Fact]
    public async Task Events_OfABootThatIsCancelled_End()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        using var cancel = new CancellationTokenSource();
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request("guest:endless"), cancel.Token);
        emulator.Gate.Pass();
        await cancel.CancelAsync();

        Assert.Contains(await Read(boot).WaitAsync(Soon), e => e is FirmwareStarted);
    }

    private static BootEvent Once(BootEvent happened) =>
        happened is ServiceCalled call ? call with { Repeats = 1, At = default, Arguments = [] } : happened with { At = default };

    private static async Task<List<BootEvent>> Read(IBoot boot)
    {
        List<BootEvent> events = [];
        await foreach (BootEvent happened in boot.Events)
        {
            events.Add(happened);
        }

        return events;
    }
}
