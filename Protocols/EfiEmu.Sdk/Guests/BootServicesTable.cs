namespace EfiEmu.Sdk;

/// <summary>EFI_BOOT_SERVICES: the offset of each function pointer, in bytes.</summary>
/// <remarks>UEFI 2.10 section 4.4.</remarks>
public static class BootServicesTable
{
    /// <summary>RaiseTPL.</summary>
    public const uint RaiseTpl = 24;

    /// <summary>RestoreTPL.</summary>
    public const uint RestoreTpl = 32;

    /// <summary>AllocatePages.</summary>
    public const uint AllocatePages = 40;

    /// <summary>FreePages.</summary>
    public const uint FreePages = 48;

    /// <summary>GetMemoryMap.</summary>
    public const uint GetMemoryMap = 56;

    /// <summary>AllocatePool.</summary>
    public const uint AllocatePool = 64;

    /// <summary>FreePool.</summary>
    public const uint FreePool = 72;

    /// <summary>CreateEvent.</summary>
    public const uint CreateEvent = 80;

    /// <summary>SetTimer.</summary>
    public const uint SetTimer = 88;

    /// <summary>WaitForEvent.</summary>
    public const uint WaitForEvent = 96;

    /// <summary>SignalEvent.</summary>
    public const uint SignalEvent = 104;

    /// <summary>CloseEvent.</summary>
    public const uint CloseEvent = 112;

    /// <summary>CheckEvent.</summary>
    public const uint CheckEvent = 120;

    /// <summary>InstallProtocolInterface.</summary>
    public const uint InstallProtocolInterface = 128;

    /// <summary>ReinstallProtocolInterface.</summary>
    public const uint ReinstallProtocolInterface = 136;

    /// <summary>UninstallProtocolInterface.</summary>
    public const uint UninstallProtocolInterface = 144;

    /// <summary>HandleProtocol.</summary>
    public const uint HandleProtocol = 152;

    /// <summary>RegisterProtocolNotify.</summary>
    public const uint RegisterProtocolNotify = 168;

    /// <summary>LocateHandle.</summary>
    public const uint LocateHandle = 176;

    /// <summary>LocateDevicePath.</summary>
    public const uint LocateDevicePath = 184;

    /// <summary>InstallConfigurationTable.</summary>
    public const uint InstallConfigurationTable = 192;

    /// <summary>LoadImage.</summary>
    public const uint LoadImage = 200;

    /// <summary>StartImage.</summary>
    public const uint StartImage = 208;

    /// <summary>Exit.</summary>
    public const uint Exit = 216;

    /// <summary>UnloadImage.</summary>
    public const uint UnloadImage = 224;

    /// <summary>ExitBootServices.</summary>
    public const uint ExitBootServices = 232;

    /// <summary>GetNextMonotonicCount.</summary>
    public const uint GetNextMonotonicCount = 240;

    /// <summary>Stall.</summary>
    public const uint Stall = 248;

    /// <summary>SetWatchdogTimer.</summary>
    public const uint SetWatchdogTimer = 256;

    /// <summary>ConnectController.</summary>
    public const uint ConnectController = 264;

    /// <summary>DisconnectController.</summary>
    public const uint DisconnectController = 272;

    /// <summary>OpenProtocol.</summary>
    public const uint OpenProtocol = 280;

    /// <summary>CloseProtocol.</summary>
    public const uint CloseProtocol = 288;

    /// <summary>OpenProtocolInformation.</summary>
    public const uint OpenProtocolInformation = 296;

    /// <summary>ProtocolsPerHandle.</summary>
    public const uint ProtocolsPerHandle = 304;

    /// <summary>LocateHandleBuffer.</summary>
    public const uint LocateHandleBuffer = 312;

    /// <summary>LocateProtocol.</summary>
    public const uint LocateProtocol = 320;

    /// <summary>InstallMultipleProtocolInterfaces.</summary>
    public const uint InstallMultipleProtocolInterfaces = 328;

    /// <summary>UninstallMultipleProtocolInterfaces.</summary>
    public const uint UninstallMultipleProtocolInterfaces = 336;

    /// <summary>CalculateCrc32.</summary>
    public const uint CalculateCrc32 = 344;

    /// <summary>CopyMem.</summary>
    public const uint CopyMem = 352;

    /// <summary>SetMem.</summary>
    public const uint SetMem = 360;

    /// <summary>CreateEventEx.</summary>
    public const uint CreateEventEx = 368;
}
