using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EfiEmu.Hosting;

/// <summary>Adds plugins to EfiEmu.</summary>
/// <param name="services">The host's services.</param>
public sealed class EfiEmuBuilder(IServiceCollection services)
{
    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>Adds a protocol, or any other firmware plugin, to every boot. It starts after the built-in ones.</summary>
    /// <typeparam name="TPlugin">
    /// The plugin: made once per boot, in the boot's scope, and disposed with it. Its constructor may ask for what
    /// <see cref="IFirmwareContext"/> offers constructors, for <see cref="IBoot"/>, and for the host's own services.
    /// </typeparam>
    public EfiEmuBuilder AddProtocol<TPlugin>()
        where TPlugin : class, IFirmwarePlugin
    {
        Services.TryAddScoped<TPlugin>();
        Services.AddSingleton(new PluginRegistration(boot => new RegisteredPlugin(boot.GetRequiredService<TPlugin>())));
        return this;
    }

    /// <summary>Adds a guest that can be booted by its name.</summary>
    /// <typeparam name="TGuest">
    /// The guest, which carries <see cref="GuestAttribute"/>: made each time that its image is started, disposed with the boot.
    /// Its constructor may ask for the same as a plugin's.
    /// </typeparam>
    /// <exception cref="ArgumentException">The class does not carry the attribute.</exception>
    public EfiEmuBuilder AddGuest<TGuest>()
        where TGuest : class, IGuestImage
    {
        Services.TryAddTransient<TGuest>();
        Services.AddSingleton(GuestDefinition.Of(boot => boot.GetRequiredService<TGuest>()));
        return this;
    }

    /// <summary>Adds the guests and protocols of a plugin assembly, which is loaded when the host starts.</summary>
    /// <param name="file">The DLL.</param>
    /// <remarks>A DLL that is no plugin ends the host's start with a <see cref="PluginException"/>, which says in one line what is wrong.</remarks>
    public EfiEmuBuilder AddPlugin(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        Services.AddSingleton(new PluginSource(file, IsFolder: false));
        return this;
    }

    /// <summary>Adds those of every plugin assembly in a folder, in the ordinal order of the file names.</summary>
    /// <param name="path">The folder.</param>
    /// <inheritdoc cref="AddPlugin" path="/remarks"/>
    public EfiEmuBuilder AddPluginFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Services.AddSingleton(new PluginSource(path, IsFolder: true));
        return this;
    }
}
