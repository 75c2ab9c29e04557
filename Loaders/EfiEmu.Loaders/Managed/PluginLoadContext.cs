using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>Where one plugin and its dependencies live, apart from the host and from other plugins.</summary>
/// <remarks>
/// What the plugin gets of the host is EfiEmu.Sdk and the framework. Other libraries that the host happens to use are not its
/// contract: a plugin brings its own, in its own version, or fails where it would on a host without them.
/// </remarks>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _dependencies;
    private readonly string _folder;

    public PluginLoadContext(string file)
        : base(Path.GetFileNameWithoutExtension(file), isCollectible: true)
    {
        _dependencies = new AssemblyDependencyResolver(file);
        _folder = Path.GetDirectoryName(file) ?? "";
    }

    /// <summary>The contract: the one assembly that host and plugins share.</summary>
    public static Assembly Contract => typeof(IFirmwarePlugin).Assembly;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Contract.GetName().Name)
        {
            return Contract;
        }

        if (IsFramework(assemblyName.Name))
        {
            return null;
        }

        string path = _dependencies.ResolveAssemblyToPath(assemblyName) ?? Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path)
            ? LoadFromAssemblyPath(path)
            : throw new FileNotFoundException($"{assemblyName.Name} {assemblyName.Version} is not beside the plugin", assemblyName.FullName);
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _dependencies.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;

    private static bool IsFramework(string? name) => File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), name + ".dll"));
}
