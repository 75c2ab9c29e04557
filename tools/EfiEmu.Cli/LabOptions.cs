using System.CommandLine;

namespace EfiEmu.Cli;

/// <summary>The lab's commands and their options, which mean what they mean to boot.</summary>
internal sealed class LabOptions
{
    /// <summary>The name of the command that holds the measurements.</summary>
    public const string Lab = "lab";

    /// <summary>The name of the measurement of what a loader survives.</summary>
    public const string Slack = "slack";

    /// <summary>The machine and the report.</summary>
    public BootOptions Boot { get; } = new();

    /// <summary>The command that carries them.</summary>
    public Command ToCommand()
    {
        var slack = new Command(Slack);
        slack.Add(Boot.Image);
        foreach (Option option in new Option[]
        {
            Boot.Platform, Boot.Cpu, Boot.CpuTier, Boot.Memory, Boot.MemoryMap, Boot.Firmware, Boot.Acceptance, Boot.Initrd, Boot.Disk, Boot.Format, Boot.Out,
            Boot.MaximumInstructions, Boot.Seed, Boot.Verbose,
        })
        {
            slack.Add(option);
        }

        Boot.Plugins.AddTo(slack);
        var lab = new Command(Lab) { slack };

        // Without an action the parser answers a missing measurement with a line that does not say what there is.
        lab.SetAction(_ => ExitCode.BadInput);
        return lab;
    }
}
