using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader with a timer whose notification allocates: it fires between GetMemoryMap and ExitBootServices.</summary>
/// <remarks>
/// What a splash screen, a network stack or a driver does in the background. The loader takes its time between the two calls, and
/// the key is stale on every machine. The second attempt succeeds, though the loader takes its time again: a failed
/// ExitBootServices turns edk2's timer off for good. MdeModulePkg/Core/Dxe/DxeMain/DxeMain.c, CoreExitBootServices.
/// </remarks>
[Guest("timer-after-map", "has a timer that allocates between its GetMemoryMap and its ExitBootServices", HandsOver = true)]
public sealed class TimerAfterMap : IGuestImage
{
    private const ulong SlackDescriptors = 32;
    private const ulong PauseMicroseconds = 25_000;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        GuestBootServices services = guest.BootServices;
        EfiResult<KernelInMemory> placed = KernelInMemory.Place(guest);
        EfiResult<EventSubscription> subscribed = placed.Succeeded
            ? services.Subscribe(() => services.AllocatePages(1, MemoryType.LoaderData), Tpl.Callback, type: EventType.Timer)
            : placed.Status;
        if (!subscribed.Succeeded)
        {
            return subscribed.Status;
        }

        services.SetTimer(subscribed.Value.Event, TimerDelay.Periodic, TimeSpan.FromMilliseconds(10));
        EfiResult<GuestMemoryMap> fetched = services.ReadMemoryMap(SlackDescriptors);
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        EfiStatus status = PauseAndLeave(services, map);
        if (status == EfiStatus.InvalidParameter)
        {
            status = map.Refetch();
            status = status.IsError ? status : PauseAndLeave(services, map);
        }

        if (status.IsError)
        {
            return status;
        }

        placed.Value.DescribeMemory(E820Table.OfLinux(map.Descriptors, unaccepted: null));
        return placed.Value.Start(map);
    }

    private static EfiStatus PauseAndLeave(GuestBootServices services, GuestMemoryMap map)
    {
        services.Stall(PauseMicroseconds);
        return services.ExitBootServices(map.Key);
    }
}
