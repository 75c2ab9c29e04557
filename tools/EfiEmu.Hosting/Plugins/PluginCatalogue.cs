using EfiEmu.Protocols;
using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <summary>A protocol plugin that is registered: made for each boot, out of the boot's scope.</summary>
internal sealed record PluginRegistration(Func<IServiceProvider, IFirmwarePlugin> Create);

/// <summary>The plugins that each boot gets, in the order in which firmware starts them: the built-in ones first.</summary>
internal sealed class PluginCatalogue(IEnumerable<PluginRegistration> registered)
{
    /// <summary>Fresh plugins for one boot.</summary>
    public IReadOnlyList<IFirmwarePlugin> Create(IServiceProvider boot) =>
        [.. BuiltInProtocols.Create(), .. registered.Select(plugin => plugin.Create(boot))];
}
