using EfiEmu.Firmware;
using EfiEmu.Platforms;
using Xunit;

namespace EfiEmu.Cli.Tests;

public sealed class HelpAndListingTests
{
    public static TheoryData<string> CommandNames => [.. AllCommands().Select(c => c.Syntax.Name)];

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void Help_OfAnyCommand_NamesEachOfItsOptionsAndIsNarrow(string name)
    {
        string help = CommandRun.Of(new FakeEmulator(), name, "--help").Output;

        Assert.All(
            AllCommands().Single(c => c.Syntax.Name == name).Syntax.Options,
            option => Assert.Contains($"\n  {option.Name} ", help, StringComparison.Ordinal));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 110, line));
    }

    [Fact]
    public void Help_Overview_HasALineForEachCommand()
    {
        string help = CommandRun.Of(new FakeEmulator(), "--help").Output;

        Assert.All(AllCommands(), command => Assert.Matches($"\n  efiemu {command.Syntax.Name}.*  {command.Summary}", help));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 110, line));
    }

    [Fact]
    public void Help_OfBoot_NamesEveryChoiceAndExitCode()
    {
        string help = CommandRun.Of(new FakeEmulator(), "boot", "--help").Output;

        Assert.All(new[] { 0, 1, 2, 3, 4, 70, 130 }, code => Assert.Matches($"\n  {code} +[a-z]", help));
        Assert.All(PlatformCatalogue.Names.Concat(AcceptancePolicies.All.Select(p => p.Name)), name => Assert.Contains(name, help, StringComparison.Ordinal));
        Assert.Contains(FirmwareProfiles.Default, help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("firmware", "--help")]
    [InlineData("boot", "--help", "--unknown")]
    public void Help_WhereverItStands_IsAnsweredOnStandardOutput(params string[] arguments)
    {
        CommandRun run = CommandRun.Of(new FakeEmulator(), arguments);

        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Contains("\nUsage:\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_PrintsOneLine() => Assert.Matches(@"^efiemu \d+\.\d+\.\d+\S*\n$", CommandRun.Of(new FakeEmulator(), "--version").Output);

    [Fact]
    public void Firmware_ListsEveryProfileAndMarksTheDefault()
    {
        string[] lines = CommandRun.Of(new FakeEmulator(), "firmware").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(FirmwareProfiles.All.Select(p => p.Name), lines.Select(l => l.Split(' ')[0]));
        Assert.StartsWith(FirmwareProfiles.Default, Assert.Single(lines, l => l.EndsWith("(default)", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Protocols_ListsWhatTheEmulatorHas() => Assert.Equal(
        "Rng        3152bca5-eade-433d-862e-c01cdc291f44\nLoadFile2\n", CommandRun.Of(new FakeEmulator(), "protocols").Output);

    [Fact]
    public void Platforms_ListsEachWithItsDescription() => Assert.Equal(
        string.Concat(PlatformCatalogue.All.Select(p => $"{p.Name,-7}  {p.Description}\n")),
        CommandRun.Of(new FakeEmulator(), "platforms").Output);

    [Fact]
    public void Guests_ListsWhatTheEmulatorHas() =>
        Assert.Equal("hello  prints a line\n", CommandRun.Of(new FakeEmulator(), "guests").Output);

    private static IReadOnlyList<ICommand> AllCommands() =>
        Commands.All(new FakeEmulator(), new Terminal(Stream.Null, TextWriter.Null, Colours: false));
}
