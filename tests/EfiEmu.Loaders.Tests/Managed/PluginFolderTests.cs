using EfiEmu.Loaders.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Loaders.Tests.Managed;

public sealed class PluginFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LoadFolder_PluginsAndTheirDependencies_LoadsThePluginsInOrdinalOrder()
    {
        _folder.Copy(PluginDll.Hello, "b.dll");
        _folder.Copy(PluginDll.Greeter, "a.DLL");
        _folder.Copy(PluginDll.Greeter, "C.dll");
        _folder.Copy(PluginDll.Companion);
        _folder.Copy(typeof(PluginAssembly).Assembly.Location);
        _folder.Copy(typeof(IGuestImage).Assembly.Location);
        _folder.Put("native.dll", PeBuilder.Application().With(b => b.Subsystem = 3).Build());
        _folder.Put("readme.txt", []);

        Assert.Equal(["C.dll", "a.DLL", "b.dll"], Loaded());
    }

    [Fact]
    public void LoadFolder_EmptyFolder_LoadsNothing() => Assert.Empty(Loaded());

    [Fact]
    public void LoadFolder_FolderThatIsNotThere_SaysSo()
    {
        string path = Path.Combine(_folder.Path, "nowhere");

        Assert.Equal($"plugin: {path}: no such folder", Assert.Throws<PluginException>(() => PluginAssembly.LoadFolder(path)).Message);
    }

    [Fact]
    public void LoadFolder_DamagedDll_IsAFault()
    {
        _folder.Copy(PluginDll.Hello, "a.dll");
        string damaged = _folder.Put("b.dll", []);

        Assert.Equal($"plugin: {damaged}: the file is empty", Assert.Throws<PluginException>(() => PluginAssembly.LoadFolder(_folder.Path)).Message);
    }

    [Fact]
    public void LoadFolder_PluginForAnotherContract_IsAFault()
    {
        _folder.Put("a.dll", PluginDll.WithReference(File.ReadAllBytes(PluginDll.Hello), "EfiEmu.Sdk", new Version(0, 7, 0)));

        Assert.Contains("EfiEmu.Sdk 0.7", Assert.Throws<PluginException>(() => PluginAssembly.LoadFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private List<string> Loaded()
    {
        IReadOnlyList<PluginAssembly> plugins = PluginAssembly.LoadFolder(_folder.Path);
        List<string> names = [.. plugins.Select(p => p.Name)];
        foreach (PluginAssembly plugin in plugins)
        {
            plugin.Dispose();
        }

        return names;
    }
}
