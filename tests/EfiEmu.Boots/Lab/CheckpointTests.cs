using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Lab;

/// <summary>A boot that is put back to a checkpoint runs again as it ran before, to the last byte of its report.</summary>
public sealed class CheckpointTests
{
    private static readonly Guid CounterProtocol = new("5b8f9c0e-41d7-4a52-9d1f-6d0b2c9a7e31");

    public static IEnumerable<object[]> ProbesAndCalls =>
        from probe in new[] { "events", "exitboot3", "image", "memory", "misc", "protocol" }
        from call in probe == "exitboot3" ? new[] { 1, 20, 37 } : [1, 37, 110]
        select new object[] { probe, call };

    [Theory]
    [MemberData(nameof(ProbesAndCalls))]
    public void Restore_InAProbe_LetsItRunAgainAsBefore(string probe, int call) => RunsAgainAsBefore(
        new BootRequest
        {
            Guest = Emulator.Guest(probe + ".efi", File.ReadAllBytes(Repository.Beside("probes", "bin", probe + ".efi"))),
            Platform = "sev-snp",
            MemoryBytes = 256 * Emulator.MiB,
            Firmware = FirmwareProfiles.Default,
            Trace = true,
        },
        (ulong)call);

    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud")]
    [InlineData("linux-6.1-cloud", "plain", 5)]
    [InlineData("linux-6.1-cloud", "sev-snp", 25)]
    [InlineData("linux-6.12-cloud", "sev-snp", 30)]
    public void Restore_InAKernel_LetsItRunAgainAsBefore(string image, string platform, int call)
    {
        string[] reports = RunsAgainAsBefore(LabBoot.Kernel(image, platform) with { Trace = true }, (ulong)call);

        // A kernel's boot ends at ExitBootServices, beneath no frame of firmware's: the nested runs are whole boots.
        Assert.Single(reports.Distinct());
    }

    [Fact]
    public void Restore_WithAPluginOfAStranger_PutsItsStateBackWithoutAskingIt()
    {
        var plugin = new CountingPlugin();
        BootRequest request = GuestBoot.Request(CallTheCounter);

        string[] reports = RunsAgainAsBefore(request, call: 3, plugin);

        // Each call of the plugin answers differently, so state that had stayed would have shown.
        Assert.All(reports, report => Assert.Contains("one 1 one 2 one 3 two 1 two 2", report, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("task", "System.Threading.Tasks.Task: a type of the framework whose state is not known to be kept by its fields")]
    [InlineData("pointer", "EfiEmu.Boots.Lab.CheckpointTests+NativeState: it holds native memory in Address")]
    public void Checkpoint_WithStateThatFieldsDoNotShow_NamesWhereItIs(string state, string fault)
    {
        var plugin = new CountingPlugin
        {
            Extra = state == "task" ? new List<object> { new TaskCompletionSource() } : new NativeState(),
        };

        CheckpointException failure = Assert.Throws<CheckpointException>(
            () => LabBoot.Run(GuestBoot.Request(CallTheCounter), new RunTwice(3), plugin));

        Assert.StartsWith("BootMachine.Gates._gates._entries[", failure.Path, StringComparison.Ordinal);
        Assert.Contains(".extra", failure.Path, StringComparison.Ordinal);
        Assert.Equal($"the boot cannot be kept at a checkpoint: {failure.Path} is a {fault}", failure.Message);
    }

    // The boot itself goes on after both runs: it must end as one that nobody kept.
    private static string[] RunsAgainAsBefore(BootRequest request, ulong call, CountingPlugin? plugin = null)
    {
        string undisturbed = Emulator.Json(LabBoot.Run(request, new Instrument(), plugin?.Fresh()));
        var twice = new RunTwice(call);
        string wentOn = Emulator.Json(LabBoot.Run(request, twice, plugin?.Fresh()));

        Assert.Equal(2, twice.Reports.Count);
        Assert.Equal(twice.Reports[0], twice.Reports[1]);
        Assert.Equal(undisturbed, wentOn);
        return [.. twice.Reports, wentOn];
    }

    private static void CallTheCounter(GuestCode code)
    {
        Label protocol = code.Space(8);
        code.Boot(BootService.LocateProtocol, code.Data(CounterProtocol.ToByteArray()), 0, protocol);
        for (int i = 0; i < 5; i++)
        {
            code.Load(rbx, protocol);
            code.Call(__qword_ptr[rbx], rbx);
        }
    }

    /// <summary>Prints how often it was called, and keeps that in a closure, in collections, in a text and in a struct.</summary>
    private sealed class CountingPlugin : IFirmwarePlugin
    {
        public object? Extra { get; init; }

        public CountingPlugin Fresh() => new() { Extra = Extra };

        public void Install(IFirmwareContext firmware)
        {
            int calls = 0;
            var byName = new Dictionary<string, (int Calls, List<int> All)>(StringComparer.Ordinal);
            var order = new LinkedList<string>(["one", "one", "one", "two", "two"]);
            object? extra = Extra;
            GuestAddress table = new InterfaceBuilder(firmware, "Counter", 8).Function(0, "Count", _ =>
            {
                string name = order.First!.Value;
                order.RemoveFirst();
                (int count, List<int> all) = byName.GetValueOrDefault(name, (0, []));
                all.Add(++calls);
                byName[name] = (count + 1, all);
                firmware.Console.Write($"{(calls == 1 ? "" : " ")}{name} {byName[name].All.Count}");
                return extra is null ? EfiStatus.Success : EfiStatus.Unsupported;
            }).Build().Value;
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (CounterProtocol, table));
        }
    }

    private sealed class NativeState
    {
        public nint Address = 1;
    }
}
