using EfiEmu.Firmware;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>The log of the service.</summary>
public sealed class LogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efiemu-hosting-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Log_OfABoot_CarriesItsNumberGuestAndPlatform()
    {
        string[] lines = await LogOf(async emulator => await emulator.Boot(emulator.Request(platform: "tdx")));

        Assert.Equal(2, lines.Length);
        Assert.Contains(" INF boot started ", lines[0], StringComparison.Ordinal);
        Assert.Contains(" INF boot ended: ", lines[1], StringComparison.Ordinal);
        string[] properties = ["\"BootId\":1", "\"Guest\":\"guest:unenlightened-kernel\"", "\"Platform\":\"tdx\""];
        Assert.All(lines, line => Assert.All(properties, property => Assert.Contains(property, line, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Log_OfABootThatFails_NamesTheFault()
    {
        string[] lines = await LogOf(async emulator =>
            await Assert.ThrowsAsync<BootRequestException>(() => emulator.Boot(emulator.Request() with { MemoryBytes = 4096 })));

        Assert.Contains(" ERR boot failed ", lines[1], StringComparison.Ordinal);
        Assert.Contains("BootRequestException: memory: ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_OfABootThatIsCancelled_SaysSo()
    {
        string[] lines = await LogOf(async emulator =>
        {
            using var cancel = new CancellationTokenSource();
            IBoot boot = await emulator.Runner.BootAsync(emulator.Request("guest:endless"), cancel.Token);
            emulator.Gate.Pass();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => boot.Completion);
        });

        Assert.Contains(" WRN boot cancelled after ", lines[^1], StringComparison.Ordinal);
    }

    private async Task<string[]> LogOf(Func<HostedEmulator, Task> work)
    {
        string file = Path.Combine(_folder, "log.txt");
        await using (HostedEmulator emulator = await HostedEmulator.Start(o => (o.LogLevel, o.LogFile) = (LogLevel.Information, file)))
        {
            await work(emulator);
        }

        return [.. (await File.ReadAllLinesAsync(file)).Where(line => !line.Contains("Microsoft.Hosting", StringComparison.Ordinal))];
    }
}
