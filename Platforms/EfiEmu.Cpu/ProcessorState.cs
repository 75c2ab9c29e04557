using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu;

/// <summary>What a processor holds between two runs: registers, flags, vectors, system and segment registers, the instruction count.</summary>
/// <remarks>Made by <see cref="Processor.Save"/>; may be restored any number of times. Memory is not part of it.</remarks>
public sealed class ProcessorState
{
    internal ProcessorState(byte[] registers, SystemRegisters system, ulong retired)
    {
        Registers = registers;
        System = system;
        Retired = retired;
    }

    internal byte[] Registers { get; }

    internal SystemRegisters System { get; }

    internal ulong Retired { get; }
}
