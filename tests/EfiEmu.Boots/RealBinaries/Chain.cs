using System.Text;

namespace EfiEmu.Boots.RealBinaries;

/// <summary>A loader with what it loads beside it on the boot volume, configured as its manual says.</summary>
/// <param name="Name">The loader and what it loads.</param>
/// <param name="Loader">The loader's name in tools/images.</param>
/// <param name="Loaded">The name of what it loads there.</param>
/// <param name="LoadedPath">Where that lies on the volume, as a boot finds files.</param>
internal sealed record Chain(string Name, string Loader, string Loaded, string LoadedPath)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Chain> All { get; } =
    [
        new("shim+grub", "shim", "grub", @"\efi\boot\grubx64.efi"),
        new("grub+linux", "grub", "linux-6.1-cloud", @"\vmlinuz")
        {
            Configuration = (@"\efi\debian\grub.cfg", "linux /vmlinuz quiet\nboot\n"),
        },
        new("systemd-boot+linux", "systemd-boot", "linux-6.12-cloud", @"\vmlinuz")
        {
            Configuration = (@"\loader\entries\linux.conf", "title Linux\nlinux /vmlinuz\noptions quiet\n"),
        },
        new("xen+linux", "xen", "linux-6.12-cloud", @"\efi\boot\vmlinuz")
        {
            Configuration = (@"\efi\boot\bootx64.cfg", "[global]\ndefault=linux\n[linux]\nkernel=vmlinuz quiet\n"),
        },
    ];

    /// <summary>The loader's configuration file; its path is null where it needs none.</summary>
    public (string? Path, string Text) Configuration { get; init; }

    /// <summary>The files beside the loader.</summary>
    /// <param name="loaded">What it loads.</param>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files(byte[] loaded)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal) { [LoadedPath] = loaded };
        if (Configuration.Path is { } path)
        {
            files[path] = Encoding.ASCII.GetBytes(Configuration.Text);
        }

        return files;
    }
}
