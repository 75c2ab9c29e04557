namespace EfiEmu.Firmware.Reports;

/// <summary>Configuration tables that Linux installs for itself.</summary>
public static class LinuxTables
{
    /// <summary>LINUX_EFI_UNACCEPTED_MEM_TABLE_GUID.</summary>
    public static Guid UnacceptedMemory { get; } = new("d5d1de3c-105c-44f9-9ea9-bcef98120031");
}
