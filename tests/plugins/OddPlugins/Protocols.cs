using EfiEmu.Sdk;

namespace OddPlugins;

/// <summary>What the protocols here have in common: a class of the same assembly between them and the contract.</summary>
internal abstract class OddProtocol
{
    protected static Guid Identity(byte last) => new(0x0dd0dd00, 0x0dd0, 0x0dd0, 0, 0, 0, 0, 0, 0, 0, last);

    protected static EfiResult<GuestAddress> Interface(IFirmwareContext firmware, string name, Func<EfiStatus> member) =>
        new InterfaceBuilder(firmware, name, size: 8).Function(0, "Member", _ => member(), InterfaceBuilder.This).Build();
}

internal sealed class ThrowingInstall : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(1);

    public static string ProtocolName => "ThrowingInstall";

    public void Install(IFirmwareContext firmware) => throw new NotSupportedException("not here");
}

internal sealed class ThrowingMember : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(2);

    public static string ProtocolName => "ThrowingMember";

    public void Install(IFirmwareContext firmware) => firmware.InstallProtocol<ThrowingMember>(
        Interface(firmware, ProtocolName, () => throw new FormatException("called")));
}

internal sealed class WildInstall : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(3);

    public static string ProtocolName => "WildInstall";

    public void Install(IFirmwareContext firmware) => firmware.Memory.WriteUInt64(new GuestAddress(1UL << 40), 1);
}

internal sealed class AskingProtocol(Stream stream) : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(4);

    public static string ProtocolName => "AskingProtocol";

    public void Install(IFirmwareContext firmware) => stream.Flush();
}

/// <summary>Puts itself on the boot device; explicit members, as an author may write them.</summary>
internal sealed class FirstOnDevice : OddProtocol, IEfiProtocol
{
    static Guid IEfiProtocol.ProtocolGuid => Identity(5);

    static string IEfiProtocol.ProtocolName => "OnDevice";

    void IFirmwarePlugin.Install(IFirmwareContext firmware) => firmware.InstallProtocol<FirstOnDevice>(
        firmware.BootDevice, Interface(firmware, "OnDevice", () => EfiStatus.Success));
}

internal sealed class SecondOnDevice : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(5);

    public static string ProtocolName => "OnDevice";

    public void Install(IFirmwareContext firmware) => firmware.InstallProtocol<SecondOnDevice>(
        firmware.BootDevice, Interface(firmware, ProtocolName, () => EfiStatus.Success));
}

/// <summary>Asks boot services itself, and does not look at the answer.</summary>
internal sealed class CarelessOnDevice : OddProtocol, IEfiProtocol
{
    public static Guid ProtocolGuid => Identity(5);

    public static string ProtocolName => "OnDevice";

    public void Install(IFirmwareContext firmware) => firmware.BootServices.InstallMultipleProtocolInterfaces(
        firmware.BootDevice, (ProtocolGuid, Interface(firmware, ProtocolName, () => EfiStatus.Success).Value));
}
