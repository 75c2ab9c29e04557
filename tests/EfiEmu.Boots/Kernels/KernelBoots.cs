using System.Collections.Concurrent;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Kernels;

/// <summary>Boots of real images, each made once for all tests that look at it.</summary>
public sealed class KernelBoots
{
    private readonly ConcurrentDictionary<(string Image, KernelBoot Boot), Lazy<BootReport>> _reports = [];

    internal BootReport Of(string image, KernelBoot boot) =>
        _reports.GetOrAdd((image, boot), key => new Lazy<BootReport>(() => Fresh(key.Image, key.Boot))).Value;

    /// <summary>The same boot made anew.</summary>
    internal static BootReport Fresh(string image, KernelBoot boot)
    {
        string path = RealImages.Path(image);
        return Emulator.Boot(new BootRequest
        {
            Guest = Emulator.Guest(Path.GetFileName(path), File.ReadAllBytes(path)),
            Platform = boot.Platform,
            MemoryBytes = boot.MemoryGiB * Emulator.GiB,
            MemoryMap = boot.MemoryMap is { } map ? new MemoryMapFile(map, File.ReadAllBytes(Repository.Beside("data", map))) : null,
            Firmware = boot.Firmware,
            Acceptance = boot.Acceptance,
            Trace = true,
            Until = boot.Until,
        });
    }
}

/// <summary>What a boot of a real image depends on beside the image.</summary>
internal sealed record KernelBoot(
    string Platform, ulong MemoryGiB, string Firmware = FirmwareProfiles.Default, string? Acceptance = null, string? MemoryMap = null)
{
    public BootUntil? Until { get; init; }

    public static KernelBoot Plain(ulong memoryGiB, string firmware = FirmwareProfiles.Default) => new("plain", memoryGiB, firmware);

    public static KernelBoot SevSnp(string firmware = FirmwareProfiles.Default, string? acceptance = null) =>
        new("sev-snp", 16, firmware, acceptance);

    public static KernelBoot Tdx { get; } = new("tdx", 16);
}

/// <summary>The tests that share <see cref="KernelBoots"/>.</summary>
[CollectionDefinition(Name)]
public sealed class KernelTests : ICollectionFixture<KernelBoots>
{
    public const string Name = "kernels";
}
