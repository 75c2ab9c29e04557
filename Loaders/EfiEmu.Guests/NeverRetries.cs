using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that calls ExitBootServices once and takes the answer for final.</summary>
/// <remarks>
/// Right on every machine of its author, where nothing happens between GetMemoryMap and ExitBootServices. On SEV-SNP firmware
/// accepts memory inside the call, the key is stale, and the boot is over: Unikraft before its pull request 1105.
/// </remarks>
[Guest("never-retries", "calls ExitBootServices once and gives up when it fails", HandsOver = true)]
public sealed class NeverRetries : IGuestImage
{
    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        EfiResult<GuestMemoryMap> fetched = placed.Succeeded ? guest.BootServices.ReadMemoryMap(slack: 8) : placed.Status;
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        EfiStatus status = guest.BootServices.ExitBootServices(map.Key);
        if (status.IsError)
        {
            guest.Print("Failed to exit boot services\r\n");
            return status;
        }

        placed.Value.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return placed.Value.Start(map);
    }
}
