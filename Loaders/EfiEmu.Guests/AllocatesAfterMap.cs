using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that allocates between GetMemoryMap and ExitBootServices: its own call makes its own key stale.</summary>
/// <remarks>
/// The first version of many a loader. It needs a page for what it tells its kernel, and knows how large that is only when it
/// has the map. It fails on every machine, and no firmware is to blame. UEFI 2.10 section 7.4.6.
/// </remarks>
[Guest("allocates-after-map", "allocates between GetMemoryMap and ExitBootServices, and so fails everywhere", HandsOver = true)]
public sealed class AllocatesAfterMap : IGuestImage
{
    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<GuestMemoryMap> fetched = guest.BootServices.ReadMemoryMap(slack: 8);
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        // Two pages of LoaderData and LoaderCode, after the map.
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        EfiStatus status = placed.Succeeded ? guest.BootServices.ExitBootServices(map.Key) : placed.Status;
        if (status.IsError)
        {
            guest.Print("ExitBootServices failed\r\n");
            return status;
        }

        placed.Value.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return placed.Value.Start(map);
    }
}
