namespace EfiEmu.Sdk;

/// <summary>A protocol plugin that can be made: once for each boot.</summary>
/// <param name="Name">The protocol's name in traces and listings.</param>
/// <param name="Guid">The protocol's GUID.</param>
/// <param name="Create">Makes the plugin; the provider has what <see cref="IFirmwareContext"/> offers constructors.</param>
public sealed record ProtocolDefinition(string Name, Guid Guid, Func<IServiceProvider, IFirmwarePlugin> Create)
{
    /// <summary>A protocol class, which carries name and GUID in its type.</summary>
    public static ProtocolDefinition Of<TProtocol>(Func<IServiceProvider, TProtocol> create)
        where TProtocol : class, IEfiProtocol =>
        new(TProtocol.ProtocolName, TProtocol.ProtocolGuid, create);
}
