using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Plugins;

/// <summary>A plugin leaves nothing of itself behind.</summary>
public sealed class UnloadTests
{
    private const int MostCollections = 50;

    [Fact]
    public void Plugin_Disposed_IsUnloaded() => AssertCollected(LoadAndDispose(PluginFiles.Hello, _ => { }));

    [Fact]
    public void Plugins_DisposedAfterBoots_AreUnloaded()
    {
        BootReport? report = null;
        WeakReference odd = LoadAndDispose(PluginFiles.Odd, plugin =>
        {
            Boot(plugin, "asks-for-everything");
            Boot(plugin, "has-a-companion");
            Boot(plugin, "throws");
            Assert.Throws<PluginException>(() => Boot(plugin, "throws-in-constructor"));
            report = Boot(plugin, "calls-the-protocol");
        });

        AssertCollected(odd);
        // The report outlives the plugin that it is about.
        Assert.Contains("ThrowingMember", Emulator.Text(report!), StringComparison.Ordinal);
    }

    [Fact]
    public void Definition_OfADisposedPlugin_MakesNothing()
    {
        PluginAssembly hello = PluginAssembly.Load(PluginFiles.Hello);
        GuestDefinition guest = hello.Guests[0];
        hello.Dispose();
        hello.Dispose();

        BootReport report = PluginFiles.Boot(guest, []);

        Assert.StartsWith("the guest threw ObjectDisposedException", report.Fault?.Summary, StringComparison.Ordinal);
    }

    private static BootReport Boot(PluginAssembly plugin, string guest) => PluginFiles.Boot(
        plugin.Guests.Single(g => g.Name == guest), [.. plugin.Protocols.Where(p => p.Name == "ThrowingMember")]);

    // Whatever held the plugin on the stack is gone when this returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndDispose(string file, Action<PluginAssembly> use)
    {
        using PluginAssembly plugin = PluginAssembly.Load(file);
        use(plugin);
        AssemblyLoadContext context = AssemblyLoadContext.All.Single(
            c => c.IsCollectible && c.Assemblies.Any(a => a == AssemblyOf(plugin)));
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static System.Reflection.Assembly AssemblyOf(PluginAssembly plugin) =>
        plugin.Guests[0].Create(new NothingOffered()).GetType().Assembly;

    private static void AssertCollected(WeakReference context)
    {
        for (int i = 0; i < MostCollections && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive, "something still refers to the plugin");
    }

    private sealed class NothingOffered : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
