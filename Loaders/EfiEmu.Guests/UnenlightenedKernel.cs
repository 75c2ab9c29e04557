using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that knows no unaccepted memory, as Linux from 5.19, the first SEV-SNP guest, to 6.4.</summary>
/// <remarks>
/// It asks firmware for nothing, so that OVMF on SEV-SNP accepts everything inside its first ExitBootServices; one retry with a
/// fresh map is what it survives by. Where the map still has type 15 then, the stub has no entry for it, and the RAM is gone.
/// </remarks>
[Guest("unenlightened-kernel", "knows no unaccepted memory; retries ExitBootServices once, as Linux before 6.5 does", HandsOver = true)]
public sealed class UnenlightenedKernel : IGuestImage
{
    private const ulong SlackDescriptors = 8;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        EfiResult<GuestMemoryMap> left = LinuxExit.Leave(guest, SlackDescriptors);
        if (!left.TryGet(out GuestMemoryMap map))
        {
            guest.Print("EFI stub: ERROR: exit_boot() failed!\r\n");
            return left.Status;
        }

        kernel.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return kernel.Start(map);
    }
}
