using EfiEmu.Guests.Shared;
using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>GRUB 2.06 with its own "linux" command, as it boots a kernel where Secure Boot is off.</summary>
/// <remarks>
/// It makes the kernel's e820 table before it leaves boot services, and calls type 15 reserved, with a message. Then it tries
/// ExitBootServices for as long as the answer is INVALID_PARAMETER, each time with a fresh map, and says so on the console. The
/// table stays as it was: what firmware accepts inside ExitBootServices remains reserved. All buffers come from a heap that it
/// took at its start, so that the loop allocates nothing.
/// GRUB 2.06: grub-core/loader/i386/linux.c (grub_linux_boot), grub-core/kern/efi/mm.c (grub_efi_finish_boot_services),
/// grub-core/mmap/efi/mmap.c. Seen on real machines: AMDESE/AMDSEV issues 200 and 273.
/// </remarks>
[Guest("grub-2.06", "makes its kernel's map before it leaves; calls unaccepted memory reserved", HandsOver = true)]
public sealed class Grub206 : IGuestImage
{
    // The real heap is a quarter of memory; what matters is that it is there before the first map.
    private const ulong HeapPages = 256;

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        EfiResult<GuestAddress> heap = guest.BootServices.AllocatePages(HeapPages, MemoryType.LoaderCode);
        EfiResult<KernelInMemory> placed = heap.Succeeded ? KernelInMemory.Place(guest) : heap.Status;
        if (!placed.TryGet(out KernelInMemory kernel))
        {
            return placed.Status;
        }

        GuestMemoryMap map = guest.BootServices.MemoryMapAt(heap.Value, HeapPages * GuestAddress.PageSize);
        EfiStatus status = map.Refetch();
        if (status.IsError)
        {
            return status;
        }

        kernel.DescribeMemory(E820(guest, map));
        status = FinishBootServices(guest, heap.Value, out map);
        return status.IsError ? status : kernel.Start(map);
    }

    private static IReadOnlyList<E820Entry> E820(IGuestContext guest, GuestMemoryMap map)
    {
        List<MemoryDescriptor> descriptors = [.. map.Descriptors];
        foreach (MemoryDescriptor descriptor in descriptors.Where(d => !E820Table.IsKnownToGrub(d.Type)))
        {
            guest.Print($"Unknown memory type {descriptor.Type.Value}, considering reserved\r\n");
        }

        return E820Table.OfGrub(descriptors);
    }

    // Room for the map was set aside when the kernel was loaded: what was needed then, and a page more.
    private static EfiStatus FinishBootServices(IGuestContext guest, GuestAddress heap, out GuestMemoryMap map)
    {
        GuestBootServices services = guest.BootServices;
        ulong size = 0;
        services.GetMemoryMap(ref size, GuestAddress.Null, out _, out _);
        ulong room = (size + (2 * GuestAddress.PageSize) - 1) & ~(GuestAddress.PageSize - 1);
        while (true)
        {
            size = 0;
            services.GetMemoryMap(ref size, GuestAddress.Null, out _, out _);
            map = services.MemoryMapAt(heap, size);
            if (size > room)
            {
                guest.Print("error: memory map buffer is too small.\r\n");
                return EfiStatus.BufferTooSmall;
            }

            EfiStatus status = map.Refetch();
            status = status.IsError ? status : services.ExitBootServices(map.Key);
            if (status != EfiStatus.InvalidParameter)
            {
                return status;
            }

            guest.Print("Trying to terminate EFI services again\r\n");
        }
    }
}
