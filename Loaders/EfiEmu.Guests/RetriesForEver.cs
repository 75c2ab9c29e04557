using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that calls ExitBootServices until it succeeds, always with the key that it fetched before the first call.</summary>
/// <remarks>
/// Where the first call succeeds, nobody notices. Where firmware changes the map inside that call, as on SEV-SNP, the key is
/// stale for ever and the machine hangs without a word.
/// </remarks>
[Guest("retries-for-ever", "repeats ExitBootServices with the same key until it succeeds, which may be never", HandsOver = true)]
public sealed class RetriesForEver : IGuestImage
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

        while (guest.BootServices.ExitBootServices(map.Key).IsError)
        {
        }

        placed.Value.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return placed.Value.Start(map);
    }
}
