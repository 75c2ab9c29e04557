using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The options of compare: those of boot, some of which may name two values.</summary>
/// <param name="boot">The options that both boots share.</param>
internal sealed class CompareOptions(BootOptions boot)
{
    public Argument<string[]> Images { get; } = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore };

    public Option<string[]> Platform { get; } = new(boot.Platform.Name);

    public Option<string[]> Memory { get; } = new(boot.Memory.Name);

    public Option<string[]> Firmware { get; } = new(boot.Firmware.Name);

    public Option<string[]> Acceptance { get; } = new(boot.Acceptance.Name);

    /// <summary>The options that both boots share.</summary>
    public BootOptions Boot { get; } = boot;

    /// <summary>The command that carries them.</summary>
    public Command ToCommand()
    {
        var command = new Command("compare");
        command.Add(Images);
        foreach (Option option in new Option[]
        {
            Platform, Memory, Firmware, Acceptance,
            Boot.Cpu, Boot.CpuTier, Boot.MemoryMap, Boot.Initrd, Boot.Disk, Boot.Until, Boot.Format, Boot.Out, Boot.MaximumInstructions, Boot.Seed, Boot.Verbose,
        })
        {
            command.Add(option);
        }

        Boot.Plugins.AddTo(command);
        return command;
    }
}
