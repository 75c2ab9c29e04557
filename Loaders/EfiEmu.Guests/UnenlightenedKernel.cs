using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that knows no unaccepted memory, and leaves boot services as Linux does: with slack, and one retry.</summary>
[Guest("unenlightened-kernel", "knows no unaccepted memory; retries ExitBootServices once, as Linux before 6.5 does")]
public sealed class UnenlightenedKernel : IGuestImage
{
    // Linux keeps room for so many descriptors more than firmware asks for: the buffer itself may split a range.
    private const ulong SlackDescriptors = 8;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Leave(guest, SlackDescriptors);
    }

    /// <summary>Leaves boot services as the Linux stub does.</summary>
    internal static EfiStatus Leave(IGuestContext guest, ulong slackDescriptors)
    {
        GuestBootServices services = guest.BootServices;
        EfiResult<GuestMemoryMap> fetched = services.ReadMemoryMap(slackDescriptors, MemoryType.AcpiReclaim);
        if (!fetched.TryGet(out GuestMemoryMap map))
        {
            return fetched.Status;
        }

        EfiStatus status = services.ExitBootServices(map.Key);
        if (status != EfiStatus.InvalidParameter)
        {
            return status;
        }

        // Firmware changed the map inside the call: fetch it into the same buffer, for nothing may be allocated now.
        status = map.Refetch();
        return status.IsError ? status : services.ExitBootServices(map.Key);
    }
}
