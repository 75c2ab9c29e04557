using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Operations;

namespace EfiEmu.Cpu.Protection;

/// <summary>
/// Takes exceptions and software interrupts to the handlers of the guest's own interrupt table: in long mode through interrupt and trap
/// gates of 64 bits (Intel SDM Vol. 3A 6.14, AMD APM vol. 2 8.9), else through those of <see cref="LegacyGates"/>. No guest runs at a level other than 0: stacks change by IST only.
/// </summary>
internal sealed class ExceptionDelivery(Core core)
{
    // Exceptions in a row without one instruction between them: far more than any stack but an endless one has room for.
    private const int LongestRow = 4096;

    private const int GateBytes = 16;
    private const int InterruptGate = 14;
    private const int TrapGate = 15;

    // Bits of the error code beside a selector or vector: the table is the interrupt table, and an event outside the program.
    public const uint InInterruptTable = 2;
    private const uint External = 1;

    // Where IST1 stands in a task-state segment.
    private const int FirstStackInTask = 0x24;

    private ulong _retired;
    private int _row;

    /// <summary>
    /// Starts the handler of a fault, RIP standing at the instruction. False where the guest has none, and where the fault ends the
    /// run for another reason, which then is the exit.
    /// </summary>
    /// <param name="exit">The fault; replaced by what ends the run, where delivery does.</param>
    /// <param name="next">The address behind the instruction.</param>
    public bool TryDeliver(ref ProcessorExit exit, ulong next)
    {
        if (exit.Kind != ProcessorExitKind.Fault || exit.IsRefusal || !core.System.HasGuestIdt)
        {
            return false;
        }

        if (!Progresses())
        {
            exit = exit with { Detail = "exceptions without end: no instruction runs between them" };
            return false;
        }

        GuestException first = GuestException.Of(in exit);
        GuestException current = first;
        if (first.IsPageFault)
        {
            core.System.Cr2 = first.Address;
        }

        for (; ; )
        {
            try
            {
                Enter(current, next);
                if (current.IsSoftware)
                {
                    core.RetireOne();
                }

                core.System.PageFaults += current.IsPageFault ? 1u : 0u;
                return true;
            }
            catch (GuestStopException stopped) when (stopped.Exit is { Kind: ProcessorExitKind.Fault, IsRefusal: false })
            {
                // Of a #PF that ends in a #DF, too, CR2 says where it was.
                GuestException second = GuestException.Of(stopped.Exit);
                if (second.IsPageFault)
                {
                    core.System.Cr2 = second.Address;
                }

                if (current.Meet(second) is not { } following)
                {
                    exit = TripleFault(exit);
                    return false;
                }

                current = following;
            }
            catch (GuestStopException stopped)
            {
                ProcessorExit end = stopped.Exit;
                exit = end.IsRefusal ? end : end with { Address = core.Rip };
                return false;
            }
        }
    }

    private ProcessorExit TripleFault(ProcessorExit first) => new(
        ProcessorExitKind.Fault, core.Rip, ExceptionVector.DoubleFault, Detail: $"the first exception was {Name(first)}");

    private static string Name(ProcessorExit exit)
    {
        string name = exit.Vector switch
        {
            ExceptionVector.DivideError => "#DE",
            ExceptionVector.Debug => "#DB",
            ExceptionVector.Breakpoint => "#BP",
            ExceptionVector.Overflow => "#OF",
            ExceptionVector.BoundRange => "#BR",
            ExceptionVector.InvalidOpcode => "#UD",
            ExceptionVector.DeviceNotAvailable => "#NM",
            ExceptionVector.DoubleFault => "#DF",
            ExceptionVector.InvalidTaskState => "#TS",
            ExceptionVector.SegmentNotPresent => "#NP",
            ExceptionVector.StackFault => "#SS",
            ExceptionVector.GeneralProtection => "#GP",
            ExceptionVector.PageFault => FormattableString.Invariant($"#PF at 0x{exit.Address:x}"),
            ExceptionVector.FloatingPoint => "#MF",
            ExceptionVector.AlignmentCheck => "#AC",
            ExceptionVector.SimdFloatingPoint => "#XM",
            _ => exit.Detail ?? exit.Vector.ToString(),
        };
        return exit.Detail is null || exit.Vector == ExceptionVector.SoftwareInterrupt ? name : $"{name} ({exit.Detail})";
    }

    private bool Progresses()
    {
        ulong retired = core.RetiredBeforeCurrent;
        _row = retired == _retired ? _row + 1 : 0;
        _retired = retired;
        return _row < LongestRow;
    }

    private void Enter(GuestException exception, ulong next)
    {
        // An event that no instruction asked for says so in the error codes of the faults that it meets.
        uint external = exception.IsSoftware ? 0 : External;
        if (!core.System.IsLongActive)
        {
            LegacyGates.Enter(core, exception, next, external);
            return;
        }

        (Descriptor gate, ulong offset) = FindGate(exception.Vector, external);
        SegmentRegister code = FindCode(core, (ushort)(gate.Value >> 16), external);
        ulong stack = StackOf((int)(gate.Value >> 32) & 7, external) & ~0xFul;
        if (!GuestMemory.IsCanonical(offset))
        {
            throw Fault(ExceptionVector.GeneralProtection, "handler is not canonical", external);
        }

        Push(exception, next, stack);
        ulong cleared = Flags.Trap | Flags.NestedTask | (gate.Type == InterruptGate ? Flags.Interrupt : 0);
        core.Rflags &= ~cleared;
        core.EnterCode(in code, offset);
    }

    private (Descriptor Gate, ulong Offset) FindGate(int vector, uint external)
    {
        uint code = ((uint)vector * 8) | InInterruptTable | external;
        int at = vector * GateBytes;
        if (at + GateBytes - 1 > core.System.IdtLimit)
        {
            throw Fault(ExceptionVector.GeneralProtection, $"vector {vector} is beyond the interrupt table", code);
        }

        Span<byte> image = stackalloc byte[GateBytes];
        core.Memory.ReadBytes(core.System.IdtBase + (ulong)at, image);
        var gate = new Descriptor(BinaryPrimitives.ReadUInt64LittleEndian(image));
        if (gate.IsMemory || gate.Type is not (InterruptGate or TrapGate))
        {
            throw Fault(ExceptionVector.GeneralProtection, $"vector {vector} has no gate of 64 bits", code);
        }

        if (!gate.IsPresent)
        {
            throw Fault(ExceptionVector.SegmentNotPresent, $"the gate of vector {vector} is not present", code);
        }

        ulong offset = (gate.Value & 0xFFFF) | (gate.Value >> 48 << 16) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(image[8..]) << 32);
        return (gate, offset);
    }

    /// <summary>The code segment of a gate; what is wrong with it says whether an instruction asked for the event.</summary>
    public static SegmentRegister FindCode(Core core, ushort selector, uint external)
    {
        // The level of the handler is its descriptor's: the low bits of the selector do not count.
        ushort plain = (ushort)(selector & ~3);
        try
        {
            return SegmentLoader.FindCode(core, plain, transfer: null);
        }
        catch (GuestStopException stopped) when (
            stopped.Exit is { Kind: ProcessorExitKind.Fault, IsRefusal: false } fault && fault.Vector != ExceptionVector.PageFault)
        {
            throw new GuestStopException(fault with { ErrorCode = fault.ErrorCode | external });
        }
    }

    private ulong StackOf(int interruptStack, uint external)
    {
        ulong stack = core.Gpr(Slot.Rsp) & StackAccess.Mask(core);
        if (interruptStack != 0)
        {
            SegmentRegister task = core.System.Segments.Task;
            int at = FirstStackInTask + ((interruptStack - 1) * 8);
            if (task.IsNull || at + 7 > task.Limit)
            {
                throw Fault(
                    ExceptionVector.InvalidTaskState, "no task-state segment has the stack of the gate", (uint)(task.Selector & ~3) | external);
            }

            stack = core.Memory.Read(task.Base + (ulong)at, 8);
        }

        return GuestMemory.IsCanonical(stack)
            ? stack
            : throw Fault(ExceptionVector.StackFault, "RSP is not canonical", external);
    }

    // SS, RSP, RFLAGS, CS, RIP and the error code: all or nothing, and RSP last.
    private void Push(GuestException exception, ulong next, ulong stack)
    {
        const int Words = 6;
        SegmentRegisters segments = core.System.Segments;

        // RF lets a fault's instruction run again without its breakpoint; what an instruction asked for is behind it already.
        ulong flags = core.Rflags | (exception.IsSoftware ? 0 : Flags.Resume);
        Span<ulong> frame =
        [
            exception.ErrorCode ?? 0,
            exception.IsSoftware ? next : core.Rip,
            segments[SegmentRegisters.Code].Selector,
            flags,
            core.Gpr(Slot.Rsp) & StackAccess.Mask(core),
            segments[SegmentRegisters.Stack].Selector,
        ];
        Span<byte> image = stackalloc byte[Words * 8];
        for (int i = 0; i < Words; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(image[(i * 8)..], frame[i]);
        }

        Span<byte> pushed = exception.ErrorCode is null ? image[8..] : image;
        ulong top = stack - (ulong)pushed.Length;
        if (!GuestMemory.IsCanonical(top))
        {
            throw Fault(ExceptionVector.StackFault, "RSP is not canonical", 0);
        }

        // Word by word from the top down, which decides over the address that a #PF names.
        for (ulong at = stack - 8; at >= top && at < stack; at -= 8)
        {
            core.Memory.CheckWrite(at, 8);
        }

        core.Memory.WriteBytes(top, pushed);
        core.Gpr(Slot.Rsp) = top;
    }

    private static GuestStopException Fault(ExceptionVector vector, string detail, uint code) =>
        GuestStopException.Fault(vector, detail, code);
}
