using System.Text;
using EfiEmu.Firmware;
using EfiEmu.SampleReports;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_ALab_PrintsWhatItPrintsAndNoReport() => Assert.Equal(new CommandRun(0, "one\ntwo\n", ""), Run("print('one') print('two')"));

    [Fact]
    public void Run_AGuest_PrintsTheReportBehindItsOutput()
    {
        CommandRun run = Run("print('one') bs.stall(1)");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("one\n  platform  ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AGuestWithFormatNone_PrintsNoReport() => Assert.Equal("", Run("bs.stall(1)", "--format", "none").Output);

    [Fact]
    public void Run_AGuestWithFormatJson_PrintsJson() => Assert.StartsWith("{", Run("bs.stall(1)", "--format", "json").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("error('no')", 1, "efiemu: script.lua:1: no\n")]
    [InlineData("expect(1, 2)", 1, "efiemu: script.lua:1: expect: got 1, expected 2\n")]
    [InlineData("x =", 2, "efiemu: script.lua:1: unexpected symbol near <eof>\n")]
    [InlineData("while true do end", 4, "efiemu: script.lua: the script ran more than 10000 steps\n")]
    [InlineData("error('two\\nlines')", 1, "efiemu: script.lua:1: two lines\n")]
    public void Run_AScriptThatDoesNotFinish_GivesOneLineAndItsExitCode(string source, int exitCode, string error) =>
        Assert.Equal(new CommandRun(exitCode, "", error), Run(source, "--max-steps", "10000"));

    [Fact]
    public void Run_Options_ChooseTheMachine()
    {
        var emulator = new FakeEmulator();

        Run(emulator, "bs.stall(1)", "--platform", "tdx", "--memory", "2G", "--firmware", "edk2-202302", "--acceptance", "lazy", "--seed", "5",
            "--max-instructions", "1000", "--trace", "--", "load", "options");

        BootRequest request = Assert.IsType<BootRequest>(emulator.Request);
        Assert.Equal(("tdx", 2UL << 30, "edk2-202302", "lazy"), (request.Platform, request.MemoryBytes, request.Firmware, request.Acceptance));
        Assert.Equal((5UL, 1000UL, true, "load options"), (request.Seed, request.Budget.Instructions, request.Trace, request.LoadOptions));
        Assert.Equal("script.lua", request.Guest.Name);
    }

    [Fact]
    public void Run_AnOutcomeOfTheGuest_DecidesTheExitCode()
    {
        var emulator = new FakeEmulator { OnBoot = (_, _) => SampleReport.Plain() with { Outcome = new(Firmware.Reports.BootEnd.NotModelled, 3, "so it ended") } };

        Assert.Equal(3, Run(emulator, "bs.stall(1)").ExitCode);
    }

    [Fact]
    public void Run_AllowRead_LetsTheScriptReadThatFolderAlone()
    {
        _folder.Put("data", 65, 66);

        Assert.Equal("AB\n", Run("print(read_file('data'))", "--allow-read", _folder.Path).Output);
        Assert.Equal("efiemu: script.lua:1: read_file: data: scripts read files only where --allow-read DIR names their folder\n", Run("print(read_file('data'))").Error);
    }

    [Theory]
    [InlineData("--format xml", "efiemu: --format: unknown 'xml'; there are text, json, none")]
    [InlineData("--memory lots", "efiemu: --memory: 'lots' is not a size; write 512M, 8G, 2TiB or a number of bytes")]
    [InlineData("--max-steps x", "efiemu: --max-steps: 'x' is not a number from 0 to 18446744073709551615")]
    [InlineData("--allow-read /nonexistent", "efiemu: --allow-read: '/nonexistent' is no directory")]
    [InlineData("--initrd x", "efiemu: Unrecognized command or argument '--initrd' (see efiemu --help)")]
    public void Run_ABadOption_GivesOneLine(string option, string error)
    {
        CommandRun run = Run("print(1)", option.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(error, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoScript_GivesOneLine() => Assert.Equal(
        new CommandRun(2, "", "efiemu: run: SCRIPT: none given (see efiemu run --help)\n"), CommandRun.Of(new FakeEmulator(), "run"));

    [Fact]
    public void Run_AMissingScript_GivesOneLine() => Assert.Equal(
        new CommandRun(2, "", "efiemu: no-such.lua: script: no such file\n"), CommandRun.Of(new FakeEmulator(), "run", "no-such.lua"));

    [Fact]
    public void Help_OfRun_NamesEveryOptionAndExitCode()
    {
        string help = CommandRun.Of(new FakeEmulator(), "run", "--help").Output;

        Assert.All(new RunOptions().ToCommand().Options, option => Assert.Contains($"\n  {option.Name} ", help, StringComparison.Ordinal));
        Assert.All(new[] { 0, 1, 2, 3, 4, 70, 130 }, code => Assert.Matches($"\n  {code} +[a-z]", help));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 110, line));
    }

    [Fact]
    public void Run_OnTheRealEmulator_BootsABuiltInGuest() => Assert.Equal(
        "hand-off\n", Run(new Composition(), "print(boot('guest:unenlightened-kernel').end_)").Output);

    private CommandRun Run(string source, params string[] options) => Run(new FakeEmulator { OnBoot = (_, _) => SampleReport.Plain() }, source, options);

    private CommandRun Run(IEmulator emulator, string source, params string[] options) =>
        CommandRun.Of(emulator, ["run", _folder.Put("script.lua", Encoding.UTF8.GetBytes(source)), .. options]);
}
