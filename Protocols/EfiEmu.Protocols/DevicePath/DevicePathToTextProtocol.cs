using System.Text;
using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>DevicePathToText: device paths for people. Strings come from BootServicesData pool.</summary>
/// <remarks>
/// UEFI 2.10 section 10.6.1. NULL for a path that is none, and when there is no memory. DisplayOnly and AllowShortcuts
/// change nothing: the node types known here have one form each.
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
                ConvertDeviceNodeToText, "ConvertDeviceNodeToText", call => ConvertNode(firmware, call.Pointer(0)),
                [new("DeviceNode", ParameterKind.Pointer), .. options])
            .ValueFunction(
                ConvertDevicePathToText, "ConvertDevicePathToText", call => ConvertPath(firmware, call.Pointer(0)),
                [new("DevicePath", ParameterKind.Pointer), .. options])
            .Build();
        if (converter.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    private static ulong ConvertNode(IFirmwareContext firmware, GuestAddress node) =>
        !node.IsNull && DevicePathMemory.TryReadNode(firmware.Memory, node, out DevicePathNode read)
            ? Return(firmware, DevicePathFormatter.Format(read))
            : 0;

    private static ulong ConvertPath(IFirmwareContext firmware, GuestAddress path) =>
        DevicePathMemory.TryRead(firmware.Memory, path, out IReadOnlyList<DevicePathNode> nodes)
            ? Return(firmware, DevicePathFormatter.Format(nodes))
            : 0;

    private static ulong Return(IFirmwareContext firmware, string text) =>
        DevicePathMemory.AllocateOrNull(firmware, Encoding.Unicode.GetBytes(text + "\0"));
}
