using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Operations;

namespace EfiEmu.Cpu.Protection;

/// <summary>
/// Exceptions of protected mode: through interrupt and trap gates of 32 bits, on the stack in use (Intel SDM Vol. 3A 6.12). Task gates and
/// gates of 16 bits are not modelled.
/// </summary>
internal static class LegacyGates
{
    private const int GateBytes = 8;
    private const int TaskGate = 5;
    private const int InterruptGate16 = 6;
    private const int TrapGate16 = 7;
    private const int InterruptGate = 14;
    private const int TrapGate = 15;

    /// <summary>Starts the handler of a vector.</summary>
    /// <param name="core">The processor, in protected mode.</param>
    /// <param name="exception">What happened.</param>
    /// <param name="next">The address behind the instruction.</param>
    /// <param name="external">The bit of an error code for events that no instruction asked for.</param>
    /// <exception cref="GuestStopException">A fault on the way; not modelled: another gate.</exception>
    public static void Enter(Core core, GuestException exception, ulong next, uint external)
    {
        Descriptor gate = FindGate(core, exception.Vector, external);
        ulong target = (gate.Value & 0xFFFF) | (gate.Value >> 48 << 16);
        SegmentRegister code = ExceptionDelivery.FindCode(core, (ushort)(gate.Value >> 16), external);
        ulong flags = core.Rflags | (exception.IsSoftware ? 0 : Flags.Resume);
        ulong old = core.Gpr(Slot.Rsp);
        try
        {
            StackAccess.Push(core, flags, 4);
            StackAccess.Push(core, core.System.Segments[SegmentRegisters.Code].Selector, 4);
            StackAccess.Push(core, exception.IsSoftware ? next : core.Rip, 4);
            if (exception.ErrorCode is { } pushed)
            {
                StackAccess.Push(core, pushed, 4);
            }
        }
        catch (GuestStopException)
        {
            core.Gpr(Slot.Rsp) = old;
            throw;
        }

        core.Rflags &= ~((ulong)(Flags.Trap | Flags.NestedTask) | (gate.Type == InterruptGate ? Flags.Interrupt : 0));
        core.EnterCode(in code, target);
    }

    private static Descriptor FindGate(Core core, int vector, uint external)
    {
        uint code = ((uint)vector * 8) | ExceptionDelivery.InInterruptTable | external;
        int at = vector * GateBytes;
        if (at + GateBytes - 1 > core.System.IdtLimit)
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, $"vector {vector} is beyond the interrupt table", code);
        }

        var gate = new Descriptor(core.Memory.Read((core.System.IdtBase + (ulong)at) & core.Memory.AddressMask, GateBytes));
        if (!gate.IsMemory && gate.Type is TaskGate or InterruptGate16 or TrapGate16)
        {
            throw GuestStopException.NotModelled($"exception through a task gate or a gate of 16 bits (vector {vector})");
        }

        if (gate.IsMemory || gate.Type is not (InterruptGate or TrapGate))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, $"vector {vector} has no gate of 32 bits", code);
        }

        return gate.IsPresent
            ? gate
            : throw GuestStopException.Fault(ExceptionVector.SegmentNotPresent, $"the gate of vector {vector} is not present", code);
    }
}
