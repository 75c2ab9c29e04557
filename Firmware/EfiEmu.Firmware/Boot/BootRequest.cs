using System.Collections.Frozen;
using EfiEmu.Platforms;

namespace EfiEmu.Firmware;

/// <summary>Everything that a boot depends on. Equal requests give byte-identical reports, on every host.</summary>
public sealed record BootRequest
{
    /// <summary>The image to boot, as \EFI\BOOT\BOOTX64.EFI of the boot volume.</summary>
    public required GuestFile Guest { get; init; }

    /// <summary>The platform's name; see <see cref="PlatformCatalogue"/>.</summary>
    public required string Platform { get; init; }

    /// <summary>The processor: NAME[,+feature,-feature]; see <see cref="ProcessorModel"/>.</summary>
    public string Processor { get; init; } = ProcessorModel.Default.Name;

    /// <summary>How guest code is executed: a name of <see cref="ExecutionTiers"/>. No report depends on it.</summary>
    public string Tier { get; init; } = ExecutionTiers.Default;

    /// <summary>RAM in bytes, a multiple of 4 KiB. Ignored where <see cref="MemoryMap"/> is given.</summary>
    public required ulong MemoryBytes { get; init; }

    /// <summary>The captured memory map of a real machine to start from, or null for the platform's own.</summary>
    public MemoryMapFile? MemoryMap { get; init; }

    /// <summary>The firmware profile's name; see <see cref="FirmwareProfiles"/>.</summary>
    public required string Firmware { get; init; }

    /// <summary>The acceptance policy's name, or null for what the profile has on this platform; see <see cref="AcceptancePolicies"/>.</summary>
    public string? Acceptance { get; init; }

    /// <summary>LoadedImage.LoadOptions as text, or null for none.</summary>
    public string? LoadOptions { get; init; }

    /// <summary>The initial ramdisk, or null.</summary>
    public ReadOnlyMemory<byte>? Initrd { get; init; }

    /// <summary>Further files of the boot volume, by lower-case path with backslashes: \vmlinuz, \efi\debian\grub.cfg.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> BootFiles { get; init; } = FrozenDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Where the boot ends, or null for what suits the guest: the hand-over of one that says so, ExitBootServices for a Linux kernel, else its own end.</summary>
    public BootUntil? Until { get; init; }

    /// <summary>Keep every service call as an event of its own instead of folding equal ones.</summary>
    public bool Trace { get; init; }

    /// <summary>The budgets.</summary>
    public BootBudget Budget { get; init; } = new();

    /// <summary>Seeds everything that is random to the guest.</summary>
    public ulong Seed { get; init; }
}

/// <summary>A file to boot.</summary>
/// <param name="Name">The name that reports show; without a host's path.</param>
/// <param name="Bytes">The whole file.</param>
/// <param name="Description">What it is, for the report.</param>
/// <param name="IsKernel">Whether it is a kernel that leaves boot services: its boot ends there unless told otherwise.</param>
public sealed record GuestFile(string Name, ReadOnlyMemory<byte> Bytes, string Description, bool IsKernel)
{
    /// <summary>The image itself where the guest is no file: one that is written in C#.</summary>
    public ILoadableImage? Image { get; init; }

    /// <summary>Whether it goes on after ExitBootServices and hands over to a kernel: its boot ends there unless told otherwise.</summary>
    public bool HandsOver { get; init; }
}

/// <summary>A file with a captured memory map: a kernel log or the UEFI shell's memmap table.</summary>
/// <param name="Name">The name that faults show.</param>
/// <param name="Bytes">The whole file.</param>
public sealed record MemoryMapFile(string Name, byte[] Bytes);

/// <summary>Where a boot ends when nothing ends it before.</summary>
public enum BootUntil
{
    /// <summary>At the first ExitBootServices that succeeds.</summary>
    ExitBootServices,

    /// <summary>Where the guest, out of boot services, jumps out of its image: a kernel's stub into the kernel.</summary>
    HandOff,

    /// <summary>Where the guest itself ends.</summary>
    GuestEnd,
}

/// <summary>What a boot may use before it is stopped.</summary>
/// <param name="Instructions">Guest instructions.</param>
/// <param name="GuestBytesTouched">Guest memory that the host has to hold, in bytes.</param>
/// <param name="Events">Records in the event stream.</param>
/// <param name="ConsoleCharacters">Characters that the guest may print.</param>
public sealed record BootBudget(
    ulong Instructions = 20_000_000_000,
    ulong GuestBytesTouched = 4UL << 30,
    int Events = 1_000_000,
    int ConsoleCharacters = 16 << 20);
