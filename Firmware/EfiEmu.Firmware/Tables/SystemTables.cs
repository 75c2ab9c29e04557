using System.Buffers.Binary;
using EfiEmu.Firmware.Abi;
using EfiEmu.Firmware.Gates;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Tables;

/// <summary>Where firmware's tables lie.</summary>
/// <param name="System">EFI_SYSTEM_TABLE, in runtime data.</param>
/// <param name="Runtime">EFI_RUNTIME_SERVICES, in runtime data.</param>
/// <param name="Boot">EFI_BOOT_SERVICES: a static of the DXE core image, so in boot-services code.</param>
/// <param name="Dxe">EFI_DXE_SERVICES: beside it.</param>
/// <param name="Vendor">FirmwareVendor, in runtime data.</param>
internal readonly record struct TableAddresses(
    GuestAddress System, GuestAddress Runtime, GuestAddress Boot, GuestAddress Dxe, GuestAddress Vendor);

/// <summary>The system table and the service tables in guest memory. Guest memory is the truth; nothing is cached here.</summary>
/// <remarks>UEFI 2.10 chapter 4; PI 1.8 volume 2, section 7.1 for the DXE services.</remarks>
internal sealed class SystemTables(IGuestMemory memory, GateTable gates, TableAddresses at)
{
    /// <summary>Bytes of EFI_SYSTEM_TABLE.</summary>
    public const uint SystemTableBytes = 120;

    /// <summary>Bytes of EFI_BOOT_SERVICES.</summary>
    public const uint BootTableBytes = 376;

    /// <summary>Bytes of EFI_RUNTIME_SERVICES.</summary>
    public const uint RuntimeTableBytes = 136;

    // 24 bytes of header, 8 of GCD memory functions, 7 of I/O functions, 3 of dispatch, ProcessFirmwareVolume and SetMemorySpaceCapabilities.
    private const uint DxeTableBytes = 24 + (20 * 8);

    // 2.70, as edk2 reports it in all its tables.
    private const uint Revision = (2 << 16) | 70;
    private const uint DxeRevision = (1 << 16) | 70;
    private const uint FirmwareRevision = 0x00010000;
    private const int HeaderBytes = 24;
    private const int CrcOffset = 16;

    /// <summary>Where the tables lie.</summary>
    public TableAddresses At => at;

    /// <summary>Writes all tables.</summary>
    public void Build(
        IEnumerable<ServiceRow> boot, IEnumerable<ServiceRow> runtime, IEnumerable<ServiceRow> dxe, string vendor)
    {
        BuildServices(at.Boot, 0x56524553544F4F42, Revision, BootTableBytes, boot, isRuntime: false);
        BuildServices(at.Runtime, 0x56524553544E5552, Revision, RuntimeTableBytes, runtime, isRuntime: true);
        BuildServices(at.Dxe, 0x565245535F455844, DxeRevision, DxeTableBytes, dxe, isRuntime: false);
        memory.WriteUtf16(at.Vendor, vendor);
        WriteHeader(at.System, 0x5453595320494249, Revision, SystemTableBytes);
        memory.WritePointer(at.System + 24, at.Vendor);
        memory.WriteUInt32(at.System + 32, FirmwareRevision);
        memory.WritePointer(at.System + 88, at.Runtime);
        memory.WritePointer(at.System + 96, at.Boot);
        UpdateSystemCrc();
    }

    /// <summary>Points the system table at its consoles.</summary>
    public void SetConsoles(
        (EfiHandle Handle, GuestAddress Interface) input,
        (EfiHandle Handle, GuestAddress Interface) output,
        (EfiHandle Handle, GuestAddress Interface) error)
    {
        WriteConsole(40, input);
        WriteConsole(56, output);
        WriteConsole(72, error);
        UpdateSystemCrc();
    }

    /// <summary>Points the system table at its configuration tables.</summary>
    public void SetConfigurationTables(ulong count, GuestAddress array)
    {
        memory.WriteUInt64(at.System + 104, count);
        memory.WritePointer(at.System + 112, array);
    }

    /// <summary>What ExitBootServices does to the tables: no boot services, no consoles, the boot services table zeroed.</summary>
    public void EndBootServices()
    {
        memory.WritePointer(at.System + 96, GuestAddress.Null);
        WriteConsole(40, default);
        WriteConsole(56, default);
        WriteConsole(72, default);
        UpdateSystemCrc();
        memory.Fill(at.Boot, BootTableBytes, 0);
    }

    /// <summary>Computes the system table's checksum anew.</summary>
    public void UpdateSystemCrc() => UpdateCrc(at.System);

    private void WriteConsole(ulong offset, (EfiHandle Handle, GuestAddress Interface) console)
    {
        memory.WriteUInt64(at.System + offset, console.Handle.Value);
        memory.WritePointer(at.System + offset + 8, console.Interface);
    }

    private void BuildServices(
        GuestAddress table, ulong signature, uint revision, uint bytes, IEnumerable<ServiceRow> rows, bool isRuntime)
    {
        memory.Fill(table, bytes, 0);
        WriteHeader(table, signature, revision, bytes);
        foreach (ServiceRow row in rows)
        {
            memory.WritePointer(table + (ulong)row.Offset, gates.Add(row.Signature, row.Body, isRuntime));
        }

        UpdateCrc(table);
    }

    private void WriteHeader(GuestAddress table, ulong signature, uint revision, uint bytes)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, signature);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], revision);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], bytes);
        memory.Write(table, header);
    }

    private void UpdateCrc(GuestAddress table)
    {
        memory.WriteUInt32(table + CrcOffset, 0);
        int size = (int)Math.Min(memory.ReadUInt32(table + 12), 4096);
        memory.WriteUInt32(table + CrcOffset, Crc32.Of(memory.ReadBytes(table, size)));
    }
}
