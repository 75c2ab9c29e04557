using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using Xunit;

namespace EfiEmu.Boots.Plugins;

/// <summary>The samples of the README, loaded from their DLLs.</summary>
public sealed class SamplePluginTests
{
    [Fact]
    public void Hello_WithoutTheGreeter_PrintsByItself()
    {
        using PluginAssembly hello = PluginAssembly.Load(PluginFiles.Hello);

        BootReport report = PluginFiles.Boot(Assert.Single(hello.Guests), []);

        Assert.Equal((0, "Hello, nobody greets here.\r\n"), (report.Outcome.ExitCode, report.Console));
    }

    [Fact]
    public void Hello_WithTheGreeter_IsGreeted()
    {
        using PluginAssembly hello = PluginAssembly.Load(PluginFiles.Hello);
        using PluginAssembly greeter = PluginAssembly.Load(PluginFiles.Greeter);

        BootReport report = PluginFiles.Boot(hello.Guests[0], greeter.Protocols);

        Assert.Equal((0, "Hello, guest!\r\n"), (report.Outcome.ExitCode, report.Console));
        Assert.Contains(report.Services, s => s is { Interface: "Greeter", Name: "Greet", Calls: 1 });
    }

    [Fact]
    public void Definitions_SayWhatTheClassesSay()
    {
        using PluginAssembly hello = PluginAssembly.Load(PluginFiles.Hello);
        using PluginAssembly greeter = PluginAssembly.Load(PluginFiles.Greeter);

        Assert.Equal(("HelloGuest.dll", "GreeterProtocol.dll"), (hello.Name, greeter.Name));
        Assert.Equal(("hello", "HelloGuest in HelloGuest.dll"), (hello.Guests[0].Name, hello.Guests[0].Origin));
        Assert.Equal(("Greeter", new Guid("6d0c2cf6-2ac5-4f0c-8f4e-5d1a2a4be0a1")), (greeter.Protocols[0].Name, greeter.Protocols[0].Guid));
        Assert.Equal((0, 0), (hello.Protocols.Count, greeter.Guests.Count));
    }
}
