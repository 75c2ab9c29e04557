using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Events;

/// <summary>The current task priority level, and the interrupts that go with it.</summary>
/// <remarks>MdeModulePkg/Core/Dxe/Event/Tpl.c.</remarks>
internal sealed class TaskPriority
{
    public Tpl Current { get; private set; } = Tpl.Application;

    public bool InterruptsEnabled { get; private set; } = true;

    /// <summary>Goes up, and shuts interrupts out at TPL_HIGH_LEVEL; gives the level before.</summary>
    public Tpl Raise(Tpl level)
    {
        Tpl before = Current;
        InterruptsEnabled &= level < Tpl.High || before >= Tpl.High;
        Current = level;
        return before;
    }

    /// <summary>Goes to a level to run or to return there, and lets interrupts in below TPL_HIGH_LEVEL.</summary>
    public void Enter(Tpl level)
    {
        Current = level;
        InterruptsEnabled |= level < Tpl.High;
    }

    public void DisableInterrupts() => InterruptsEnabled = false;
}
