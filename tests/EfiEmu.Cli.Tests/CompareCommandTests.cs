using System.Text.Json;
using EfiEmu.Firmware;
using EfiEmu.SampleReports;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _image;

    public CompareCommandTests() => _image = _folder.Put("guest.efi", 1, 2, 3);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Compare_TwoImages_BootsBothOnOneMachine()
    {
        (BootRequest a, BootRequest b) = Requested(
            _image, _folder.Put("other.efi", 4), "--platform", "sev-snp", "--memory", "16G", "--seed", "7", "--", "quiet");

        Assert.Equal(("guest.efi", "other.efi"), (a.Guest.Name, b.Guest.Name));
        Assert.Equal(("sev-snp", 16UL << 30, 7UL, "quiet"), (a.Platform, a.MemoryBytes, a.Seed, a.LoadOptions));
        Assert.Equal(a with { Guest = b.Guest }, b);
    }

    [Theory]
    [InlineData("--platform", "sev-snp", "tdx")]
    [InlineData("--firmware", "edk2-202211", "edk2-202502")]
    [InlineData("--acceptance", "lazy", "accept-all")]
    [InlineData("--memory", "8G", "16G")]
    public void Compare_OneOptionWithTwoValues_DiffersInItAlone(string option, string first, string second)
    {
        foreach (string[] words in new string[][] { [option, $"{first},{second}"], [option, first, option, second] })
        {
            (BootRequest a, BootRequest b) = Requested([_image, .. words]);

            Assert.Equal([first, second], new[] { a, b }.Select(r => Word(option, r)));
            Assert.Equal(
                a with { Guest = b.Guest },
                b with { Platform = a.Platform, Firmware = a.Firmware, Acceptance = a.Acceptance, MemoryBytes = a.MemoryBytes });
        }
    }

    [Fact]
    public void Compare_BuiltInGuests_NeedNoFile() => Assert.Equal("a built-in guest", Requested("hello", _image).A.Guest.Description);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Compare_WhateverBecomesOfTheGuests_Succeeds(int exitCode)
    {
        var report = SampleReport.Faulted();
        var emulator = new FakeEmulator { OnBoot = (_, _) => report with { Outcome = report.Outcome with { ExitCode = exitCode } } };

        CommandRun run = CommandRun.Of(emulator, "compare", _image, "hello");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("\n  ANSWER ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_JsonFormat_PrintsJsonAlone()
    {
        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of(new FakeEmulator(), "compare", _image, "--memory", "8G,16G", "--format", "json").Output);

        Assert.Equal("efiemu.comparison/1", json.RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public void Compare_Out_HoldsWhatStandardOutputWouldWithoutColours()
    {
        string file = _folder.Put("comparison.txt", 65);
        string expected = CommandRun.Of(new FakeEmulator(), "compare", _image, "hello").Output;

        CommandRun run = CommandRun.Of(new FakeEmulator(), colours: true, default, "compare", _image, "hello", "--out", file);

        Assert.Equal((string.Empty, expected), (run.Output, File.ReadAllText(file)));
    }

    [Fact]
    public void Compare_Verbose_SpeaksOnStandardErrorOnly()
    {
        CommandRun run = CommandRun.Of(new FakeEmulator(), "compare", _image, "hello", "--verbose");

        Assert.Contains("MIPS", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("MIPS", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "compare: nothing differs; give a second image, or two values to one of --platform, --memory, --firmware, --acceptance")]
    [InlineData("--platform tdx", "compare: nothing differs; give a second image, or two values to one of --platform, --memory, --firmware, --acceptance")]
    [InlineData("--platform plain,tdx --memory 1G,2G", "compare: --platform and --memory differ; one thing at a time")]
    [InlineData("hello --memory 1G,2G", "compare: two images and --memory differ; one thing at a time")]
    [InlineData("hello hello", "compare: IMAGE: 3 given; a comparison takes one or two")]
    [InlineData("--platform plain,tdx,sev-snp", "--platform: 3 values; a comparison takes one or two")]
    [InlineData("--platform tdx,tdx", "--platform: tdx is given twice: nothing differs")]
    [InlineData("--platform tdx,xen", "--platform: unknown 'xen'; there are plain, sev-snp, tdx")]
    [InlineData("--platform tdx,", "--platform: unknown ''; there are plain, sev-snp, tdx")]
    [InlineData("--memory 8G,8192M", "--memory: 8G and 8192M are the same: nothing differs")]
    [InlineData("--memory 8G,lots", "--memory: 'lots' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("hello --seed 1,2", "--seed: '1,2' is not a number from 0 to 18446744073709551615")]
    [InlineData("hello --format canonical", "--format: unknown 'canonical'; there are text, json")]
    [InlineData("no-such.efi", "no-such.efi: image: no such file")]
    [InlineData("hello --trace", "compare: unknown option '--trace' (see efiemu compare --help)")]
    public void Compare_BadUsage_GivesOneLine(string options, string expected) =>
        AssertLine(expected, CommandRun.Of(new FakeEmulator(), ["compare", _image, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

    [Fact]
    public void Compare_NoImage_GivesOneLine() => AssertLine(
        "compare: IMAGE: none given (see efiemu compare --help)", CommandRun.Of(new FakeEmulator(), "compare", "--memory", "1G,2G"));

    [Fact]
    public void Compare_OutIsTheSecondImage_LeavesTheImageAlone()
    {
        string other = _folder.Put("other.efi", 4, 5);

        AssertLine($"{other}: out: is an input of the same boot", CommandRun.Of(new FakeEmulator(), "compare", _image, other, "--out", other));
        Assert.Equal([4, 5], File.ReadAllBytes(other));
    }

    [Fact]
    public void Compare_SecondBootThatCannotBe_GivesOneLine()
    {
        var emulator = new FakeEmulator
        {
            OnBoot = (request, _) => request.Platform == "plain"
                ? throw new BootRequestException("acceptance", "nothing to accept on plain")
                : SampleReport.AcceptedAtExit(),
        };

        AssertLine("--acceptance: nothing to accept on plain", CommandRun.Of(emulator, "compare", _image, "--platform", "tdx,plain"));
    }

    [Fact]
    public void Help_OfCompare_NamesEveryOption()
    {
        string help = CommandRun.Of(new FakeEmulator(), "compare", "--help").Output;

        Assert.All(new CompareOptions(new BootOptions()).ToCommand().Options, option => Assert.Contains($"{option.Name} ", help, StringComparison.Ordinal));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 110, line));
    }

    private static string? Word(string option, BootRequest request) => option switch
    {
        "--platform" => request.Platform,
        "--firmware" => request.Firmware,
        "--acceptance" => request.Acceptance,
        _ => $"{request.MemoryBytes >> 30}G",
    };

    private static (BootRequest A, BootRequest B) Requested(params string[] arguments)
    {
        List<BootRequest> requests = [];
        var emulator = new FakeEmulator
        {
            OnBoot = (request, _) =>
            {
                requests.Add(request);
                return SampleReport.AcceptedAtExit();
            },
        };
        CommandRun run = CommandRun.Of(emulator, ["compare", .. arguments]);
        Assert.Equal((0, string.Empty, 2), (run.ExitCode, run.Error, requests.Count));
        return (requests[0], requests[1]);
    }

    private static void AssertLine(string expected, CommandRun run) =>
        Assert.Equal((2, string.Empty, $"efiemu: {expected}\n"), (run.ExitCode, run.Output, run.Error));
}
