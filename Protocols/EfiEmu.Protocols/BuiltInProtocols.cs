using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>A protocol that EfiEmu brings along.</summary>
/// <param name="Name">Its name in traces and listings.</param>
/// <param name="Guid">Its GUID.</param>
/// <param name="Plugin">The plugin that installs it; for one boot.</param>
public sealed record BuiltInProtocol(string Name, Guid Guid, IFirmwarePlugin Plugin);

/// <summary>The protocols that EfiEmu brings along, one line each.</summary>
public static class BuiltInProtocols
{
    /// <summary>Fresh plugins for one boot, in the order in which firmware starts them.</summary>
    public static IReadOnlyList<IFirmwarePlugin> Create() => [.. List().Select(protocol => protocol.Plugin)];

    /// <summary>The same with names and GUIDs, for a listing.</summary>
    /// <remarks>
    /// The consoles come first. SimpleTextInput and SimpleTextInputEx share one handle, the console's input; of the two
    /// handles with SimpleTextOutput the older is the console's output, the younger the one for errors.
    /// </remarks>
    public static IReadOnlyList<BuiltInProtocol> List()
    {
        var keyboard = new Keyboard();
        return
        [
            Row(new SimpleTextInputProtocol(keyboard)),
            Row(new SimpleTextInputExProtocol(keyboard)),
            Row(new SimpleTextOutputProtocol()),
            Row(new SevMemoryAcceptanceProtocol()),
            Row(new EdkiiMemoryAcceptProtocol()),
            Row(new DevicePathUtilitiesProtocol()),
            Row(new DevicePathToTextProtocol()),
            Row(new DevicePathFromTextProtocol()),
            Row(new SimpleFileSystemProtocol()),
            Row(new BlockIoProtocol()),
            Row(new LoadFile2Protocol()),
            Row(new RngProtocol()),
        ];
    }

    private static BuiltInProtocol Row<TProtocol>(TProtocol plugin)
        where TProtocol : IEfiProtocol =>
        new(TProtocol.ProtocolName, TProtocol.ProtocolGuid, plugin);
}
