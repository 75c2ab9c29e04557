using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>What goes wrong in one boot stays in it.</summary>
public sealed class IsolationTests
{
    [Fact]
    public async Task Plugin_ThatThrowsInSomeBoots_FailsThoseAndLeavesTheOthersAlone()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(plugins: p => p.AddProtocol<FailsOnTdx>());
        string[] platforms = ["plain", "tdx", "sev-snp", "tdx", "plain", "tdx"];
        List<IBoot> boots = [];
        foreach (string platform in platforms)
        {
            boots.Add(await emulator.Runner.BootAsync(emulator.Request(platform: platform)));
        }

        foreach (IBoot boot in boots)
        {
            if (boot.Request.Platform == "tdx")
            {
                BootRequestException fault = await Assert.ThrowsAsync<BootRequestException>(() => boot.Completion);
                Assert.Equal("plugin: FailsOnTdx: Install threw NotSupportedException: no TDX here", fault.Message);
            }
            else
            {
                Assert.Equal(BootEnd.HandOff, (await boot.Completion).Outcome.End);
            }
        }
    }

    [Fact]
    public async Task Guest_ThatThrows_EndsInItsReport()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();

        BootReport report = await emulator.Boot(emulator.Request("guest:throws"));

        Assert.Equal(BootEnd.Fault, report.Outcome.End);
        Assert.Contains("the guest's own fault", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instrument_ThatThrows_FaultsItsBootWithWhatItThrew()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.ParallelBoots = 1);
        var thrown = new InvalidDataException("lab on fire");
        IBoot broken = await emulator.Runner.BootAsync(emulator.Request(), new BrokenInstrument(thrown));
        IBoot next = await emulator.Runner.BootAsync(emulator.Request());

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidDataException>(() => broken.Completion));
        Assert.Equal(BootStage.Ended, broken.Progress.Stage);
        Assert.Equal(0, (await next.Completion).Outcome.ExitCode);
    }

    [Fact]
    public async Task Instrument_ThatCancelsWithoutBeingAsked_IsAFaultAndNoCancellation()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        IBoot boot = await emulator.Runner.BootAsync(emulator.Request(), new BrokenInstrument(new OperationCanceledException("of its own accord")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => boot.Completion);
        Assert.True(boot.Completion.IsFaulted);
    }

    [Fact]
    public async Task Request_ThatCannotBeMet_FaultsItsBoot()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();

        await Assert.ThrowsAsync<BootRequestException>(() => emulator.Boot(emulator.Request() with { Platform = "abacus" }));
    }

    [Fact]
    public async Task Budget_OfOneBoot_EndsThatOne()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();
        BootRequest request = emulator.Request("guest:endless") with { Budget = new BootBudget(Instructions: 100_000) };

        Assert.Equal(BootEnd.Budget, (await emulator.Boot(request)).Outcome.End);
        Assert.Equal(0, (await emulator.Boot(emulator.Request())).Outcome.ExitCode);
    }

    [Fact]
    public async Task Guest_ThatRecursesThroughFirmware_EndsBeforeTheHostsStackDoes()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start();

        BootReport report = await emulator.Boot(emulator.Request("guest:recurses"));

        Assert.Equal(BootEnd.Budget, report.Outcome.End);
        Assert.Contains("nest deeper than", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_OfEachBoot_IsDisposedWithItsPlugins()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(plugins: p => p.AddProtocol<TrackedPlugin>());
        for (int i = 1; i <= 3; i++)
        {
            await emulator.Boot(emulator.Request());

            Assert.Equal((i, i), (emulator.Track.Made, emulator.Track.Disposed));
        }
    }

    private sealed class BrokenInstrument(Exception fault) : IBootInstrument
    {
        public void Attach(IBootBench bench) => throw fault;

        public ulong? Calling(FunctionSignature function, IGuestCall call) => null;

        public void Called(FunctionSignature function, ulong result)
        {
        }

        public void Happened(BootEvent happened)
        {
        }
    }
}
