using System.Security.Cryptography;
using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>A real EFI binary on a platform.</summary>
/// <param name="Name">Its name in tools/images, or that of a chain.</param>
/// <param name="Platform">The platform's name.</param>
internal readonly record struct RealBinary(string Name, string Platform)
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
        .. RealBinaries.Chain.All.SelectMany(chain => new RealBinary[] { new(chain.Name, "plain"), new(chain.Name, "sev-snp") }),
        new("linux-6.1", "sev-snp"),
    ];

    /// <summary>The images that it consists of.</summary>
    public IReadOnlyList<string> Images => Chain is { } chain ? [chain.Loader, chain.Loaded] : [Name];

    private Chain? Chain
    {
        get
        {
            string name = Name;
            return RealBinaries.Chain.All.FirstOrDefault(chain => chain.Name == name);
        }
    }

    /// <summary>Boots it.</summary>
    /// <param name="digest">A SHA-256 over the files that it consists of.</param>
    public BootReport Boot(out string digest)
    {
        string[] paths = [.. Images.Select(RealImages.Path)];
        byte[][] files = [.. paths.Select(File.ReadAllBytes)];
        digest = Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(file => file)]));
        GuestFile guest = Emulator.Guest(Path.GetFileName(paths[0]), files[0]);
        return Emulator.Boot(new BootRequest
        {
            Guest = guest,
            Platform = Platform,
            MemoryBytes = MemoryGiB * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
            BootFiles = Chain?.Files(files[1]) ?? new Dictionary<string, ReadOnlyMemory<byte>>(),
            // What comes behind a chain's loader is a kernel, whatever the loader is.
            Until = Chain is null ? null : BootUntil.ExitBootServices,
        });
    }
}

/// <summary>A theory over all binaries. Without them it is skipped, saying why, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealBinaryTheoryAttribute : TheoryAttribute
{
    public RealBinaryTheoryAttribute() => Skip = RealImages.ReasonToSkip(RealBinary.All.SelectMany(binary => binary.Images));
}
