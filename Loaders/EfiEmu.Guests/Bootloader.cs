using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A boot loader that leaves boot services itself, in the place of the kernel that it starts.</summary>
/// <remarks>
/// The kernel's stub never runs, so nobody calls AllowUnacceptedMemory, whatever the kernel knows. On SEV-SNP the price is that
/// firmware accepts all memory inside ExitBootServices; where firmware leaves type 15 in the map (TDX), the loader calls it
/// reserved, as GRUB does, and the kernel never hears of it. This one makes the kernel's map after it left, so it is up to date.
/// </remarks>
[Guest("bootloader", "leaves boot services for its kernel, whose own stub never runs", HandsOver = true)]
public sealed class Bootloader : IGuestImage
{
    private const ulong SlackDescriptors = 8;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        return placed.TryGet(out KernelInMemory kernel) ? LeaveAndStart(guest, kernel) : placed.Status;
    }

    /// <summary>Leaves boot services and starts a kernel with what the loader makes of the last map.</summary>
    internal static EfiStatus LeaveAndStart(IGuestContext guest, KernelInMemory kernel)
    {
        EfiResult<GuestMemoryMap> fetched = guest.BootServices.ReadMemoryMap(SlackDescriptors);
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        EfiStatus status = LinuxExit.WithOneRetry(guest, map);
        if (status.IsError)
        {
            return status;
        }

        kernel.DescribeMemory(E820Table.OfGrub(map.Descriptors));
        return kernel.Start(map);
    }
}
