using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>A loader that steps through the memory map by the size of its own structure, 40 bytes, and not by DescriptorSize.</summary>
/// <remarks>
/// edk2 spaces descriptors 48 bytes apart on purpose, so that nobody does this. Of each six that are read the first is right; the
/// others begin in the midst of one, so that addresses become lengths and types, and the loader believes in memory that is not
/// there. Nothing tells it: its ExitBootServices is as good as anyone's. MdeModulePkg/Core/Dxe/Mem/Page.c, CoreGetMemoryMap.
/// </remarks>
[Guest("wrong-stride", "steps through the map by 40 bytes, not DescriptorSize, and believes what it reads", HandsOver = true)]
public sealed class WrongStride : IGuestImage
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

        PrintBelief(guest, Believed(map));
        EfiStatus status = map.Refetch();
        status = status.IsError ? status : LinuxExit.WithOneRetry(guest, map);
        if (status.IsError)
        {
            return status;
        }

        placed.Value.DescribeMemory(Believed(map));
        return placed.Value.Start(map);
    }

    private static IReadOnlyList<E820Entry> Believed(GuestMemoryMap map) =>
        E820Table.OfLinux(map.Read(MemoryDescriptor.Size), unaccepted: null);

    private static void PrintBelief(IGuestContext guest, IReadOnlyList<E820Entry> believed)
    {
        List<E820Entry> ram = [.. believed.Where(e => e.Type == E820Type.Ram)];
        ulong bytes = ram.Aggregate(0UL, (sum, e) => unchecked(sum + e.Bytes));
        guest.Print($"{believed.Count} ranges of memory, {ram.Count} of them RAM: {bytes >> 20} MiB\r\n");
    }
}
