using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that accepts all memory through EdkiiMemoryAccept, so that a kernel need not know of it, and starts that kernel.</summary>
/// <remarks>
/// It sounds right and helps nobody: AcceptMemory changes pages, not the memory map, which goes on saying type 15. On TDX the
/// kernel has no entry for accepted RAM. On SEV-SNP it is worse: nobody called AllowUnacceptedMemory, so firmware accepts the
/// same pages again inside ExitBootServices, and OVMF ends a guest in which a page is validated twice.
/// The kernel's stub is entered as GRUB's linuxefi enters it: by a jump, without StartImage.
/// OvmfPkg/AmdSevDxe, OvmfPkg/TdxDxe; OvmfPkg/Library/BaseMemEncryptSevLib, PvalidateRange.
/// </remarks>
[Guest("accepting-loader", "accepts all with EdkiiMemoryAccept, then starts a kernel that knows nothing of it", HandsOver = true)]
public sealed class AcceptingLoader : IGuestImage
{
    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        if (guest.BootServices.LocateProtocol<MemoryAccept>().TryGet(out MemoryAccept protocol))
        {
            EfiStatus status = AcceptAll(guest, protocol);
            if (status.IsError)
            {
                return status;
            }
        }

        return new UnenlightenedKernel().Run(guest);
    }

    private static EfiStatus AcceptAll(IGuestContext guest, MemoryAccept protocol)
    {
        EfiResult<GuestMemoryMap> map = guest.BootServices.ReadMemoryMap(slack: 8);
        if (!map.Succeeded)
        {
            return map.Status;
        }

        foreach (MemoryDescriptor descriptor in UnacceptedMemoryTable.OfType15(map.Value.Descriptors))
        {
            EfiStatus status = protocol.AcceptMemory(descriptor.PhysicalStart, descriptor.Bytes);
            if (status.IsError)
            {
                return status;
            }
        }

        return guest.BootServices.FreePool(map.Value.Buffer);
    }
}
