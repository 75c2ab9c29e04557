using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Platforms;
using EfiEmu.Protocols;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;

namespace EfiEmu.Boots.Lab;

/// <summary>A memory map that grows behind the guest's back: by exactly what was asked for, on every machine.</summary>
public sealed class MapGrowthTests
{
    private const int Most = 64;

    public static IEnumerable<object[]> Machines =>
        from profile in FirmwareProfiles.All
        from platform in PlatformCatalogue.Names
        select new object[] { profile.Name, platform };

    [Theory]
    [MemberData(nameof(Machines))]
    public void GrowMemoryMap_BySixtyFourDescriptorsAndLess_MakesTheMapExactlySoMuchLonger(string firmware, string platform) =>
        GrowEachTime(GuestBoot.Request(_ => { }) with { Firmware = firmware, Platform = platform, MemoryBytes = 8 * Emulator.GiB });

    [Theory]
    [InlineData("qemu-ovmf-memmap-61-2g.txt")]
    [InlineData("qemu-ovmf-memmap-612-8g.txt")]
    public void GrowMemoryMap_OnACapturedMap_MakesTheMapExactlySoMuchLonger(string map) => GrowEachTime(GuestBoot.Request(_ => { }) with
    {
        MemoryMap = new MemoryMapFile(map, File.ReadAllBytes(Repository.Beside("data", map))),
    });

    [Fact]
    public void GrowMemoryMap_BetweenTwoFetchesOfAGuest_IsSeenByTheGuestAndTheReport()
    {
        BootRequest request = GuestBoot.Request(code =>
        {
            Label buffer = code.Space(64 << 10);
            for (int i = 0; i < 2; i++)
            {
                Label size = code.Data(BitConverter.GetBytes(64UL << 10));
                code.Boot(BootService.GetMemoryMap, size, buffer, code.Space(8), code.Space(8), code.Space(8));
            }
        });
        int fetches = 0;

        BootReport report = Boot(request, new Instrument
        {
            OnCall = (bench, function) =>
            {
                if (function.Name == "GetMemoryMap" && ++fetches == 2)
                {
                    bench.GrowMemoryMap(3);
                }
            },
        });

        MemoryMapFetched[] fetched = [.. report.Events.OfType<MemoryMapFetched>()];
        Assert.Equal(3, fetched[1].Descriptors - fetched[0].Descriptors);
        Assert.Contains(report.Events.OfType<Remark>(), r => r.Text == "behind the guest's back the map grew by 3 descriptors");
    }

    [Fact]
    public void GrowMemoryMap_ByMoreThanFreeMemoryHolds_SaysSo()
    {
        MapGrowthException failure = Assert.Throws<MapGrowthException>(() => Boot(
            GuestBoot.Request(_ => { }), new Instrument { OnAttach = bench => bench.GrowMemoryMap(1_000_000) }));

        Assert.StartsWith("the memory map cannot grow any more: free memory lacks ", failure.Message, StringComparison.Ordinal);
    }

    private static void GrowEachTime(BootRequest request)
    {
        int grown = 0;
        Boot(request, new Instrument
        {
            OnAttach = bench =>
            {
                for (; grown <= Most; grown++)
                {
                    MemoryMap before = bench.BootServices.GetMemoryMap();
                    bench.GrowMemoryMap(grown);
                    MemoryMap after = bench.BootServices.GetMemoryMap();
                    Assert.Equal(grown, after.Descriptors.Count - before.Descriptors.Count);
                    Assert.NotEqual(before.MapKey, after.MapKey);
                }
            },
        });
        Assert.Equal(Most + 1, grown);
    }

    private static BootReport Boot(BootRequest request, IBootInstrument instrument)
    {
        BootReport report = new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()).Boot(request, instrument, CancellationToken.None);
        ReportChecks.Check(report);
        return report;
    }

    private sealed class Instrument : IBootInstrument
    {
        private IBootBench? _bench;

        public Action<IBootBench>? OnAttach { get; init; }

        public Action<IBootBench, FunctionSignature>? OnCall { get; init; }

        public void Attach(IBootBench bench)
        {
            _bench = bench;
            OnAttach?.Invoke(bench);
        }

        public ulong? Calling(FunctionSignature function, IGuestCall call)
        {
            OnCall?.Invoke(_bench!, function);
            return null;
        }

        public void Called(FunctionSignature function, ulong result)
        {
        }

        public void Happened(BootEvent happened)
        {
        }
    }
}
