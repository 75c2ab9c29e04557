namespace EfiEmu.Sdk;

/// <summary>Firmware refused to install a plugin's protocol. Thrown out of Install, it ends the boot with one line.</summary>
/// <param name="name">The protocol's name.</param>
/// <param name="protocol">Its GUID.</param>
/// <param name="handle">The handle that was asked for; NULL for a new one.</param>
/// <param name="status">What firmware answered.</param>
public sealed class ProtocolInstallException(string name, Guid protocol, EfiHandle handle, EfiStatus status)
    : Exception($"{name} cannot be installed: {status}")
{
    /// <summary>The protocol's GUID.</summary>
    public Guid Protocol { get; } = protocol;

    /// <summary>The handle that was asked for; NULL for a new one.</summary>
    public EfiHandle Handle { get; } = handle;

    /// <summary>What firmware answered.</summary>
    public EfiStatus Status { get; } = status;
}

/// <summary>What most protocol plugins do.</summary>
public static class FirmwareContextExtensions
{
    /// <summary>Installs the protocol on a handle of its own.</summary>
    /// <param name="firmware">This boot's firmware.</param>
    /// <param name="address">The interface, as <see cref="InterfaceBuilder.Build"/> gives it.</param>
    /// <returns>The new handle.</returns>
    /// <exception cref="ProtocolInstallException">The interface could not be built, or firmware refused it.</exception>
    public static EfiHandle InstallProtocol<TProtocol>(this IFirmwareContext firmware, EfiResult<GuestAddress> address)
        where TProtocol : IEfiProtocol => firmware.InstallProtocol<TProtocol>(EfiHandle.Null, address);

    /// <summary>Installs the protocol on a handle.</summary>
    /// <param name="firmware">This boot's firmware.</param>
    /// <param name="handle">The handle, or NULL for a new one.</param>
    /// <param name="address">The interface, as <see cref="InterfaceBuilder.Build"/> gives it.</param>
    /// <returns>The handle.</returns>
    /// <exception cref="ProtocolInstallException">
    /// The interface could not be built; INVALID_PARAMETER where the handle has the protocol already.
    /// </exception>
    public static EfiHandle InstallProtocol<TProtocol>(this IFirmwareContext firmware, EfiHandle handle, EfiResult<GuestAddress> address)
        where TProtocol : IEfiProtocol
    {
        ArgumentNullException.ThrowIfNull(firmware);
        EfiResult<EfiHandle> installed = address.TryGet(out GuestAddress at)
            ? firmware.BootServices.InstallMultipleProtocolInterfaces(handle, (TProtocol.ProtocolGuid, at))
            : address.Status;
        return installed.TryGet(out EfiHandle made)
            ? made
            : throw new ProtocolInstallException(TProtocol.ProtocolName, TProtocol.ProtocolGuid, handle, installed.Status);
    }
}
