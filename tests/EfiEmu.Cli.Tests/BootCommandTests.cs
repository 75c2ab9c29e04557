using System.Text.Json;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class BootCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _image;

    public BootCommandTests() => _image = _folder.Put("guest.efi", 1, 2, 3);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Boot_WithoutOptions_AsksForTheDefaults()
    {
        BootRequest request = Requested(_image);

        Assert.Equal("plain", request.Platform);
        Assert.Equal(8UL << 30, request.MemoryBytes);
        Assert.Equal("edk2-202502", request.Firmware);
        Assert.Null(request.Acceptance);
        Assert.Null(request.LoadOptions);
        Assert.Null(request.Until);
        Assert.Null(request.Initrd);
        Assert.False(request.Trace);
        Assert.Equal(new BootBudget(), request.Budget);
        Assert.Equal("guest.efi", request.Guest.Name);
        Assert.Equal([1, 2, 3], request.Guest.Bytes.ToArray());
    }

    [Fact]
    public void Boot_OptionsBeforeOrAfterTheImage_MeanTheSame()
    {
        string[] options =
        [
            "--platform", "sev-snp", "--memory=16G", "--firmware", "edk2-202302", "--acceptance", "lazy", "--until", "guest-end",
            "--max-instructions", "1000", "--seed", "0x10", "--trace",
        ];
        BootRequest before = Requested([.. options, _image]);
        BootRequest after = Requested([_image, .. options]);

        Assert.Equal(before with { Guest = after.Guest }, after);
        Assert.Equal("sev-snp", after.Platform);
        Assert.Equal(16UL << 30, after.MemoryBytes);
        Assert.Equal("edk2-202302", after.Firmware);
        Assert.Equal("lazy", after.Acceptance);
        Assert.Equal(BootUntil.GuestEnd, after.Until);
        Assert.Equal(1000UL, after.Budget.Instructions);
        Assert.Equal(16UL, after.Seed);
        Assert.True(after.Trace);
    }

    [Fact]
    public void Boot_Cpu_BecomesTheProcessorInItsShortestForm() =>
        Assert.Equal("default,-bmi2", Requested(_image, "--cpu", "default,-rdrand,-bmi2,+rdrand").Processor);

    [Fact]
    public void Boot_WordsAfterTheSeparator_AreLoadOptionsEvenWhenTheyLookLikeOptions() =>
        Assert.Equal("console=ttyS0 --memory 1G -- quiet", Requested(_image, "--", "console=ttyS0", "--memory", "1G", "--", "quiet").LoadOptions);

    [Fact]
    public void Boot_NothingAfterTheSeparator_AreEmptyLoadOptions() => Assert.Equal(string.Empty, Requested(_image, "--").LoadOptions);

    [Fact]
    public void Boot_Initrd_IsRead() =>
        Assert.Equal([7, 8], Requested(_image, "--initrd", _folder.Put("initrd", 7, 8)).Initrd?.ToArray());

    [Fact]
    public void Boot_MemoryMap_BecomesTheLayout() =>
        Assert.NotNull(Requested(_image, "--memory-map", _folder.Put("dmesg.txt", 65)).MemoryMap);

    [Fact]
    public void Boot_NameOfABuiltInGuest_NeedsNoFile() => Assert.Equal("a built-in guest", Requested("hello").Guest.Description);

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("4K", 4096)]
    [InlineData("4KiB", 4096)]
    [InlineData("512M", 512UL << 20)]
    [InlineData("8g", 8UL << 30)]
    [InlineData("8GiB", 8UL << 30)]
    [InlineData("2T", 2UL << 40)]
    [InlineData("4P", 4UL << 50)]
    [InlineData("4PiB", 4UL << 50)]
    public void Boot_MemorySizes_AreRead(string text, ulong bytes) => Assert.Equal(bytes, Requested(_image, "--memory", text).MemoryBytes);

    [Fact]
    public void Boot_TextFormat_PrintsWhatTheGuestPrintedFirst()
    {
        var emulator = new FakeEmulator { OnBoot = (_, _) => SampleReport.Plain() with { Console = "one\r\ntwo" } };

        CommandRun run = CommandRun.Of(emulator, "boot", _image);

        Assert.StartsWith("one\r\ntwo\n\n  platform  plain, 8 GiB\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_SilentGuest_StartsWithTheReport() =>
        Assert.StartsWith("  platform", CommandRun.Of(new FakeEmulator(), "boot", _image).Output, StringComparison.Ordinal);

    [Fact]
    public void Boot_JsonFormat_PrintsJsonAlone()
    {
        var emulator = new FakeEmulator { OnBoot = (_, _) => SampleReport.Plain() with { Console = "hello" } };
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of(emulator, "boot", _image, "--format", "json").Output);

        Assert.Equal("efiemu.boot-report/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal("hello", json.RootElement.GetProperty("console").GetString());
    }

    [Fact]
    public void Boot_CanonicalFormat_PrintsTheReportForReviewAlone()
    {
        BootReport report = SampleReport.AcceptedAtExit() with { Console = "hello" };
        using var expected = new StringWriter();
        CanonicalReport.Write(report, expected);

        CommandRun run = CommandRun.Of(
            new FakeEmulator { OnBoot = (_, _) => report }, colours: true, default, "boot", _image, "--format", "canonical");

        Assert.Equal((expected.ToString(), 0), (run.Output, run.ExitCode));
    }

    [Fact]
    public void Boot_Out_HoldsWhatStandardOutputWouldWithoutColours()
    {
        string file = _folder.Put("report.txt", [.. Enumerable.Repeat((byte)'x', 100_000)]);
        string expected = CommandRun.Of(new FakeEmulator(), "boot", _image).Output;

        CommandRun run = CommandRun.Of(new FakeEmulator(), colours: true, default, "boot", _image, "--out", file);

        Assert.Equal(string.Empty, run.Output);
        Assert.Equal(expected, File.ReadAllText(file));
    }

    [Fact]
    public void Boot_ThatFailsToStart_LeavesTheOldReport()
    {
        string file = _folder.Put("report.txt", 65);
        var emulator = new FakeEmulator { OnBoot = (_, _) => throw new BootRequestException("memory", "too little") };

        CommandRun.Of(emulator, "boot", _image, "--out", file);

        Assert.Equal("A", File.ReadAllText(file));
    }

    [Fact]
    public void Boot_Verbose_SpeaksOnStandardErrorOnly()
    {
        CommandRun quiet = CommandRun.Of(new FakeEmulator(), "boot", _image);
        CommandRun verbose = CommandRun.Of(new FakeEmulator(), "boot", _image, "--verbose");

        Assert.Equal(quiet.Output, verbose.Output);
        Assert.Equal(string.Empty, quiet.Error);
        Assert.Matches(@"^efiemu: 99,104,710 instructions in \d+\.\d{3} s, \d+ MIPS, peak RSS \d+ MiB, guest memory 51 MiB\n$", verbose.Error);
    }

    [Theory]
    [InlineData(BootEnd.ExitBootServices, 0)]
    [InlineData(BootEnd.WaitsForInput, 0)]
    [InlineData(BootEnd.GaveUp, 1)]
    [InlineData(BootEnd.NotModelled, 3)]
    [InlineData(BootEnd.Budget, 4)]
    public void Boot_Outcome_DecidesTheExitCode(BootEnd end, int exitCode)
    {
        var emulator = new FakeEmulator { OnBoot = (_, _) => SampleReport.Plain() with { Outcome = new(end, exitCode, "so it ended") } };

        Assert.Equal(exitCode, CommandRun.Of(emulator, "boot", _image).ExitCode);
    }

    [Fact]
    public void Boot_Cancelled_EndsWith130AndOneLine()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var emulator = new FakeEmulator
        {
            OnBoot = (_, cancellation) =>
            {
                cancellation.ThrowIfCancellationRequested();
                return SampleReport.Plain();
            },
        };

        CommandRun run = CommandRun.Of(emulator, colours: false, cancelled.Token, "boot", _image);

        Assert.Equal((130, "efiemu: interrupted\n", ""), (run.ExitCode, run.Error, run.Output));
    }

    [Fact]
    public void Boot_InternalError_AsksForAReportAndHidesTheStackTrace()
    {
        CommandRun run = CommandRun.Of(Broken(), "boot", _image);

        Assert.Equal(70, run.ExitCode);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("efiemu: internal error: InvalidOperationException: two lines", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_InternalErrorUnderVerbose_ShowsTheStackTrace() =>
        Assert.Contains("   at ", CommandRun.Of(Broken(), "boot", _image, "--verbose").Error, StringComparison.Ordinal);

    [Fact]
    public void Boot_Trace_PrintsCallsWithTheirArguments() => Assert.Contains(
        "bs.LocateProtocol(Protocol=Rng 3152bca5-eade-433d-862e-c01cdc291f44) -> EFI_SUCCESS",
        CommandRun.Of(new FakeEmulator(), "boot", _image, "--trace").Output,
        StringComparison.Ordinal);

    private static FakeEmulator Broken() => new() { OnBoot = (_, _) => throw new InvalidOperationException("two\nlines") };

    private static BootRequest Requested(params string[] arguments)
    {
        var emulator = new FakeEmulator();
        CommandRun run = CommandRun.Of(emulator, ["boot", .. arguments]);
        Assert.Equal(string.Empty, run.Error);
        return Assert.IsType<BootRequest>(emulator.Request);
    }
}
