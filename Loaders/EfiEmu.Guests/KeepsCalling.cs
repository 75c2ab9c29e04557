using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that goes on calling boot services after ExitBootServices has failed.</summary>
/// <remarks>
/// From the first call on, firmware may have shut a part of them down: UEFI 2.10 section 7.4.6 leaves the loader the memory
/// allocation services and nothing else. edk2 lets every call pass, so the loader works there, and its author never learns. Its
/// own mistake makes the first attempt fail: it allocates after it has the map.
/// </remarks>
[Guest("keeps-calling", "prints, looks for a protocol and waits between two ExitBootServices attempts", HandsOver = true)]
public sealed class KeepsCalling : IGuestImage
{
    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        GuestBootServices services = guest.BootServices;
        EfiResult<GuestMemoryMap> fetched = services.ReadMemoryMap(slack: 8);
        EfiResult<KernelInMemory> placed = fetched.Succeeded ? KernelInMemory.Place(guest) : fetched.Status;
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        GuestMemoryMap map = fetched.Value;
        EfiStatus status = services.ExitBootServices(map.Key);
        if (status.IsError)
        {
            guest.Print($"ExitBootServices: {status}, trying again\r\n");
            services.LocateProtocol(KnownGuids.RngProtocol);
            services.Stall(microseconds: 1000);
            services.FreePool(map.Buffer);
            fetched = services.ReadMemoryMap(slack: 8);
            map = fetched.Value;
            status = fetched.Succeeded ? LinuxExit.WithOneRetry(guest, map) : fetched.Status;
        }

        if (status.IsError)
        {
            return status;
        }

        kernel.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return kernel.Start(map);
    }
}
