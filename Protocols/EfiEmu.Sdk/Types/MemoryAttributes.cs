namespace EfiEmu.Sdk;

/// <summary>The Attribute field of a memory descriptor.</summary>
/// <remarks>UEFI 2.10 section 7.2.3.</remarks>
[Flags]
public enum MemoryAttributes : ulong
{
    /// <summary>No attribute.</summary>
    None = 0,

    /// <summary>EFI_MEMORY_UC: may be uncached.</summary>
    Uncached = 0x1,

    /// <summary>EFI_MEMORY_WC: may be write combining.</summary>
    WriteCombining = 0x2,

    /// <summary>EFI_MEMORY_WT: may be write through.</summary>
    WriteThrough = 0x4,

    /// <summary>EFI_MEMORY_WB: may be write back.</summary>
    WriteBack = 0x8,

    /// <summary>EFI_MEMORY_UCE: uncached, exported, supports fetch and add.</summary>
    UncachedExported = 0x10,

    /// <summary>EFI_MEMORY_WP: may be write protected.</summary>
    WriteProtected = 0x1000,

    /// <summary>EFI_MEMORY_RP: may be read protected.</summary>
    ReadProtected = 0x2000,

    /// <summary>EFI_MEMORY_XP: may be execute protected.</summary>
    ExecuteProtected = 0x4000,

    /// <summary>EFI_MEMORY_NV: non-volatile.</summary>
    NonVolatile = 0x8000,

    /// <summary>EFI_MEMORY_MORE_RELIABLE: mirrored or otherwise more reliable.</summary>
    MoreReliable = 0x10000,

    /// <summary>EFI_MEMORY_RO: may be made read only.</summary>
    ReadOnly = 0x20000,

    /// <summary>EFI_MEMORY_SP: special purpose.</summary>
    SpecialPurpose = 0x40000,

    /// <summary>EFI_MEMORY_CPU_CRYPTO: the processor can encrypt it.</summary>
    CpuCrypto = 0x80000,

    /// <summary>EFI_MEMORY_HOT_PLUGGABLE: may be removed at run time.</summary>
    HotPluggable = 0x100000,

    /// <summary>EFI_MEMORY_RUNTIME: firmware needs it mapped after ExitBootServices.</summary>
    Runtime = 0x8000000000000000,

    /// <summary>UC, WC, WT and WB: what system RAM has on x86.</summary>
    SystemRam = Uncached | WriteCombining | WriteThrough | WriteBack,
}
