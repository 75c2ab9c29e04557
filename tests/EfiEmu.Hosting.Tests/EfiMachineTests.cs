using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using EfiEmu.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>The package for tests, as a test uses it.</summary>
public sealed class EfiMachineTests
{
    private static readonly string Probe = Path.Combine(AppContext.BaseDirectory, "probes", "bin", "memory.efi");

    [Fact]
    public async Task Boot_GuestByName_GivesTypedAccess()
    {
        BootReport report = await EfiMachine.SevSnp(16.GiB()).Boot("guest:unenlightened-kernel");

        Assert.Equal(BootEnd.HandOff, report.Outcome.End);
        Assert.Equal(2, report.ExitBootServices.Count);
        Assert.Equal(14.GiB(), report.Ram.AcceptedAtExitBootServices);
        Assert.Contains(report.MapAt("final"), d => d.Type == MemoryType.Conventional && d.Bytes == 14.GiB());
        Assert.Equal(2UL, report.CallsOf("bs", "ExitBootServices"));
        Assert.Equal([MemoryAcceptor.FirmwareAtExitBootServices], report.EventsOf<MemoryAccepted>().Select(e => e.Acceptor).Where(a => a != MemoryAcceptor.FirmwareBeforeGuest));
    }

    [Fact]
    public async Task Boot_FileAndBytes_AreTheSameBoot()
    {
        EfiMachine machine = EfiMachine.Plain(1.GiB());

        Assert.Equal(
            (await machine.Boot(Probe)).ToText(),
            (await machine.Boot("memory.efi", await File.ReadAllBytesAsync(Probe))).ToText());
    }

    [Fact]
    public async Task Boot_ClassOfTheTest_GetsServicesForItsConstructor()
    {
        BootReport report = await EfiMachine.Tdx(4.GiB())
            .WithServices(services => services.AddSingleton("from the test"))
            .WithPlugin<NamePlugin>()
            .Boot<TalkativeGuest>();

        Assert.Equal("installed\nfrom the test\n", report.Console);
        Assert.Equal(EfiStatus.Aborted, report.Outcome.Status);
        Assert.Equal(1, report.Outcome.ExitCode);
    }

    [Fact]
    public async Task With_ChangesAnotherMachineThanTheOneItIsCalledOn()
    {
        EfiMachine machine = EfiMachine.SevSnp(8.GiB());
        EfiMachine other = machine.WithFirmware("edk2-202302").WithAcceptance("lazy").WithSeed(7).WithLoadOptions("quiet").WithTrace()
            .WithInitrd(new byte[16]).WithBudget(new BootBudget(Events: 100_000)).Until(BootUntil.ExitBootServices);

        BootReport report = await other.Boot("guest:enlightened-kernel");
        BootReport plain = await machine.Boot("guest:enlightened-kernel");

        Assert.Equal(("edk2-202302", "lazy"), (report.Firmware, report.Acceptance));
        Assert.Equal((FirmwareProfiles.Default, "negotiated"), (plain.Firmware, plain.Acceptance));
    }

    [Fact]
    public async Task Boot_TheSameTwice_GivesTheSameCanonicalText()
    {
        EfiMachine machine = EfiMachine.SevSnp(8.GiB());
        string[] texts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await machine.Boot("guest:enlightened-kernel")).ToCanonicalText()));

        Assert.Single(texts.Distinct());
        Assert.NotEqual(string.Empty, texts[0]);
    }

    [Fact]
    public async Task Boot_WithAPluginFile_RunsIt()
    {
        string plugin = Path.Combine(AppContext.BaseDirectory, "plugins", "HelloGuest", "HelloGuest.dll");

        BootReport report = await EfiMachine.Plain(1.GiB()).WithPlugin(plugin).Boot("guest:hello");

        Assert.StartsWith("Hello, ", report.Console, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_UnknownGuest_ListsTheKnown()
    {
        BootRequestException fault = await Assert.ThrowsAsync<BootRequestException>(() => EfiMachine.Plain(1.GiB()).Boot("guest:nobody"));

        Assert.StartsWith("image: guest:nobody: no such guest; there are guest:unenlightened-kernel, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_BytesThatAreNoImage_SaysWhy()
    {
        BootRequestException fault = await Assert.ThrowsAsync<BootRequestException>(() => EfiMachine.Plain(1.GiB()).Boot("text", "no image"u8.ToArray()));

        Assert.StartsWith("image: text: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_ThatIsCancelled_ThrowsSo()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EfiMachine.Plain(1.GiB()).Boot("guest:unenlightened-kernel", cancelled.Token));
    }

    [Fact]
    public async Task MapAt_StageThatTheBootNeverReached_ListsThoseThatItDid()
    {
        BootReport report = await EfiMachine.Plain(1.GiB()).Boot(Probe);

        Assert.Contains("it has guest-start, ", Assert.Throws<ArgumentException>(() => report.MapAt("lunch")).Message, StringComparison.Ordinal);
    }

    [Guest("talkative", "prints what it was made with")]
    private sealed class TalkativeGuest(string word, IConsole console) : IGuestImage
    {
        public EfiStatus Run(IGuestContext guest)
        {
            console.Write(word + "\n");
            return EfiStatus.Aborted;
        }
    }

    private sealed class NamePlugin : IFirmwarePlugin
    {
        public void Install(IFirmwareContext firmware) => firmware.Console.Write("installed\n");
    }
}
