namespace EfiEmu.Firmware.Memory;

/// <summary>What differs between the eras of edk2's memory services.</summary>
internal sealed record MemoryRules
{
    /// <summary>Up to edk2-stable202402: pool of type 15 can be had. Page allocations of type 15 fail in every era.</summary>
    public required bool AllocatesUnacceptedPool { get; init; }

    /// <summary>Since edk2-stable202508: AllocateAddress refuses page 0, which catches NULL pointers.</summary>
    public required bool RefusesPageZero { get; init; }

    /// <summary>Since edk2-stable202511: GetMemoryMap counts unaccepted ranges in the size that it asks for.</summary>
    public required bool CountsUnacceptedSpaces { get; init; }

    /// <summary>Least width of the address space that the global coherency domain spans, in bits; RAM above it widens the space.</summary>
    public int AddressBits { get; init; } = 40;

    /// <summary>edk2 before EfiUnacceptedMemoryType became a type of its own (edk2-stable202405).</summary>
    public static MemoryRules BeforeStable202405 => new()
    {
        AllocatesUnacceptedPool = true,
        RefusesPageZero = false,
        CountsUnacceptedSpaces = false,
    };

    /// <summary>edk2-stable202405 to 202505.</summary>
    public static MemoryRules Stable202405 => BeforeStable202405 with { AllocatesUnacceptedPool = false };

    /// <summary>edk2-stable202508.</summary>
    public static MemoryRules Stable202508 => Stable202405 with { RefusesPageZero = true };

    /// <summary>edk2-stable202511 and later.</summary>
    public static MemoryRules Stable202511 => Stable202508 with { CountsUnacceptedSpaces = true };
}
