using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>DevicePathFromText: device paths from people. Results come from BootServicesData pool.</summary>
/// <remarks>
/// UEFI 2.10 section 10.6.4. NULL for NULL, for text that fits no node, and when there is no memory. Differs from the
/// specification: of the forms with a name, those that <see cref="DevicePathFormatter"/> prints are known; the others are
/// read as file paths, as edk2 does with names that it does not know.
/// </remarks>
internal sealed class DevicePathFromTextProtocol : IEfiProtocol
{
    internal const uint ConvertTextToDeviceNode = 0;
    internal const uint ConvertTextToDevicePath = 8;
    internal const uint Size = 16;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("05c99a21-c70f-4ad2-8a5f-35df3343f51e");

    /// <inheritdoc/>
    public static string ProtocolName => "DevicePathFromText";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        EfiResult<GuestAddress> converter = new InterfaceBuilder(firmware, ProtocolName, Size)
            .ValueFunction(
                ConvertTextToDeviceNode, "ConvertTextToDeviceNode", call => ConvertNode(firmware, call.Pointer(0)),
                new Parameter("TextDeviceNode", ParameterKind.Text))
            .ValueFunction(
                ConvertTextToDevicePath, "ConvertTextToDevicePath", call => ConvertPath(firmware, call.Pointer(0)),
                new Parameter("TextDevicePath", ParameterKind.Text))
            .Build();
        if (converter.TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    private static ulong ConvertNode(IFirmwareContext firmware, GuestAddress text) =>
        !text.IsNull && DevicePathParser.ParseNode(firmware.Memory.ReadUtf16(text)) is { } node
            ? DevicePathMemory.AllocateOrNull(firmware, node.ToBytes())
            : 0;

    private static ulong ConvertPath(IFirmwareContext firmware, GuestAddress text) =>
        !text.IsNull && DevicePathParser.ParsePath(firmware.Memory.ReadUtf16(text)) is { } path
            ? DevicePathMemory.AllocateOrNull(firmware, DevicePathMemory.ToBytes(path))
            : 0;
}
