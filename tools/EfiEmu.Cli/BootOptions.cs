using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The options of boot. All values are text here; <see cref="BootCommand"/> reads them and says what is wrong with them.</summary>
internal sealed class BootOptions
{
    public Argument<string?> Image { get; } = new("IMAGE") { Arity = ArgumentArity.ZeroOrOne };

    public Option<string?> Platform { get; } = new("--platform");

    public Option<string?> Memory { get; } = new("--memory");

    public Option<string?> Cpu { get; } = new("--cpu");

    public Option<string?> CpuTier { get; } = new("--cpu-tier");

    public Option<string?> MemoryMap { get; } = new("--memory-map");

    public Option<string?> Firmware { get; } = new("--firmware");

    public Option<string?> Acceptance { get; } = new("--acceptance");

    public Option<string?> Initrd { get; } = new("--initrd");

    public Option<string?> Disk { get; } = new("--disk");

    public Option<string?> Until { get; } = new("--until");

    public Option<string?> Format { get; } = new("--format");

    public Option<string?> Out { get; } = new("--out");

    public Option<string?> MaximumInstructions { get; } = new("--max-instructions");

    public Option<string?> Seed { get; } = new("--seed");

    public PluginOptions Plugins { get; } = new();

    public Option<bool> Trace { get; } = new("--trace");

    public Option<bool> Verbose { get; } = new("--verbose");

    /// <summary>The command that carries them.</summary>
    public Command ToCommand()
    {
        var command = new Command("boot");
        command.Add(Image);
        foreach (Option option in new Option[]
        {
            Platform, Cpu, CpuTier, Memory, MemoryMap, Firmware, Acceptance, Initrd, Disk, Until, Format, Out, MaximumInstructions, Seed, Trace, Verbose,
        })
        {
            command.Add(option);
        }

        Plugins.AddTo(command);

        return command;
    }
}
