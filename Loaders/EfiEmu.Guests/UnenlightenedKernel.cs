using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A kernel that knows no unaccepted memory, and leaves boot services as Linux does: with slack, and one retry.</summary>
public sealed class UnenlightenedKernel : IGuestImage
{
    // Linux keeps room for so many descriptors more than firmware asks for: the buffer itself may split a range.
    private const ulong SlackDescriptors = 8;

    /// <inheritdoc/>
    public string Name => "unenlightened-kernel";

    /// <inheritdoc/>
    public string Description => "knows no unaccepted memory; retries ExitBootServices once, as Linux before 6.5 does";

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Leave(guest, SlackDescriptors);
    }

    /// <summary>Leaves boot services as the Linux stub does.</summary>
    internal static EfiStatus Leave(IGuestContext guest, ulong slackDescriptors)
    {
        ulong size = 0;
        if (guest.GetMemoryMap(ref size, GuestAddress.Null, out _, out ulong stride) != EfiStatus.BufferTooSmall)
        {
            return EfiStatus.LoadError;
        }

        ulong room = size + (slackDescriptors * stride);
        if (!guest.AllocatePool(MemoryType.AcpiReclaim, room).TryGet(out GuestAddress buffer))
        {
            return EfiStatus.OutOfResources;
        }

        EfiStatus status = FetchAndExit(guest, buffer, room);

        // Firmware changed the map inside the call: fetch it into the same buffer, for nothing may be allocated now.
        return status == EfiStatus.InvalidParameter ? FetchAndExit(guest, buffer, room) : status;
    }

    private static EfiStatus FetchAndExit(IGuestContext guest, GuestAddress buffer, ulong room)
    {
        ulong size = room;
        EfiStatus status = guest.GetMemoryMap(ref size, buffer, out ulong key, out _);
        return status.IsError ? status : guest.ExitBootServices(key);
    }
}
