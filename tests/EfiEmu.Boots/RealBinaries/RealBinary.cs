using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>A real EFI binary on a platform.</summary>
/// <param name="Image">Its name in tools/images.</param>
/// <param name="Platform">The platform's name.</param>
internal readonly record struct RealBinary(string Image, string Platform)
{
    private const ulong MemoryGiB = 16;

    // Applications, which do not look at the memory map, behave alike everywhere; loaders and kernels may not. The generic 6.1 kernel
    // runs for as long as all others together, so it runs once.
    private static readonly string[] Applications =
    [
        "efitools-hashtool", "efitools-helloworld", "efitools-keytool", "efitools-loader", "efitools-lockdown", "efitools-readvars",
        "efitools-setnull", "efitools-shimreplace", "efitools-updatevars", "fwupd", "memtest86",
    ];

    private static readonly string[] Loaders =
        ["grub", "ipxe", "ipxe-snponly", "refind", "shim", "syslinux", "systemd-boot", "xen", "linux-5.10", "linux-6.1-cloud", "linux-6.12", "linux-6.12-cloud"];

    /// <summary>Each binary where it runs, in the order of the table.</summary>
    public static IReadOnlyList<RealBinary> All { get; } =
    [
        .. Applications.Select(image => new RealBinary(image, "plain")),
        .. Loaders.SelectMany(image => new RealBinary[] { new(image, "plain"), new(image, "sev-snp") }),
        new("linux-6.1", "sev-snp"),
    ];

    /// <summary>Boots it.</summary>
    public BootReport Boot()
    {
        string path = RealImages.Path(Image);
        return Emulator.Boot(new BootRequest
        {
            Guest = Emulator.Guest(Path.GetFileName(path), File.ReadAllBytes(path)),
            Platform = Platform,
            MemoryBytes = MemoryGiB * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
        });
    }
}

/// <summary>A theory over all binaries. Without them it is skipped, saying why, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealBinaryTheoryAttribute : TheoryAttribute
{
    public RealBinaryTheoryAttribute() => Skip = RealImages.ReasonToSkip(RealBinary.All.Select(binary => binary.Image));
}
