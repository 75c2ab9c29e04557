using EfiEmu.Loaders;
using Microsoft.Extensions.Options;

namespace EfiEmu.Hosting;

/// <summary>Where plugins are loaded from.</summary>
/// <param name="Path">A DLL or a folder.</param>
/// <param name="IsFolder">Which of the two.</param>
internal sealed record PluginSource(string Path, bool IsFolder);

/// <summary>The plugin assemblies of the host: loaded when it starts, unloaded when it ends.</summary>
internal sealed class PluginAssemblies : IDisposable
{
    private readonly List<PluginAssembly> _loaded = [];

    /// <summary>Loads them: those that code registered in its order, then the folder of the options.</summary>
    /// <exception cref="PluginException">One cannot be loaded; then none stays.</exception>
    public PluginAssemblies(IEnumerable<PluginSource> sources, IOptions<EfiEmuOptions> options)
    {
        string? folder = options.Value.PluginFolder;
        try
        {
            foreach (PluginSource source in folder is null ? sources : sources.Append(new PluginSource(folder, IsFolder: true)))
            {
                _loaded.AddRange(source.IsFolder ? PluginAssembly.LoadFolder(source.Path) : [PluginAssembly.Load(source.Path)]);
            }
        }
        catch (PluginException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The assemblies.</summary>
    public IReadOnlyList<PluginAssembly> All => _loaded;

    /// <inheritdoc/>
    public void Dispose() => _loaded.ForEach(assembly => assembly.Dispose());
}
