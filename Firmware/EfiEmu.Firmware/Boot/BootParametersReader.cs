using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>Decodes the memory that a loader hands to a Linux kernel: the e820 table of boot_params.</summary>
/// <remarks>
/// Documentation/arch/x86/zero-page.rst and boot.rst. efi_info.loader_signature "EL64" @0x1c0 tells boot_params from anything
/// else; e820_entries u8 @0x1e8; setup_data u64 @0x250; e820_table @0x2d0, entries of 20 bytes (addr u64, size u64, type u32).
/// Entries beyond 128 follow in a setup_data of type 1.
/// </remarks>
internal static class BootParametersReader
{
    private const uint Loader64Signature = 0x34364c45;
    private const uint SignatureOffset = 0x1c0;
    private const uint CountOffset = 0x1e8;
    private const uint SetupDataOffset = 0x250;
    private const uint TableOffset = 0x2d0;
    private const int TableEntries = 128;
    private const uint EntryBytes = 20;
    private const uint SetupDataHeaderBytes = 16;
    private const uint SetupE820Extension = 1;

    // A list that a guest left may be a circle, and a length may be anything.
    private const int LongestList = 64;
    private const uint MostExtensionEntries = 65536;

    /// <summary>The entries, or null when there are no boot_params at the address.</summary>
    public static IReadOnlyList<E820Entry>? Read(IGuestMemory memory, GuestAddress parameters)
    {
        try
        {
            int count = memory.ReadByte(parameters + CountOffset);
            if (memory.ReadUInt32(parameters + SignatureOffset) != Loader64Signature || count > TableEntries)
            {
                return null;
            }

            List<E820Entry> entries = [];
            ReadEntries(memory, parameters + TableOffset, (uint)count, entries);
            ReadExtensions(memory, memory.ReadPointer(parameters + SetupDataOffset), entries);
            return entries;
        }
        catch (GuestMemoryFaultException)
        {
            return null;
        }
    }

    private static void ReadExtensions(IGuestMemory memory, GuestAddress node, List<E820Entry> entries)
    {
        for (int i = 0; i < LongestList && !node.IsNull; i++)
        {
            if (memory.ReadUInt32(node + 8) == SetupE820Extension)
            {
                uint count = Math.Min(memory.ReadUInt32(node + 12) / EntryBytes, MostExtensionEntries);
                ReadEntries(memory, node + SetupDataHeaderBytes, count, entries);
            }

            node = memory.ReadPointer(node);
        }
    }

    private static void ReadEntries(IGuestMemory memory, GuestAddress table, uint count, List<E820Entry> entries)
    {
        for (uint i = 0; i < count; i++)
        {
            GuestAddress entry = table + (i * EntryBytes);
            entries.Add(new E820Entry(memory.ReadUInt64(entry), memory.ReadUInt64(entry + 8), memory.ReadUInt32(entry + 16)));
        }
    }
}
