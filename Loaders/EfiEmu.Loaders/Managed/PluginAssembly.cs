using System.Reflection;
using System.Text.RegularExpressions;
using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>A plugin from a file: its guests and its protocols, loaded apart from the host and from other plugins.</summary>
/// <remarks>
/// A plugin shares EfiEmu.Sdk and the framework with the host, and brings everything else along. Its code runs with the rights of
/// this process: what is checked here protects from mistakes, not from malice. Disposing unloads it once nothing refers to
/// its classes any more; definitions of a disposed plugin make nothing.
/// </remarks>
public sealed partial class PluginAssembly : IDisposable
{
    private readonly string _file;
    private PluginLoadContext? _context;

    private PluginAssembly(string file, PluginClasses classes)
    {
        _file = file;
        Name = Path.GetFileName(file);
        try
        {
            string path = Path.GetFullPath(file);
            _context = new PluginLoadContext(path);
            Module module = _context.LoadFromAssemblyPath(path).ManifestModule;
            Guests = [.. classes.Guests.Select(token => GuestOf(module.ResolveType(token)))];
            Protocols = [.. classes.Protocols.Select(token => ProtocolOf(module.ResolveType(token)))];
        }
        catch (Exception fault) when (PluginFaults.IsPlugins(fault))
        {
            _context?.Unload();
            throw Unloadable(file, fault);
        }

        if (Guests.FirstOrDefault(guest => !GuestName().IsMatch(guest.Name)) is { } unfit)
        {
            Dispose();
            throw new PluginException(file, $"a guest is named \"{PluginFaults.OneLine(unfit.Name)}\"; a name is lower-case words with hyphens");
        }

        if (Guests.GroupBy(guest => guest.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            Dispose();
            throw new PluginException(file, $"two guests are named {twice.Key}");
        }
    }

    /// <summary>The file's name, without its folder.</summary>
    public string Name { get; }

    /// <summary>The guest classes, in the order of the file.</summary>
    public IReadOnlyList<GuestDefinition> Guests { get; }

    /// <summary>The protocol classes, in the order of the file.</summary>
    public IReadOnlyList<ProtocolDefinition> Protocols { get; }

    /// <summary>Loads a plugin. Its metadata is checked before any of its code is loaded.</summary>
    /// <param name="path">The DLL.</param>
    /// <exception cref="PluginException">The file cannot be read, is no plugin, or is one for another version of EfiEmu.Sdk.</exception>
    public static PluginAssembly Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        PluginClasses classes = PluginMetadata.Read(ReadFile(path), out string? fault, out string? note);
        return (fault ?? note) is { } wrong ? throw new PluginException(path, wrong) : new PluginAssembly(path, classes);
    }

    /// <summary>Loads every plugin of a folder, in the ordinal order of the file names. DLLs without plugin classes are somebody's dependencies.</summary>
    /// <exception cref="PluginException">The folder or a DLL in it cannot be read, or a plugin is a bad one.</exception>
    public static IReadOnlyList<PluginAssembly> LoadFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        List<PluginAssembly> plugins = [];
        try
        {
            foreach (string file in FilesOf(folder))
            {
                PluginClasses classes = PluginMetadata.Read(ReadFile(file), out string? fault, out _);
                if (fault is not null)
                {
                    throw new PluginException(file, fault);
                }

                if (classes.Any)
                {
                    plugins.Add(new PluginAssembly(file, classes));
                }
            }
        }
        catch (PluginException)
        {
            plugins.ForEach(plugin => plugin.Dispose());
            throw;
        }

        return plugins;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context?.Unload();
        _context = null;
    }

    private static IEnumerable<string> FilesOf(string folder)
    {
        try
        {
            var options = new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive, IgnoreInaccessible = false, AttributesToSkip = 0 };
            return Directory.GetFiles(folder, "*.dll", options).Order(StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PluginException(folder, fault is DirectoryNotFoundException ? "no such folder" : CannotRead(fault));
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PluginException(
                path,
                fault is FileNotFoundException or DirectoryNotFoundException ? "no such file"
                : Directory.Exists(path) ? "a folder, not a file"
                : CannotRead(fault));
        }
    }

    private static string CannotRead(Exception fault) => fault is UnauthorizedAccessException ? "may not be read" : "cannot be read";

    private static ProtocolDefinition Define<TProtocol>(Func<IServiceProvider, IFirmwarePlugin> create)
        where TProtocol : class, IEfiProtocol =>
        new(TProtocol.ProtocolName, TProtocol.ProtocolGuid, create);

    private static PluginException Unloadable(string file, Exception fault) => new(
        file, PluginFaults.IsMissingPart(fault, out string? lack) ? lack : $"cannot be loaded: {PluginFaults.Describe(fault)}");

    private GuestDefinition GuestOf(Type type)
    {
        var factory = new PluginFactory<IGuestImage>(_file, type, IsLoaded);
        GuestAttribute attribute = type.GetCustomAttribute<GuestAttribute>()!;
        return new GuestDefinition(attribute.Name ?? "", PluginFaults.OneLine(attribute.Description ?? ""), factory.Create) { Origin = OriginOf(type) };
    }

    // Name and GUID are static members of the class, which a type argument reaches, and reflection does not where they are explicit.
    private ProtocolDefinition ProtocolOf(Type type)
    {
        var factory = new PluginFactory<IFirmwarePlugin>(_file, type, IsLoaded);
        Func<IServiceProvider, IFirmwarePlugin> create = services => new PluginProtocol(factory.Create(services), OriginOf(type));
        return (ProtocolDefinition)typeof(PluginAssembly)
            .GetMethod(nameof(Define), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [create], null)!;
    }

    private string OriginOf(Type type) => $"{type.Name} in {Name}";

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex GuestName();

    private bool IsLoaded() => _context is not null;
}
