using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;

namespace EfiEmu.Cpu.Operations;

/// <summary>The stack as instructions use it: RSP, or ESP within SS.</summary>
internal static class StackAccess
{
    /// <summary>What a stack pointer loses when it is not one of 64 bits.</summary>
    public static ulong Mask(Core core) => core.Mode == CodeMode.Long ? ulong.MaxValue : uint.MaxValue;

    /// <summary>Pushes 2, 4 or 8 bytes.</summary>
    /// <exception cref="GuestStopException">#SS or #PF: the stack has no room; RSP is as before.</exception>
    public static void Push(Core core, ulong value, int bytes)
    {
        ulong pointer = (core.Gpr(Slot.Rsp) - (ulong)bytes) & Mask(core);
        core.Memory.Write(At(core, pointer, bytes, isWrite: true), value, bytes);
        core.Gpr(Slot.Rsp) = pointer;
    }

    /// <summary>Reads what lies so many bytes above the top.</summary>
    public static ulong Peek(Core core, int distance, int bytes) =>
        core.Memory.Read(At(core, (core.Gpr(Slot.Rsp) + (ulong)distance) & Mask(core), bytes, isWrite: false), bytes);

    /// <summary>Moves the top up.</summary>
    public static void Release(Core core, ulong bytes) => core.Gpr(Slot.Rsp) = (core.Gpr(Slot.Rsp) + bytes) & Mask(core);

    /// <summary>The linear address of some bytes of the stack.</summary>
    public static ulong At(Core core, ulong pointer, int bytes, bool isWrite)
    {
        if (core.Mode == CodeMode.Long)
        {
            return GuestMemory.IsCanonical(pointer)
                ? pointer
                : throw GuestStopException.Fault(ExceptionVector.StackFault, "stack address is not canonical");
        }

        return core.System.Segments[SegmentRegisters.Stack].Descriptor.IsWide
            ? Segmentation.Linear(core, SegmentRegisters.Stack, (uint)pointer, bytes, isWrite)
            : throw GuestStopException.NotModelled("32-bit code with a stack of 16 bits");
    }
}
