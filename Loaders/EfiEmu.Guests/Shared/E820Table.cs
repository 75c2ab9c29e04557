using EfiEmu.Sdk;

namespace EfiEmu.Guests.Shared;

/// <summary>How loaders turn a UEFI memory map into an e820 table.</summary>
internal static class E820Table
{
    /// <summary>As Linux's stub does: a type that it does not know gets no entry at all.</summary>
    /// <param name="map">The descriptors, in firmware's order.</param>
    /// <param name="unaccepted">What type 15 becomes: RAM for a kernel that knows it, null for one that does not.</param>
    /// <remarks>Linux, drivers/firmware/efi/libstub/x86-stub.c, setup_e820.</remarks>
    public static IReadOnlyList<E820Entry> OfLinux(IEnumerable<MemoryDescriptor> map, uint? unaccepted) =>
        Of(map, type => type == MemoryType.Unaccepted ? unaccepted : Known(type) ?? (type == MemoryType.RuntimeServicesCode ? E820Type.Reserved : null));

    /// <summary>As GRUB does: a type that it does not know is reserved, and runtime code has a type of its own.</summary>
    /// <remarks>GRUB 2.06, grub-core/mmap/efi/mmap.c.</remarks>
    public static IReadOnlyList<E820Entry> OfGrub(IEnumerable<MemoryDescriptor> map) =>
        Of(map, type => type == MemoryType.RuntimeServicesCode ? E820Type.RuntimeCode : Known(type) ?? E820Type.Reserved);

    /// <summary>Whether GRUB knows a type of memory.</summary>
    public static bool IsKnownToGrub(MemoryType type) => type == MemoryType.RuntimeServicesCode || Known(type) is not null;

    // Adjacent ranges of one type are one entry, where they follow each other in the map: nobody sorts it.
    private static List<E820Entry> Of(IEnumerable<MemoryDescriptor> map, Func<MemoryType, uint?> typeOf)
    {
        List<E820Entry> table = [];
        foreach (MemoryDescriptor descriptor in map)
        {
            if (typeOf(descriptor.Type) is not { } type)
            {
                continue;
            }

            ulong start = descriptor.PhysicalStart.Value;
            if (table.Count > 0 && table[^1] is var last && last.Type == type && last.Start + last.Bytes == start)
            {
                table[^1] = last with { Bytes = last.Bytes + descriptor.Bytes };
            }
            else
            {
                table.Add(new E820Entry(start, descriptor.Bytes, type));
            }
        }

        return table;
    }

    private static uint? Known(MemoryType type)
    {
        if (type == MemoryType.LoaderCode || type == MemoryType.LoaderData || type == MemoryType.BootServicesCode
            || type == MemoryType.BootServicesData || type == MemoryType.Conventional)
        {
            return E820Type.Ram;
        }

        if (type == MemoryType.Reserved || type == MemoryType.RuntimeServicesData || type == MemoryType.MemoryMappedIo
            || type == MemoryType.MemoryMappedIoPortSpace || type == MemoryType.PalCode)
        {
            return E820Type.Reserved;
        }

        return type == MemoryType.AcpiReclaim ? E820Type.Acpi
            : type == MemoryType.AcpiNvs ? E820Type.Nvs
            : type == MemoryType.Unusable ? E820Type.Unusable
            : type == MemoryType.Persistent ? E820Type.Persistent
            : null;
    }
}
