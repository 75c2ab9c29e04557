using EfiEmu.Firmware.Services;
using EfiEmu.Sdk;
using static EfiEmu.Sdk.ParameterKind;

namespace EfiEmu.Firmware.Abi;

/// <summary>The miscellaneous boot services as guests call them.</summary>
/// <remarks>UEFI 2.10 sections 7.4.6 and 7.5; MdeModulePkg/Core/Dxe/Misc, Library/UefiRuntimeLib.</remarks>
internal sealed class MiscellaneousAbi(
    BootServicesExit exit, MiscellaneousServices services, ConfigurationTableServices tables, Watchdog watchdog, IGuestMemory memory)
{
    /// <summary>The rows of the boot services table.</summary>
    public IEnumerable<ServiceRow> Rows =>
    [
        new(192, new("bs", "InstallConfigurationTable", new("Guid", ParameterKind.Guid), new("Table", Pointer)), InstallConfigurationTable),
        new(232, new("bs", "ExitBootServices", new("ImageHandle"), new("MapKey")), c => exit.Exit(c[1]).Value),
        new(240, new("bs", "GetNextMonotonicCount", new Parameter("Count", Out)), GetNextMonotonicCount),
        new(248, new("bs", "Stall", new Parameter("Microseconds")), Stall),
        new(256, new("bs", "SetWatchdogTimer", new("Timeout"), new("WatchdogCode"), new("DataSize"), new("WatchdogData", Pointer)), SetWatchdogTimer),
        new(344, new("bs", "CalculateCrc32", new("Data", Pointer), new("DataSize"), new("Crc32", Out)), CalculateCrc32),
        new(352, new("bs", "CopyMem", new("Destination", Pointer), new("Source", Pointer), new("Length")) { ReturnsStatus = false }, CopyMem),
        new(360, new("bs", "SetMem", new("Buffer", Pointer), new("Size"), new("Value")) { ReturnsStatus = false }, SetMem),
    ];

    private ulong InstallConfigurationTable(IGuestCall call) => call[0] == 0
        ? EfiStatus.InvalidParameter.Value
        : tables.Install(memory.ReadGuid(new GuestAddress(call[0])), new GuestAddress(call[1])).Value;

    private ulong GetNextMonotonicCount(IGuestCall call)
    {
        if (call[0] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt64(new GuestAddress(call[0]), services.NextMonotonicCount());
        return EfiStatus.Success.Value;
    }

    private ulong Stall(IGuestCall call)
    {
        services.Stall(call[0]);
        return EfiStatus.Success.Value;
    }

    /// <summary>EFI_BOOT_SERVICES.SetWatchdogTimer().</summary>
    /// <remarks>The watchdog resets the machine when its time is over; 0 turns it off. Codes and data are only for a log.</remarks>
    private ulong SetWatchdogTimer(IGuestCall call)
    {
        watchdog.Arm(call[0]);
        return EfiStatus.Success.Value;
    }

    private ulong CalculateCrc32(IGuestCall call)
    {
        if (call[0] == 0 || call[1] == 0 || call[2] == 0)
        {
            return EfiStatus.InvalidParameter.Value;
        }

        memory.WriteUInt32(new GuestAddress(call[2]), services.Crc32Of(new GuestAddress(call[0]), call[1]));
        return EfiStatus.Success.Value;
    }

    private ulong CopyMem(IGuestCall call)
    {
        services.Copy(new GuestAddress(call[0]), new GuestAddress(call[1]), call[2]);
        return 0;
    }

    private ulong SetMem(IGuestCall call)
    {
        services.Fill(new GuestAddress(call[0]), call[1], (byte)call[2]);
        return 0;
    }
}
