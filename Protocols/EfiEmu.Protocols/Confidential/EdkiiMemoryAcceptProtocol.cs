using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>EdkiiMemoryAccept: lets a guest have memory accepted before it leaves boot services.</summary>
/// <remarks>
/// MdePkg/Include/Protocol/MemoryAccept.h; OvmfPkg/TdxDxe and OvmfPkg/AmdSevDxe. Neither the memory space map nor the
/// memory map changes: an accepted range still shows as unaccepted memory.
/// AcceptMemory(This, StartAddress, Size in bytes): SUCCESS, also for Size 0; what the platform answers otherwise.
/// On SEV-SNP a range with a page that is accepted already is the end of the guest, by its hypervisor and on OVMF's request; on
/// TDX it is no fault.
/// Differs from edk2: on SEV-SNP a range that is not aligned to 4 KiB gets INVALID_PARAMETER; edk2 asserts.
/// </remarks>
internal sealed class EdkiiMemoryAcceptProtocol : IEfiProtocol
{
    internal const uint AcceptMemory = 0;
    internal const uint Size = 8;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("38c74800-5590-4db4-a0f3-675d9b8e8026");

    /// <inheritdoc/>
    public static string ProtocolName => "EdkiiMemoryAccept";

    /// <summary>Installs the protocol on a handle of its own, unless <see cref="SevMemoryAcceptanceProtocol"/> brings it.</summary>
    public void Install(IFirmwareContext firmware)
    {
        if (firmware.Acceptance.OffersNegotiation || !firmware.Acceptance.OffersMemoryAccept)
        {
            return;
        }

        if (BuildInterface(firmware).TryGet(out GuestAddress address))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, address));
        }
    }

    /// <summary>Puts the interface into guest memory.</summary>
    internal static EfiResult<GuestAddress> BuildInterface(IFirmwareContext firmware) =>
        new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(
                AcceptMemory, "AcceptMemory", call => Accept(firmware, call.Pointer(1), call[2]),
                InterfaceBuilder.This, new("StartAddress", ParameterKind.Pointer), new("Size"))
            .Build();

    private static EfiStatus Accept(IFirmwareContext firmware, GuestAddress start, ulong bytes) =>
        bytes == 0 ? EfiStatus.Success : firmware.Acceptance.Accept(start, bytes, MemoryAcceptor.Guest);
}
