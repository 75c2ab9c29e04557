using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace EfiEmu.Hosting.Tests;

/// <summary>Plugins from files, loaded by the host.</summary>
public sealed class PluginTests
{
    private static readonly string Hello = PathOf("HelloGuest");
    private static readonly string Greeter = PathOf("GreeterProtocol");

    [Fact]
    public async Task Plugins_FromTwoFiles_FindEachOther()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(plugins: p => p.AddPlugin(Hello).AddPlugin(Greeter));

        BootReport report = await emulator.Boot(emulator.Request("guest:hello"));

        Assert.Equal("Hello, guest!\r\n", report.Console);
    }

    [Fact]
    public async Task PluginFolder_OfTheOptions_IsLoaded()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(o => o.PluginFolder = Path.GetDirectoryName(Hello));

        Assert.Equal("Hello, nobody greets here.\r\n", (await emulator.Boot(emulator.Request("guest:hello"))).Console);
    }

    [Fact]
    public async Task PluginFolder_ThatCodeAdds_IsLoaded()
    {
        await using HostedEmulator emulator = await HostedEmulator.Start(plugins: p => p.AddPluginFolder(Path.GetDirectoryName(Hello)!));

        Assert.NotNull(emulator.Guests.Find("guest:hello"));
        Assert.Null(emulator.Guests.Find("hello"));
    }

    [Fact]
    public async Task Plugin_ThatIsNone_EndsTheStartWithItsLine()
    {
        using IHost host = HostedEmulator.Build(plugins: p => p.AddPlugin("/nonexistent/plugin.dll"));

        PluginException fault = await Assert.ThrowsAsync<PluginException>(() => host.StartAsync());

        Assert.Equal("/nonexistent/plugin.dll: no such file", fault.Fault);
    }

    [Fact]
    public async Task Guest_WhoseNameIsTaken_EndsTheStartNamingBoth()
    {
        using IHost host = HostedEmulator.Build(plugins: p => p.AddPlugin(Hello).AddGuest<OtherHello>());

        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Equal("plugin: guest:hello is offered more than once: by OtherHello and by HelloGuest in HelloGuest.dll", fault.Message);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "plugins", name, name + ".dll");

    [Guest("hello", "takes a name that a plugin has")]
    private sealed class OtherHello : IGuestImage
    {
        public EfiStatus Run(IGuestContext guest) => EfiStatus.Success;
    }
}
