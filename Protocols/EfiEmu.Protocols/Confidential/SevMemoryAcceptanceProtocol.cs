using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>
/// SevMemoryAcceptance: a guest that understands unaccepted memory asks firmware to leave it so; for the others firmware
/// accepts everything inside ExitBootServices.
/// </summary>
/// <remarks>
/// OvmfPkg/Include/Protocol/SevMemoryAcceptance.h and OvmfPkg/AmdSevDxe. AllowUnacceptedMemory(This) always returns
/// SUCCESS, does not look at This, and cannot be undone.
/// </remarks>
internal sealed class SevMemoryAcceptanceProtocol : IEfiProtocol
{
    internal const uint AllowUnacceptedMemory = 0;
    internal const uint Size = 8;

    // What AddMemorySpace takes: the capabilities without the bits that only the memory space map has, and without RUNTIME.
    private const MemoryAttributes InternalCapabilities = (MemoryAttributes)0x0700_0000_0000_0000 | MemoryAttributes.Runtime;

    private bool _acceptAllMemory = true;
    private EfiEvent _beforeExitBootServices;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("c5a010fe-38a7-4531-8a4a-0500d2fd1649");

    /// <inheritdoc/>
    public static string ProtocolName => "SevMemoryAcceptance";

    /// <summary>EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES.</summary>
    internal static Guid BeforeExitBootServices { get; } = new("8be0e274-3970-4b44-80c5-1ab9502f3bfc");

    /// <summary>Installs this protocol and EdkiiMemoryAccept on one new handle, then creates the event that accepts.</summary>
    public void Install(IFirmwareContext firmware)
    {
        if (!firmware.Acceptance.OffersNegotiation)
        {
            return;
        }

        EfiResult<GuestAddress> acceptance = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(AllowUnacceptedMemory, "AllowUnacceptedMemory", _ => Allow(), InterfaceBuilder.This)
            .Build();
        if (!acceptance.TryGet(out GuestAddress address) || !InstallInterfaces(firmware, address).Succeeded)
        {
            return;
        }

        var signature = new FunctionSignature(ProtocolName, "BeforeExitBootServices notification", new("Event"), new("Context"))
        {
            ReturnsStatus = false,
        };
        GuestAddress notify = firmware.CreateFunction(signature, _ =>
        {
            OnBeforeExitBootServices(firmware);
            return 0;
        });
        EfiResult<EfiEvent> created = firmware.BootServices.CreateEvent(
            EventType.NotifySignal, Tpl.Callback, notify, GuestAddress.Null, BeforeExitBootServices);
        created.TryGet(out _beforeExitBootServices);
    }

    private static EfiResult<EfiHandle> InstallInterfaces(IFirmwareContext firmware, GuestAddress acceptance)
    {
        if (!firmware.Acceptance.OffersMemoryAccept)
        {
            return firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, acceptance));
        }

        EfiResult<GuestAddress> accept = EdkiiMemoryAcceptProtocol.BuildInterface(firmware);
        return accept.TryGet(out GuestAddress address)
            ? firmware.BootServices.InstallMultipleProtocolInterfaces(
                EfiHandle.Null, (EdkiiMemoryAcceptProtocol.ProtocolGuid, address), (ProtocolGuid, acceptance))
            : accept.Status;
    }

    private EfiStatus Allow()
    {
        _acceptAllMemory = false;
        return EfiStatus.Success;
    }

    private void OnBeforeExitBootServices(IFirmwareContext firmware)
    {
        if (!_acceptAllMemory)
        {
            return;
        }

        AcceptAllMemory(firmware);

        // Closed after an error as well: firmware tries once.
        firmware.BootServices.CloseEvent(_beforeExitBootServices);
    }

    private static void AcceptAllMemory(IFirmwareContext firmware)
    {
        EfiResult<IReadOnlyList<MemorySpaceDescriptor>> map = firmware.DxeServices.GetMemorySpaceMap(out GuestAddress snapshot);
        if (!map.TryGet(out IReadOnlyList<MemorySpaceDescriptor> ranges))
        {
            return;
        }

        foreach (MemorySpaceDescriptor range in ranges)
        {
            if (range.Type == GcdMemoryType.Unaccepted && AcceptRange(firmware, range).IsError)
            {
                break;
            }
        }

        firmware.BootServices.FreePool(snapshot);
    }

    private static EfiStatus AcceptRange(IFirmwareContext firmware, MemorySpaceDescriptor range)
    {
        EfiStatus status = firmware.Acceptance.Accept(range.BaseAddress, range.Length, MemoryAcceptor.FirmwareAtExitBootServices);
        if (status.IsError)
        {
            return status;
        }

        status = firmware.DxeServices.RemoveMemorySpace(range.BaseAddress, range.Length);
        return status.IsError
            ? status
            : firmware.DxeServices.AddMemorySpace(
                GcdMemoryType.SystemMemory, range.BaseAddress, range.Length, range.Capabilities & ~InternalCapabilities);
    }
}
