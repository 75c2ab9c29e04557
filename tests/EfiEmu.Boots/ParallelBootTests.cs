using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using Xunit;

namespace EfiEmu.Boots;

/// <summary>Many boots in one process know nothing of each other.</summary>
public sealed class ParallelBootTests
{
    private const int Threads = 8;
    private const int BootsPerThread = 3;

    [Fact]
    public async Task Boots_OfDifferentGuestsAtOnce_GiveTheReportsThatTheyGiveAlone()
    {
        BootRequest[] requests = [.. Requests()];
        string[] alone = [.. requests.Select(request => Emulator.Json(Emulator.Boot(request)))];
        using var start = new Barrier(Threads);

        string[][] together = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Enumerable.Range(0, BootsPerThread)
                    .Select(round => Emulator.Json(Emulator.Boot(requests[(thread + round) % requests.Length])))
                    .ToArray();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        for (int thread = 0; thread < Threads; thread++)
        {
            Assert.Equal(Enumerable.Range(0, BootsPerThread).Select(round => alone[(thread + round) % requests.Length]), together[thread]);
        }
    }

    [Fact]
    public void Boots_WithDifferentSeeds_DifferOnlyInWhatIsRandom()
    {
        BootRequest request = Requests().First(r => r.Platform == "plain");

        Assert.Equal(
            Emulator.Boot(request with { Seed = 1 }).Services,
            Emulator.Boot(request with { Seed = 2 }).Services);
    }

    private static IEnumerable<BootRequest> Requests()
    {
        string[] probes = ["events", "exitboot3", "image", "memory", "misc", "protocol"];
        string[] platforms = ["plain", "sev-snp", "tdx"];
        for (int i = 0; i < Threads; i++)
        {
            string probe = probes[i % probes.Length] + ".efi";
            yield return new BootRequest
            {
                Guest = Emulator.Guest(probe, File.ReadAllBytes(Repository.Beside("probes", "bin", probe))),
                Platform = platforms[i % platforms.Length],
                MemoryBytes = (ulong)(i + 1) * Emulator.GiB,
                Firmware = FirmwareProfiles.All[i % FirmwareProfiles.All.Count].Name,
                Trace = i % 2 == 0,
                Seed = (ulong)i,
            };
        }
    }
}
