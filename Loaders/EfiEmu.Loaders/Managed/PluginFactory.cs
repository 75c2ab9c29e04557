using System.Reflection;
using EfiEmu.Firmware;
using EfiEmu.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace EfiEmu.Loaders;

/// <summary>Makes objects of a plugin's class, with what firmware offers for the arguments of its constructor.</summary>
/// <param name="file">The plugin's file, as it was asked for.</param>
/// <param name="type">The class.</param>
/// <param name="isLoaded">Whether the plugin still is.</param>
internal sealed class PluginFactory<TContract>(string file, Type type, Func<bool> isLoaded)
    where TContract : class
{
    /// <summary>Makes one.</summary>
    /// <exception cref="PluginException">Its constructor throws, or asks for what firmware does not have.</exception>
    public TContract Create(IServiceProvider services)
    {
        ObjectDisposedException.ThrowIf(!isLoaded(), typeof(PluginAssembly));
        try
        {
            return NotOffered(services) is { } lack
                ? throw new PluginException(file, lack)
                : (TContract)ActivatorUtilities.CreateInstance(services, type);
        }
        catch (Exception fault) when (PluginFaults.IsPlugins(fault) || fault is GuestMemoryFaultException)
        {
            throw new PluginException(
                file,
                PluginFaults.IsMissingPart(fault, out string? lack)
                    ? $"{type.Name} {lack}"
                    : $"{type.Name}: its constructor threw {PluginFaults.Describe(fault)}");
        }
    }

    // The container's own message names types by their full names only, and does not tell a lack from a constructor that threw.
    private string? NotOffered(IServiceProvider services)
    {
        ConstructorInfo[] constructors = type.GetConstructors();
        if (constructors.Length == 0)
        {
            return $"{type.Name} has no public constructor";
        }

        List<string> lacks = [.. constructors.Select(c => FirstLack(c, services)).OfType<string>()];
        return lacks.Count < constructors.Length
            ? null
            : $"the constructor of {type.Name} asks for {lacks[0]}, which firmware does not offer";
    }

    private static string? FirstLack(ConstructorInfo constructor, IServiceProvider services) => constructor.GetParameters()
        .FirstOrDefault(p => !p.HasDefaultValue && services.GetService(p.ParameterType) is null)?.ParameterType.Name;
}

/// <summary>A plugin's protocol, with the name of the file that it comes from.</summary>
internal sealed class PluginProtocol(IFirmwarePlugin plugin, string origin) : IFirmwarePlugin
{
    public string Origin => origin;

    public void Install(IFirmwareContext firmware) => plugin.Install(firmware);
}
