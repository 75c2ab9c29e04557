namespace EfiEmu.Boots.Support;

/// <summary>Offsets of functions in the tables that a guest calls through.</summary>
internal static class BootService
{
    public const int RaiseTpl = 24;
    public const int RestoreTpl = 32;
    public const int AllocatePages = 40;
    public const int FreePages = 48;
    public const int GetMemoryMap = 56;
    public const int AllocatePool = 64;
    public const int FreePool = 72;
    public const int CreateEvent = 80;
    public const int SetTimer = 88;
    public const int WaitForEvent = 96;
    public const int SignalEvent = 104;
    public const int CloseEvent = 112;
    public const int InstallProtocolInterface = 128;
    public const int HandleProtocol = 152;
    public const int RegisterProtocolNotify = 168;
    public const int InstallConfigurationTable = 192;
    public const int LoadImage = 200;
    public const int StartImage = 208;
    public const int Exit = 216;
    public const int ExitBootServices = 232;
    public const int Stall = 248;
    public const int SetWatchdogTimer = 256;
    public const int LocateProtocol = 320;
    public const int CalculateCrc32 = 344;
    public const int CopyMem = 352;
    public const int SetMem = 360;
    public const int CreateEventEx = 368;

    /// <summary>All of them, with the reserved slot left out.</summary>
    public static IEnumerable<int> All { get; } = Enumerable.Range(0, 44).Select(i => 24 + (i * 8)).Where(offset => offset != 160);
}

/// <summary>The same of the runtime services.</summary>
internal static class RuntimeService
{
    public const int GetTime = 24;
    public const int GetVariable = 72;
    public const int SetVariable = 88;
    public const int ResetSystem = 104;

    public static IEnumerable<int> All { get; } = Enumerable.Range(0, 14).Select(i => 24 + (i * 8));
}
