using EfiEmu.Firmware.Memory;
using EfiEmu.Platforms;

namespace EfiEmu.Firmware;

/// <summary>A named real firmware whose behaviour a boot shows.</summary>
/// <param name="Name">The name on the command line: edk2-202502.</param>
/// <param name="Description">One line for a listing.</param>
public sealed record FirmwareProfile(string Name, string Description)
{
    /// <summary>Whether BEFORE_EXIT_BOOT_SERVICES exists, and when it is signalled.</summary>
    public required BeforeExitSignal BeforeExit { get; init; }

    /// <summary>Where OVMF of this era puts what in memory.</summary>
    internal OvmfGeneration Ovmf { get; init; } = OvmfGeneration.Ovmf202502;

    /// <summary>How the memory services of this era answer.</summary>
    internal MemoryRules MemoryRules { get; init; } = MemoryRules.Stable202405;

    /// <summary>The policy that this firmware has on a platform: what OVMF does there, unless the era lacks the protocol for it.</summary>
    public AcceptancePolicy AcceptanceOn(IPlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        AcceptancePolicy native = platform.NativeAcceptance is { } name
            ? AcceptancePolicies.All.First(p => p.Name == name)
            : new NothingToAccept();
        return native.OffersNegotiation && BeforeExit == BeforeExitSignal.Never ? new AcceptAll() : native;
    }
}

/// <summary>When firmware signals BEFORE_EXIT_BOOT_SERVICES.</summary>
public enum BeforeExitSignal
{
    /// <summary>Never: the group came with edk2-stable202302.</summary>
    Never,

    /// <summary>At every ExitBootServices call: edk2-stable202302 to 202411.</summary>
    EveryCall,

    /// <summary>At the first ExitBootServices call only: since edk2-stable202502.</summary>
    Once,
}

/// <summary>The firmware profiles, one line each.</summary>
public static class FirmwareProfiles
{
    /// <summary>The profile that a boot has when none is asked for.</summary>
    public const string Default = "edk2-202502";

    /// <summary>All profiles, oldest first.</summary>
    public static IReadOnlyList<FirmwareProfile> All { get; } =
    [
        new("edk2-202211", "OVMF 2022.11: no BEFORE_EXIT_BOOT_SERVICES; SEV-SNP firmware accepts all RAM before the guest")
        {
            BeforeExit = BeforeExitSignal.Never,
            Ovmf = OvmfGeneration.Ovmf202211,
            MemoryRules = MemoryRules.BeforeStable202405,
        },
        new("edk2-202302", "OVMF 2023.02 to 2024.11: BEFORE_EXIT_BOOT_SERVICES is signalled at every ExitBootServices")
        {
            BeforeExit = BeforeExitSignal.EveryCall,
            Ovmf = OvmfGeneration.Ovmf202302,
            MemoryRules = MemoryRules.BeforeStable202405,
        },
        new("edk2-202502", "OVMF since 2025.02: BEFORE_EXIT_BOOT_SERVICES is signalled at the first ExitBootServices only")
        {
            BeforeExit = BeforeExitSignal.Once,
        },
    ];
}
