using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Memory;

/// <summary>Attribute bits and groups of bits that only the global coherency domain knows.</summary>
/// <remarks>MdePkg/Include/Pi/PiDxeCis.h, MdePkg/Include/Uefi/UefiSpec.h.</remarks>
internal static class GcdBits
{
    /// <summary>EFI_MEMORY_PRESENT.</summary>
    public const MemoryAttributes Present = (MemoryAttributes)(1UL << 56);

    /// <summary>EFI_MEMORY_INITIALIZED.</summary>
    public const MemoryAttributes Initialized = (MemoryAttributes)(1UL << 57);

    /// <summary>EFI_MEMORY_TESTED.</summary>
    public const MemoryAttributes Tested = (MemoryAttributes)(1UL << 58);

    /// <summary>EFI_MEMORY_PORT_IO: memory-mapped I/O that stands for ports.</summary>
    public const MemoryAttributes PortIo = (MemoryAttributes)(1UL << 62);

    /// <summary>EFI_CACHE_ATTRIBUTE_MASK.</summary>
    public const MemoryAttributes Cache =
        MemoryAttributes.SystemRam | MemoryAttributes.UncachedExported | MemoryAttributes.WriteProtected;

    /// <summary>EFI_MEMORY_ACCESS_MASK: RP, XP and RO.</summary>
    public const MemoryAttributes Access =
        MemoryAttributes.ReadProtected | MemoryAttributes.ExecuteProtected | MemoryAttributes.ReadOnly;

    /// <summary>EFI_MEMORY_ATTRIBUTE_MASK.</summary>
    public const MemoryAttributes PageAttributes = Access | MemoryAttributes.SpecialPurpose | MemoryAttributes.CpuCrypto;

    /// <summary>What the allocator's entries never carry: RUNTIME follows from the type, the others stay inside the domain.</summary>
    public const MemoryAttributes NeverInAllocator = MemoryAttributes.Runtime | Present | Initialized | Tested;
}
