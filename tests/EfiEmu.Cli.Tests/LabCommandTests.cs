using System.Text.Json;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class LabCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _image;

    public LabCommandTests() => _image = _folder.Put("loader.efi", 1, 2, 3);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Slack_WithOptions_AsksForThatMachineAndLoader()
    {
        var emulator = new FakeEmulator();

        CommandRun run = CommandRun.Of(
            emulator, "lab", "slack", _image, "--platform", "tdx", "--memory", "2G", "--acceptance", "lazy", "--max-instructions", "5", "--", "quiet");

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        BootRequest request = Assert.IsType<BootRequest>(emulator.Request);
        Assert.Equal(("tdx", 2UL << 30, "lazy", "quiet", 5UL), (request.Platform, request.MemoryBytes, request.Acceptance, request.LoadOptions, request.Budget.Instructions));
        Assert.Equal("loader.efi", request.Guest.Name);
    }

    [Fact]
    public void Slack_WithoutAFormat_PrintsTheAnswerLast()
    {
        CommandRun run = CommandRun.Of(new FakeEmulator(), "lab", "slack", _image);

        Assert.EndsWith(
            "  ANSWER    This loader survives one change of the map that moves its key alone, as many changes as\n            were tried.\n",
            run.Output,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public void Slack_AsJsonIntoAFile_LeavesStandardOutputEmpty()
    {
        string file = _folder["slack.json"];

        CommandRun run = CommandRun.Of(new FakeEmulator(), "lab", "slack", _image, "--format", "json", "--out", file);

        Assert.Equal((0, string.Empty, string.Empty), (run.ExitCode, run.Output, run.Error));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(file));
        Assert.Equal(SlackJson.Schema, report.RootElement.GetProperty("schema").GetString());
        Assert.Equal(2, report.RootElement.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void Slack_OfALoaderThatNeverLeaves_ExitsWith1AndSaysHowItEnded()
    {
        BootReport boot = SampleReport.AcceptedAtExit();
        var emulator = new FakeEmulator
        {
            OnMeasure = _ => new SlackReport
            {
                Undisturbed = boot with { Outcome = boot.Outcome with { End = BootEnd.Returned, Verdict = "The guest returned EFI_SUCCESS." } },
                Limits = new SlackLimits(),
                Cells = [],
                IsForked = false,
            },
        };

        CommandRun run = CommandRun.Of(emulator, "lab", "slack", _image);

        Assert.Equal(1, run.ExitCode);
        string words = string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith("never calls ExitBootServices: the guest returned EFI_SUCCESS.", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Slack_OnAMachineWithTooLittleFreeMemory_IsOneLineAboutTheMemory()
    {
        var emulator = new FakeEmulator { OnMeasure = _ => throw new MapGrowthException("the memory map cannot grow any more") };

        CommandRun run = CommandRun.Of(emulator, "lab", "slack", _image);

        Assert.Equal((2, string.Empty, "efiemu: --memory: the memory map cannot grow any more\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Slack_WithAPluginThatCannotBeKept_IsOneLineThatNamesIt()
    {
        var emulator = new FakeEmulator { OnMeasure = _ => throw new CheckpointException("BootMachine.Gates", typeof(Task), "no") };

        CommandRun run = CommandRun.Of(emulator, "lab", "slack", _image);

        Assert.Equal(
            (3, "efiemu: the boot cannot be kept at a checkpoint: BootMachine.Gates is a System.Threading.Tasks.Task: no\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("efiemu: lab slack: IMAGE: none given (see efiemu lab slack --help)\n", "lab", "slack")]
    [InlineData("efiemu: lab: no measurement given; there is slack (see efiemu lab --help)\n", "lab")]
    [InlineData("efiemu: no such file.efi: image: no such file\n", "lab", "slack", "no such file.efi")]
    [InlineData("efiemu: Unrecognized command or argument '--trace' (see efiemu --help)\n", "lab", "slack", "x.efi", "--trace")]
    public void Lab_MisusedInSomeWay_IsOneLine(string line, params string[] arguments)
    {
        CommandRun run = CommandRun.Of(new FakeEmulator(), arguments);

        Assert.Equal((2, string.Empty, line), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Help_OfTheLab_TellsWhatItMeasures() => Assert.All(
        new[] { new[] { "lab", "--help" }, ["lab", "slack", "--help"] },
        arguments => Assert.StartsWith(
            "efiemu lab slack - measures what a loader survives", CommandRun.Of(new FakeEmulator(), arguments).Output, StringComparison.Ordinal));
}
