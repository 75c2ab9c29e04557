using EfiEmu.Firmware;

namespace EfiEmu.Loaders;

/// <summary>The machine that a script boots guests on, until it chooses another.</summary>
public sealed record MachineSettings
{
    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>RAM in bytes.</summary>
    public required ulong MemoryBytes { get; init; }

    /// <summary>The captured memory map of a real machine, in the place of RAM in bytes; or null.</summary>
    public MemoryMapFile? MemoryMap { get; init; }

    /// <summary>The firmware profile's name.</summary>
    public required string Firmware { get; init; }

    /// <summary>The acceptance policy's name, or null for the profile's own.</summary>
    public string? Acceptance { get; init; }

    /// <summary>The guest's load options, or null.</summary>
    public string? LoadOptions { get; init; }

    /// <summary>The initial ramdisk, or null.</summary>
    public ReadOnlyMemory<byte>? Initrd { get; init; }

    /// <summary>Where boots end, or null for what suits the guest.</summary>
    public BootUntil? Until { get; init; }

    /// <summary>Keep every call as an event of its own.</summary>
    public bool Trace { get; init; }

    /// <summary>The budgets of each boot.</summary>
    public BootBudget Budget { get; init; } = new();

    /// <summary>Seeds what is random to guests, and math.random.</summary>
    public ulong Seed { get; init; }

    /// <summary>The request to boot a guest on this machine.</summary>
    public BootRequest ToRequest(GuestFile guest) => new()
    {
        Guest = guest,
        Platform = Platform,
        MemoryBytes = MemoryBytes,
        MemoryMap = MemoryMap,
        Firmware = Firmware,
        Acceptance = Acceptance,
        LoadOptions = LoadOptions,
        Initrd = Initrd,
        Until = Until,
        Trace = Trace,
        Budget = Budget,
        Seed = Seed,
    };
}
