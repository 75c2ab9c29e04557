using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>DevicePathToText: device paths for people. Strings come from BootServicesData pool.</summary>
/// <remarks>
/// UEFI 2.10 section 10.6.1. NULL for a path that is none, and when there is no memory. DisplayOnly leaves
/// out what only a parser needs; AllowShortcuts names terminals. Node types without a form here print in the generic one.
/// </remarks>
internal sealed class DevicePathToTextProtocol : IEfiProtocol
{
    internal const uint ConvertDeviceNodeToText = 0;
    internal const uint ConvertDevicePathToText = 8;
    internal const uint Size = 16;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("8b843e20-8132-4852-90cc-551a4e4a7f1c");

    /// <inheritdoc/>
    public static string ProtocolName => "DevicePathToText";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        Parameter[] options = [new("DisplayOnly"), new("AllowShortcuts")];
        EfiResult<GuestAddress> converter = new InterfaceBuilder(firmware, ProtocolName, Size)
            .ValueFunction(
                ConvertDeviceNodeToText, "ConvertDeviceNodeToText", call => ConvertNode(firmware, call),
                [new("DeviceNode", ParameterKind.Pointer), .. options])
            .ValueFunction(
                ConvertDevicePathToText, "ConvertDevicePathToText", call => ConvertPath(firmware, call),
                [new("DevicePath", ParameterKind.Pointer), .. options])
            .Build();
        if (converter.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    private static ulong ConvertNode(IFirmwareContext firmware, IGuestCall call) =>
        !call.Pointer(0).IsNull && DevicePathMemory.TryReadNode(firmware.Memory, call.Pointer(0), out DevicePathNode read)
            ? Return(firmware, DevicePathFormatter.Format(read, call.Boolean(1), call.Boolean(2)))
            : 0;

    private static ulong ConvertPath(IFirmwareContext firmware, IGuestCall call) =>
        DevicePathMemory.TryRead(firmware.Memory, call.Pointer(0), out IReadOnlyList<DevicePathNode> nodes)
            ? Return(firmware, DevicePathFormatter.Format(nodes, call.Boolean(1), call.Boolean(2)))
            : 0;

    private static ulong Return(IFirmwareContext firmware, string text) =>
        DevicePathMemory.AllocateOrNull(firmware, Encoding.Unicode.GetBytes(text + "\0"));
}
