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
    // Public key tokens of ECMA, Microsoft and .NET, by which the assemblies of Microsoft.NETCore.App are signed.
    private static readonly IReadOnlyList<string> FrameworkKeys = ["b77a5c561934e089", "b03f5f7f11d50a3a", "7cec85d7bea7798e", "cc7b13ffcd2ddd51", "31bf3856ad364e35"];

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

        if (IsFramework(assemblyName))
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

    // A host that carries its framework along has it in one folder with libraries of its own: the signature tells them apart.
    private static bool IsFramework(AssemblyName assembly) =>
        FrameworkKeys.Contains(Convert.ToHexStringLower(assembly.GetPublicKeyToken() ?? []))
        && File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), assembly.Name + ".dll"));
}
