using EfiEmu.Firmware;
using Xunit;

namespace EfiEmu.Cli.Tests;

/// <summary>Each bad input gives exactly one line on standard error, nothing on standard output, and exit code 2.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _image;

    public BadInputTests() => _image = _folder.Put("guest.efi", 1, 2, 3);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--platform xen", "efiemu: --platform: unknown 'xen'; there are plain, sev-snp, tdx")]
    [InlineData("--firmware bios", "efiemu: --firmware: unknown 'bios'; there are edk2-202211, edk2-202302, edk2-202502")]
    [InlineData("--acceptance no", "efiemu: --acceptance: unknown 'no'; there are negotiated, lazy, accept-all, lazy-without-negotiation")]
    [InlineData("--until dawn", "efiemu: --until: unknown 'dawn'; there are exit-boot-services, hand-off, guest-end")]
    [InlineData("--format xml", "efiemu: --format: unknown 'xml'; there are text, json, canonical")]
    [InlineData("--memory 0", "efiemu: --memory: 0 is not a positive multiple of 4096 bytes")]
    [InlineData("--memory 4097", "efiemu: --memory: 4097 is not a positive multiple of 4096 bytes")]
    [InlineData("--memory 5P", "efiemu: --memory: 5P is more than x86-64 can address; the most is 4P")]
    [InlineData("--memory 99999999999999999999", "efiemu: --memory: 99999999999999999999 is more than x86-64 can address; the most is 4P")]
    [InlineData("--memory -1G", "efiemu: --memory: '-1G' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("--memory lots", "efiemu: --memory: 'lots' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("--memory G", "efiemu: --memory: 'G' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("--cpu pentium", "efiemu: --cpu: unknown 'pentium'; there are default, x86-64, x86-64-v2")]
    [InlineData("--seed x", "efiemu: --seed: 'x' is not a number from 0 to 18446744073709551615")]
    [InlineData("--max-instructions -5", "efiemu: --max-instructions: '-5' is not a number from 0 to 18446744073709551615")]
    [InlineData("--frobnicate", "efiemu: Unrecognized command or argument '--frobnicate' (see efiemu --help)")]
    [InlineData("--memory", "efiemu: Required argument missing for option: '--memory' (see efiemu --help)")]
    [InlineData("--initrd /nonexistent/initrd", "efiemu: /nonexistent/initrd: initrd: no such file")]
    [InlineData("--memory-map /nonexistent/map", "efiemu: /nonexistent/map: memory map: no such file")]
    [InlineData("--out /nonexistent/report", "efiemu: /nonexistent/report: out: cannot be written: no such directory")]
    public void Boot_BadOption_GivesOneLine(string option, string expected) => AssertRefused(expected, option.Split(' '));

    [Fact]
    public void Boot_MissingImage_GivesOneLine() => AssertLine("efiemu: no-such.efi: image: no such file", Run("no-such.efi"));

    [Fact]
    public void Boot_NoImage_GivesOneLine() =>
        AssertLine("efiemu: boot: IMAGE: none given (see efiemu boot --help)", CommandRun.Of(new FakeEmulator(), "boot"));

    [Fact]
    public void Boot_TwoImages_GivesOneLine() =>
        AssertLine("efiemu: Unrecognized command or argument 'b.efi' (see efiemu --help)", Run(_image, "b.efi"));

    [Fact]
    public void Boot_Directory_GivesOneLine() => AssertLine($"efiemu: {_folder.Path}: image: is a directory", Run(_folder.Path));

    [Fact]
    public void Boot_EmptyFile_GivesOneLine()
    {
        string empty = _folder.Put("empty.efi");

        AssertLine($"efiemu: {empty}: image: the file is empty", Run(empty));
    }

    [Fact]
    public void Boot_ImageThatTheLoaderRefuses_GivesItsLine() => AssertLine(
        $"efiemu: {_image}: Machine: 0x14c is not x86-64",
        CommandRun.Of(new FakeEmulator { RefusalText = "Machine: 0x14c is not x86-64" }, "boot", _image));

    [Fact]
    public void Boot_MalformedMemoryMap_GivesItsLineNumber()
    {
        string map = _folder.Put("map.txt", 65);

        AssertLine(
            $"efiemu: {map}:7: range ends before it starts",
            CommandRun.Of(
                new FakeEmulator { OnBoot = (_, _) => throw new BootRequestException("memory-map", $"{map}:7: range ends before it starts") },
                "boot", _image, "--memory-map", map));
    }

    [Fact]
    public void Boot_MemoryAndMemoryMap_AreRefusedTogether() => AssertRefused(
        "efiemu: --memory: the memory map says how much memory there is; give one of the two",
        "--memory", "1G", "--memory-map", _folder.Put("map.txt", 65));

    [Fact]
    public void Boot_RequestThatCannotBeMet_GivesOneLine() => AssertLine(
        "efiemu: --memory: 64 MiB is too little for this platform",
        CommandRun.Of(
            new FakeEmulator { OnBoot = (_, _) => throw new BootRequestException("memory", "64 MiB is too little for this platform") },
            "boot", _image));

    [Fact]
    public void Boot_OutIsTheImage_LeavesTheImageAlone()
    {
        AssertRefused($"efiemu: {_image}: out: is an input of the same boot", "--out", _image);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_image));
    }

    [Fact]
    public void Boot_OutLiesInTheFolderOfTheDisk_LeavesTheFolderAlone()
    {
        string folder = Path.GetDirectoryName(_folder.Put("disk-file.txt", 7))!;
        string output = Path.Combine(folder, "report.txt");

        AssertRefused($"efiemu: {output}: out: lies in the folder of --disk", "--disk", folder, "--out", output);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void Boot_GuestThatIsNotThere_NamesThoseThatAre() =>
        AssertLine("efiemu: guest:nobody: image: no such guest; there are hello", Run("guest:nobody"));

    [Fact]
    public void Boot_NameWithNewlines_StaysOneLine() => Assert.Single(Lines(Run("a\nb\e[31m")));

    [Fact]
    public void Boot_ReportThatCannotBeWritten_GivesOneLine()
    {
        if (File.Exists("/dev/full"))
        {
            CommandRun run = Run(_image, "--out", "/dev/full");

            Assert.StartsWith("efiemu: /dev/full: out: cannot be written: ", Assert.Single(Lines(run)), StringComparison.Ordinal);
            Assert.Equal(2, run.ExitCode);
        }
    }

    [Fact]
    public void UnknownCommand_GivesOneLine() => AssertLine(
        "efiemu: unknown command or option 'boott' (see efiemu --help)", CommandRun.Of(new FakeEmulator(), "boott"));

    [Fact]
    public void NoCommand_GivesOneLine() =>
        AssertLine("efiemu: no command given (see efiemu --help)", CommandRun.Of(new FakeEmulator()));

    [Fact]
    public void Boot_RandomArguments_NeverEndInAnInternalError()
    {
        var random = new Random(2);
        string[] words =
        [
            "boot", "compare", "firmware", "guests", "--memory", "8G", "8G,1G", "--memory=1", "--memory=", "=", "--", "-", "---", "@x", "[d]", "--seed", "0x", "0xg",
            "--trace", "--trace=maybe", "--format", "json", "--out", "", " ", "hello", "-h", "\0", "--until", "guest-end", "é", "--platform",
        ];
        for (int round = 0; round < 2000; round++)
        {
            string[] arguments = [.. Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)])];
            // What these words may name as an output file must not be written by a test.
            if (!arguments.Contains("--out"))
            {
                CommandRun run = CommandRun.Of(new FakeEmulator(), arguments);
                Assert.True(run.ExitCode is 0 or 2, $"{string.Join('|', arguments)}: {run.ExitCode} {run.Error}");
                Assert.Equal(run.ExitCode == 2 ? 1 : 0, Lines(run).Length);
            }
        }
    }

    private void AssertRefused(string expected, params string[] options) => AssertLine(expected, Run([_image, .. options]));

    private static void AssertLine(string expected, CommandRun run)
    {
        Assert.Equal(expected + "\n", run.Error);
        Assert.Equal(string.Empty, run.Output);
        Assert.Equal(2, run.ExitCode);
    }

    private static CommandRun Run(params string[] arguments) => CommandRun.Of(new FakeEmulator(), ["boot", .. arguments]);

    private static string[] Lines(CommandRun run) => run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
