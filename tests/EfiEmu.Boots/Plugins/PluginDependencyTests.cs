using System.Runtime.InteropServices;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using Xunit;

namespace EfiEmu.Boots.Plugins;

/// <summary>What a plugin brings along, and what it forgot.</summary>
public sealed class PluginDependencyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("efiemu-plugins-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Guest_WithALibraryBesideIt_UsesIt() => Assert.Equal("companion\n", Boot(PluginFiles.Odd, "has-a-companion").Console);

    [Fact]
    public void Guest_WithoutItsLibrary_IsRefusedInOneLine()
    {
        string plugin = PluginFiles.CopyOf(PluginFiles.Odd, _folder);
        File.Delete(Path.Combine(_folder, "Companion.dll"));

        BootRequestException refused = Assert.Throws<BootRequestException>(() => Boot(plugin, "has-a-companion"));

        Assert.Equal(
            "AccompaniedGuest in OddPlugins.dll needs Companion 0.1.0.0, which cannot be loaded from beside the plugin", refused.Fault);
    }

    [Fact]
    public void Guest_WithADamagedLibrary_IsRefusedInOneLine()
    {
        string plugin = PluginFiles.CopyOf(PluginFiles.Odd, _folder);
        File.WriteAllBytes(Path.Combine(_folder, "Companion.dll"), [1, 2, 3]);

        BootRequestException refused = Assert.Throws<BootRequestException>(() => Boot(plugin, "has-a-companion"));

        Assert.StartsWith("AccompaniedGuest in OddPlugins.dll", refused.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Fault);
    }

    [Fact]
    public void Guest_WithANativeLibraryBesideIt_UsesIt()
    {
        string plugin = PluginFiles.CopyOf(PluginFiles.Odd, _folder);
        string native = Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*System.Native.*").First();
        File.Copy(native, Path.Combine(_folder, Path.GetFileName(native).Replace("System.Native", "plugged", StringComparison.Ordinal)));

        Assert.Equal("native\n", Boot(plugin, "brings-a-native-library").Console);
    }

    [Fact]
    public void Guest_WhoseStaticFieldThrows_IsToldByTheCause()
    {
        string? summary = Boot(PluginFiles.Odd, "throws-in-static-constructor").Fault?.Summary;

        Assert.StartsWith("the guest threw FormatException: ", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Plugins_LoadedTwice_AreApart()
    {
        // Two copies with one GUID on handles of their own are no conflict: LocateProtocol finds the first.
        using PluginAssembly hello = PluginAssembly.Load(PluginFiles.Hello);
        using PluginAssembly one = PluginAssembly.Load(PluginFiles.Greeter);
        using PluginAssembly other = PluginAssembly.Load(PluginFiles.Greeter);

        BootReport report = PluginFiles.Boot(hello.Guests[0], [one.Protocols[0], other.Protocols[0]]);

        Assert.Equal("Hello, guest!\r\n", report.Console);
        Assert.Empty(report.Events.OfType<Remark>());
    }

    private static BootReport Boot(string plugin, string guest)
    {
        using PluginAssembly odd = PluginAssembly.Load(plugin);
        return PluginFiles.Boot(odd.Guests.Single(g => g.Name == guest), []);
    }
}
