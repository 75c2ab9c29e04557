using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>Options out of code, configuration and environment, and what is said of bad ones when the host starts.</summary>
public sealed class OptionsTests
{
    private const string Variable = "EFIEMU_QUEUELENGTH";

    [Theory]
    [InlineData("ParallelBoots", "0", "EfiEmu:ParallelBoots: 0 is not a number from 1 to 1024")]
    [InlineData("ParallelBoots", "many", "EfiEmu:ParallelBoots: 'many' is not a number up to 2147483647")]
    [InlineData("QueueLength", "-1", "EfiEmu:QueueLength: -1 is not a number from 1 to 1000000")]
    [InlineData("Platform", "xen", "EfiEmu:Platform: unknown 'xen'; there are plain, sev-snp, tdx")]
    [InlineData("Memory", "lots", "EfiEmu:Memory: 'lots' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("Firmware", "bios", "EfiEmu:Firmware: unknown 'bios'; there are edk2-202211, edk2-202302, edk2-202502")]
    [InlineData("Acceptance", "no", "EfiEmu:Acceptance: unknown 'no'; there are negotiated, lazy, accept-all, lazy-without-negotiation")]
    [InlineData("Budget:Instructions", "0", "EfiEmu:Budget:Instructions: 0 lets no guest run")]
    [InlineData("Budget:GuestMemory", "1", "EfiEmu:Budget:GuestMemory: 1 is not a positive multiple of 4096 bytes")]
    [InlineData("Budget:Events", "0", "EfiEmu:Budget:Events: 0 is not a number from 1 to 2147483647")]
    [InlineData("Budget:ConsoleCharacters", "0", "EfiEmu:Budget:ConsoleCharacters: 0 is not a number from 1 to 2147483647")]
    [InlineData("PluginFolder", "/nonexistent/plugins", "EfiEmu:PluginFolder: no such folder: /nonexistent/plugins")]
    [InlineData("LogLevel", "loud", "EfiEmu:LogLevel: unknown 'loud'; there are Trace, Debug, Information, Warning, Error, Critical, None")]
    [InlineData("LogFile", "/nonexistent/log", "EfiEmu:LogFile: no such folder: /nonexistent")]
    public async Task Start_WithABadValue_SaysSoInOneLine(string key, string value, string expected)
    {
        using IHost host = HostedEmulator.Build(configuration: [($"EfiEmu:{key}", value)]);

        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal([expected], fault.Failures);
    }

    [Fact]
    public async Task Start_WithAnUnknownKey_ListsTheKnownOnes()
    {
        using IHost host = HostedEmulator.Build(configuration: [("EfiEmu:ParalelBoots", "4")]);

        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.StartsWith("EfiEmu:ParalelBoots: unknown; there are ParallelBoots, QueueLength, ", Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithSeveralBadValues_HasALineForEach()
    {
        using IHost host = HostedEmulator.Build(o => o.MemoryBytes = 1, configuration: [("EfiEmu:Platform", "xen"), ("EfiEmu:QueueLength", "long")]);

        OptionsValidationException fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            [
                "EfiEmu:QueueLength: 'long' is not a number up to 2147483647",
                "EfiEmu:Platform: unknown 'xen'; there are plain, sev-snp, tdx",
                "EfiEmu:Memory: 1 is not a positive multiple of 4096 bytes up to 4P",
            ],
            fault.Failures);
    }

    [Fact]
    public void Configuration_WinsOverCode()
    {
        using IHost host = HostedEmulator.Build(o => o.MemoryBytes = 4096, configuration: [("EfiEmu:Memory", "16G"), ("EfiEmu:Budget:Instructions", "5"), ("EfiEmu:LogLevel", "warning")]);

        EfiEmuOptions options = host.Services.GetRequiredService<IOptions<EfiEmuOptions>>().Value;

        Assert.Equal((16UL << 30, 5UL, LogLevel.Warning), (options.MemoryBytes, options.Budget.Instructions, options.LogLevel));
    }

    [Fact]
    public void Environment_WinsOverFilesAndGivesWayToTheCommandLine()
    {
        Environment.SetEnvironmentVariable(Variable, "7");
        try
        {
            Assert.Equal(7, QueueLengthOf([]));
            Assert.Equal(9, QueueLengthOf(["--EfiEmu:QueueLength=9"]));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        Assert.Equal(5, QueueLengthOf([]));
    }

    private static int QueueLengthOf(string[] commandLine)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("EfiEmu:QueueLength", "5")]).AddCommandLine(commandLine);
        builder.AddEfiEmu();
        using IHost host = builder.Build();
        return host.Services.GetRequiredService<IOptions<EfiEmuOptions>>().Value.QueueLength;
    }
}
