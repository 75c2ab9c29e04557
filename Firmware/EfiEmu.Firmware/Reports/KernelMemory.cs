namespace EfiEmu.Firmware.Reports;

/// <summary>What a loader told its kernel of the machine's memory when it handed over, held against firmware's last memory map.</summary>
/// <param name="Entries">The e820 table of boot_params, in its order.</param>
/// <param name="RamBytes">What the table calls RAM.</param>
/// <param name="MissingBytes">What firmware left to the kernel, as free or as unaccepted memory, and the table does not call RAM.</param>
/// <param name="FirstMissing">The lowest address that is missing; 0 where nothing is.</param>
/// <param name="PhantomBytes">What the table calls RAM and firmware did not leave to the kernel: reserved, or not there at all.</param>
/// <param name="UnacceptedBytes">What the table calls RAM and firmware's map calls unaccepted.</param>
public sealed record KernelMemory(
    IReadOnlyList<E820Entry> Entries, ulong RamBytes, ulong MissingBytes, ulong FirstMissing, ulong PhantomBytes, ulong UnacceptedBytes);

/// <summary>One entry of an e820 table.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Type">1 RAM, 2 reserved, 3 ACPI data, 4 ACPI NVS, 5 unusable, 7 persistent; GRUB writes 20 for runtime code.</param>
/// <remarks>ACPI 6.5 section 15.1; Documentation/arch/x86/zero-page.rst.</remarks>
public readonly record struct E820Entry(ulong Start, ulong Bytes, uint Type)
{
    /// <summary>RAM that the kernel may use.</summary>
    public const uint Ram = 1;

    /// <summary>RAM that Linux keeps for applications which ask for it: soft reserved, EFI_MEMORY_SP.</summary>
    public const uint SoftReserved = 0xefffffff;

    /// <summary>What the table calls the range.</summary>
    public string TypeName => Type switch
    {
        Ram => "RAM",
        2 => "reserved",
        3 => "ACPI data",
        4 => "ACPI NVS",
        5 => "unusable",
        7 => "persistent",
        20 => "runtime code",
        SoftReserved => "soft reserved",
        _ => $"type {Quantities.Count(Type)}",
    };
}
