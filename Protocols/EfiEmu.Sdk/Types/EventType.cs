namespace EfiEmu.Sdk;

/// <summary>The Type argument of CreateEvent.</summary>
/// <remarks>UEFI 2.10 section 7.1.1.</remarks>
[Flags]
public enum EventType : uint
{
    /// <summary>An event with neither timer nor notification.</summary>
    None = 0,

    /// <summary>EVT_NOTIFY_WAIT: the function runs while someone waits.</summary>
    NotifyWait = 0x100,

    /// <summary>EVT_NOTIFY_SIGNAL: the function runs when the event is signalled.</summary>
    NotifySignal = 0x200,

    /// <summary>EVT_SIGNAL_EXIT_BOOT_SERVICES.</summary>
    SignalExitBootServices = 0x201,

    /// <summary>EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE.</summary>
    SignalVirtualAddressChange = 0x60000202,

    /// <summary>EVT_RUNTIME_CONTEXT.</summary>
    RuntimeContext = 0x20000000,

    /// <summary>EVT_RUNTIME: the event lives in runtime memory.</summary>
    Runtime = 0x40000000,

    /// <summary>EVT_TIMER: SetTimer may be called on it.</summary>
    Timer = 0x80000000,
}

/// <summary>EFI_TIMER_DELAY.</summary>
/// <remarks>UEFI 2.10 section 7.1.7.</remarks>
public enum TimerDelay : uint
{
    /// <summary>TimerCancel.</summary>
    Cancel = 0,

    /// <summary>TimerPeriodic.</summary>
    Periodic = 1,

    /// <summary>TimerRelative.</summary>
    Relative = 2,
}

/// <summary>EFI_ALLOCATE_TYPE.</summary>
/// <remarks>UEFI 2.10 section 7.2.1.</remarks>
public enum AllocateType : uint
{
    /// <summary>AllocateAnyPages.</summary>
    AnyPages = 0,

    /// <summary>AllocateMaxAddress: the last byte lies at or below the address given.</summary>
    MaxAddress = 1,

    /// <summary>AllocateAddress: exactly there.</summary>
    Address = 2,
}
