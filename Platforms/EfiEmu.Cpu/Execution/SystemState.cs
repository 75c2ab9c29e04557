namespace EfiEmu.Cpu.Execution;

/// <summary>Where the system registers of a processor are: restoring a state puts others here.</summary>
internal sealed class SystemState
{
    /// <summary>The registers as they are.</summary>
    public SystemRegisters Registers { get; set; } = new();
}
