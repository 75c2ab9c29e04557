using System.Diagnostics;
using EfiEmu.Firmware;
using EfiEmu.Loaders;
using Xunit;
using Xunit.Abstractions;

namespace EfiEmu.Hosting.Tests;

/// <summary>Measures the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
public sealed class LoadCollection;

/// <summary>Many boots, and what they leave behind.</summary>
[Collection(nameof(LoadTests))]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Boots = 1000;
    private const long MiB = 1 << 20;

    [Fact]
    public async Task Boots_AThousandAtOnce_AllEndAndGiveTheirMemoryBack()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => (o.ParallelBoots, o.QueueLength) = (2, Boots));
        BootRequest[] requests = [.. Requests(emulator)];
        // What the runtime keeps for code and types is there after these.
        await RunAll(emulator, requests, Boots / 2);
        (long heap, long resident) before = Memory();

        long start = Stopwatch.GetTimestamp();
        int[] exitCodes = await RunAll(emulator, requests, Boots);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        (long heap, long resident) after = Memory();
        output.WriteLine($"{Boots / elapsed.TotalSeconds:F0} boots per second; heap {before.heap} -> {after.heap}, resident {before.resident} -> {after.resident} bytes");
        Assert.Equal(new int[Boots], exitCodes);
        Assert.InRange(after.heap, 0, (before.heap * 11 / 10) + MiB);
        Assert.InRange(after.resident, 0, (before.resident * 11 / 10) + (4 * MiB));
    }

    private static IEnumerable<BootRequest> Requests(HostedEmulator emulator)
    {
        foreach (string platform in new[] { "plain", "sev-snp", "tdx" })
        {
            yield return emulator.Request("guest:unenlightened-kernel", platform) with { MemoryBytes = 8UL << 30, Acceptance = platform == "tdx" ? "accept-all" : null };
            yield return emulator.Request("guest:enlightened-kernel", platform) with { MemoryBytes = 8UL << 30 };
            foreach (string probe in new[] { "memory.efi", "protocol.efi" })
            {
                byte[] bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "probes", "bin", probe));
                yield return emulator.Request(platform: platform) with
                {
                    Guest = new GuestFile(probe, bytes, ImageDescriber.Describe(bytes).Description, IsKernel: false),
                };
            }
        }
    }

    private static async Task<int[]> RunAll(HostedEmulator emulator, BootRequest[] requests, int count)
    {
        List<Task<int>> ends = [];
        for (int i = 0; i < count; i++)
        {
            ends.Add(ExitCodeOf(await emulator.Runner.BootAsync(requests[i % requests.Length])));
        }

        return await Task.WhenAll(ends);
    }

    private static async Task<int> ExitCodeOf(IBoot boot) => (await boot.Completion).Outcome.ExitCode;

    private static (long Heap, long Resident) Memory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        using Process self = Process.GetCurrentProcess();
        return (heap, self.WorkingSet64);
    }
}
