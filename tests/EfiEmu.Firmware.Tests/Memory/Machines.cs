using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tests.Memory;

/// <summary>Layouts that the memory tests share.</summary>
internal static class Machines
{
    public const ulong Page = 4096;
    public const ulong FourGiB = 1UL << 32;
    public const MemoryAttributes Ram = MemoryAttributes.SystemRam;

    /// <summary>The bins of <see cref="Ovmf"/>, lowest first: RTData, RTCode, Reserved, ACPI reclaim, ACPI NVS.</summary>
    public const ulong LowestBin = 0x7F4EC000;

    /// <summary>A q35 machine of 8 GiB as OVMF lays it out: 2 GiB below 4 GiB, bins, a reserved window, flash.</summary>
    public static MemoryLayout Ovmf(GcdMemoryType high = GcdMemoryType.SystemMemory, bool bins = true) => new(
        [
            Space(0, 0xA0, GcdMemoryType.SystemMemory, Ram),
            Space(0x100000, 0x7FF00, GcdMemoryType.SystemMemory, Ram),
            Space(0xE0000000, 0x10000, GcdMemoryType.Reserved, MemoryAttributes.Uncached, MemoryAttributes.Uncached),
            Space(0xFEC00000, 1, GcdMemoryType.MemoryMappedIo, MemoryAttributes.Uncached),
            Space(0xFFC00000, 0x400, GcdMemoryType.MemoryMappedIo, MemoryAttributes.Uncached, MemoryAttributes.Uncached | MemoryAttributes.Runtime),
            Space(FourGiB, 0x180000, high, Ram),
        ],
        [
            Used(MemoryType.AcpiNvs, 0x800000, 6),
            Used(MemoryType.BootServicesData, 0x900000, 0xE80),
            Used(MemoryType.BootServicesData, 0x7F7FE000, 0x802),
        ],
        bins ? Bins() : []);

    public static MemoryDatabase Plain() => new(Ovmf(), MemoryRules.Stable202405);

    public static MemorySpace Space(
        ulong start, ulong pages, GcdMemoryType type, MemoryAttributes capabilities, MemoryAttributes attributes = MemoryAttributes.None) =>
        new(new MemoryRange(start, pages * Page), type, capabilities, attributes);

    public static MemoryDescriptor Used(MemoryType type, ulong start, ulong pages) => new(type, new GuestAddress(start), pages, Ram);

    /// <summary>One stretch of RAM with nothing in use.</summary>
    public static MemoryLayout Bare(ulong start, ulong pages, MemoryAttributes capabilities = Ram) =>
        new([Space(start, pages, GcdMemoryType.SystemMemory, capabilities)], [], []);

    /// <summary>RAM in which every other page is in use: so many free ranges of one page.</summary>
    public static MemoryLayout Fragmented(int freeRanges, ulong start = 0x100000) => new(
        [Space(start, (ulong)freeRanges * 2, GcdMemoryType.SystemMemory, Ram)],
        [.. Enumerable.Range(0, freeRanges).Select(i => Used(MemoryType.BootServicesData, start + ((ulong)i * 2 * Page), 1))],
        []);

    public static EfiResult<GuestAddress> Any(this MemoryDatabase database, MemoryType type, ulong pages) =>
        database.AllocatePages((uint)AllocateType.AnyPages, type, pages, GuestAddress.Null);

    public static EfiResult<GuestAddress> Below(this MemoryDatabase database, MemoryType type, ulong pages, ulong bound) =>
        database.AllocatePages((uint)AllocateType.MaxAddress, type, pages, new GuestAddress(bound));

    public static EfiResult<GuestAddress> At(this MemoryDatabase database, MemoryType type, ulong pages, ulong address) =>
        database.AllocatePages((uint)AllocateType.Address, type, pages, new GuestAddress(address));

    public static EfiStatus Free(this MemoryDatabase database, ulong address, ulong pages) =>
        database.FreePages(new GuestAddress(address), pages);

    private static List<MemoryBin> Bins()
    {
        (MemoryType Type, ulong Pages)[] sizes =
        [
            (MemoryType.RuntimeServicesData, 0x100), (MemoryType.RuntimeServicesCode, 0x100), (MemoryType.Reserved, 0x80),
            (MemoryType.AcpiReclaim, 0x12), (MemoryType.AcpiNvs, 0x80),
        ];
        ulong at = LowestBin;
        var bins = new List<MemoryBin>();
        foreach ((MemoryType type, ulong pages) in sizes)
        {
            bins.Insert(0, new MemoryBin(type, new MemoryRange(at, pages * Page)));
            at += pages * Page;
        }

        return bins;
    }
}
