using EfiEmu.Cpu.FloatingPoint;

namespace EfiEmu.Cpu;

/// <summary>The x87 and MMX state at one moment; made by <see cref="Processor.SaveFloat"/>.</summary>
public sealed class FloatState
{
    internal FloatState(FloatUnit unit) => Unit = unit;

    internal FloatUnit Unit { get; }
}
