using Xunit;

namespace EfiEmu.Cli.Tests;

/// <summary>The folder that becomes the boot volume.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Disk_WithFoldersInIt_GivesFilesByTheirPathOnTheVolume()
    {
        string disk = Directory.CreateDirectory(Path.Combine(_folder.Path, "disk")).FullName;
        Directory.CreateDirectory(Path.Combine(disk, "EFI", "debian"));
        File.WriteAllBytes(Path.Combine(disk, "EFI", "debian", "grub.CFG"), [1, 2]);
        File.WriteAllBytes(Path.Combine(disk, "empty"), []);
        var emulator = new FakeEmulator();

        CommandRun run = CommandRun.Of(emulator, "boot", "hello", "--disk", disk);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([@"\efi\debian\grub.cfg", @"\empty"], emulator.Request!.BootFiles.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new byte[] { 1, 2 }, emulator.Request.BootFiles[@"\efi\debian\grub.cfg"].ToArray());
    }

    [Fact]
    public void Disk_ThatIsNoFolder_SaysSo() => Assert.Equal(
        (2, "efiemu: nowhere: disk: no such directory\n"), Refused("nowhere"));

    [Fact]
    public void Disk_WithALink_NamesIt()
    {
        string link = Path.Combine(_folder.Path, "link");
        File.CreateSymbolicLink(link, "/etc/hostname");

        Assert.Equal((2, $"efiemu: {link}: disk: is a link; a volume has files and directories\n"), Refused(_folder.Path));
    }

    [Fact]
    public void Disk_WithNamesThatDifferInCaseAlone_NamesThem()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "A"), "a");
        File.WriteAllText(Path.Combine(_folder.Path, "a"), "a");

        Assert.Equal((2, $"efiemu: {_folder.Path}: disk: two files are called \\a; a volume does not tell upper from lower case\n"), Refused(_folder.Path));
    }

    private static (int ExitCode, string Error) Refused(string disk)
    {
        CommandRun run = CommandRun.Of(new FakeEmulator(), "boot", "hello", "--disk", disk);
        return (run.ExitCode, run.Error);
    }
}
