using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The options of run. All values are text here; <see cref="RunCommand"/> reads them and says what is wrong with them.</summary>
internal sealed class RunOptions
{
    public Argument<string?> Script { get; } = new("SCRIPT") { Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Platform { get; } = new("--platform");

    public Option<string?> Memory { get; } = new("--memory");

    public Option<string?> Firmware { get; } = new("--firmware");

    public Option<string?> Acceptance { get; } = new("--acceptance");

    public Option<string?> Seed { get; } = new("--seed");

    public Option<string?> AllowRead { get; } = new("--allow-read");

    public Option<string?> MaximumSteps { get; } = new("--max-steps");

    public Option<string?> MaximumInstructions { get; } = new("--max-instructions");

    public Option<string?> Format { get; } = new("--format");

    public PluginOptions Plugins { get; } = new();

    public Option<bool> Trace { get; } = new("--trace");

    public Option<bool> Verbose { get; } = new("--verbose");

    /// <summary>The command that carries them.</summary>
    public Command ToCommand()
    {
        var command = new Command("run");
        command.Add(Script);
        foreach (Option option in new Option[]
        {
            Platform, Memory, Firmware, Acceptance, Seed, AllowRead, MaximumSteps, MaximumInstructions, Format, Trace, Verbose,
        })
        {
            command.Add(option);
        }

        Plugins.AddTo(command);
        return command;
    }
}
