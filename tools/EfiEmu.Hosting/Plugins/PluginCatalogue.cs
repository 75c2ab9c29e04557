using EfiEmu.Firmware;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <summary>A firmware plugin that is registered: made for each boot, out of the boot's scope.</summary>
internal sealed record PluginRegistration(Func<IServiceProvider, IFirmwarePlugin> Create);

/// <summary>What can be plugged into boots: built-in first, then what is registered, then what the plugin assemblies hold.</summary>
internal sealed class PluginCatalogue : IGuestCatalogue
{
    private const string Prefix = "guest:";

    private readonly List<Func<IServiceProvider, IFirmwarePlugin>> _plugins;

    public PluginCatalogue(IEnumerable<PluginRegistration> plugins, IEnumerable<GuestDefinition> guests, PluginAssemblies assemblies)
    {
        _plugins = [.. plugins.Select(p => p.Create), .. assemblies.All.SelectMany(a => a.Protocols).Select(p => p.Create)];
        Guests = [.. BuiltInGuests.All, .. guests, .. assemblies.All.SelectMany(a => a.Guests)];
        if (Guests.GroupBy(g => g.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new BootRequestException("plugin", $"{Prefix}{twice.Key} is offered more than once: by {string.Join(" and by ", twice.Select(g => g.Origin))}");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<GuestDefinition> Guests { get; }

    /// <inheritdoc/>
    public GuestFile? Find(string name) =>
        Guests.FirstOrDefault(g => Prefix + g.Name == name) is { } guest ? ManagedImage.ToGuestFile(guest) : null;

    /// <summary>Fresh plugins for one boot, in the order in which firmware starts them.</summary>
    public IReadOnlyList<IFirmwarePlugin> Create(IServiceProvider boot) =>
        [.. BuiltInProtocols.Create(), .. _plugins.Select(create => create(boot))];
}

/// <summary>A plugin of the host's own code: firmware names it where it fails, as it names plugins from files.</summary>
internal sealed class RegisteredPlugin(IFirmwarePlugin plugin) : IFirmwarePlugin
{
    public string Origin => plugin.Origin ?? plugin.GetType().Name;

    public void Install(IFirmwareContext firmware) => plugin.Install(firmware);
}
