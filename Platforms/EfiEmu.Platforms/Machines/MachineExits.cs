using System.Globalization;
using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Says in words why the processor stopped.</summary>
internal static class MachineExits
{
    /// <summary>The machine's view of a stop of the processor.</summary>
    public static MachineExit From(ProcessorExit exit, ulong rip, GuestMemory memory)
    {
        var address = new GuestAddress(exit.Address);
        return exit.Kind switch
        {
            ProcessorExitKind.Gate => new(MachineExitKind.Gate, address, string.Empty),
            ProcessorExitKind.BudgetExhausted => new(MachineExitKind.BudgetExhausted, new(rip), string.Empty),
            ProcessorExitKind.Halt => new(MachineExitKind.Halted, new(rip), "HLT"),
            ProcessorExitKind.Fault when exit.Vector == ExceptionVector.PageFault => PageFault(exit, memory),
            ProcessorExitKind.Fault => new(MachineExitKind.Fault, address, Describe(exit)),
            _ => new(MachineExitKind.NotModelled, address, exit.Detail ?? "instruction"),
        };
    }

    /// <summary>The machine's view of a platform instruction that did not complete.</summary>
    public static MachineExit From(PlatformOutcome outcome, ulong rip) => new(
        outcome.Kind == PlatformOutcomeKind.Fault ? MachineExitKind.Fault : MachineExitKind.NotModelled,
        new GuestAddress(outcome.Address == 0 ? rip : outcome.Address),
        outcome.Detail);

    /// <summary>The reason as a sentence about the memory.</summary>
    public static string Describe(MemoryFaultReason reason) => reason switch
    {
        MemoryFaultReason.NothingThere => "no RAM or device there",
        MemoryFaultReason.NotAccepted => "RAM that nobody accepted",
        MemoryFaultReason.FirmwareCode => "firmware's own code",
        MemoryFaultReason.BeyondAddressSpace => "beyond the processor's address space",
        _ => reason.ToString(),
    };

    private static MachineExit PageFault(ProcessorExit exit, GuestMemory memory)
    {
        var address = new GuestAddress(exit.Address);
        MemoryFaultReason reason = memory.Explain(exit.Address, exit.Access == MemoryAccess.Write);
        string touch = exit.Access switch
        {
            MemoryAccess.Write => "write to",
            MemoryAccess.Execute => "instruction fetch from",
            _ => "read of",
        };
        if (exit.Detail is { } why)
        {
            return new MachineExit(MachineExitKind.Fault, address, $"#PF {touch} {address}: {why}", IsLinear: true);
        }

        return new MachineExit(MachineExitKind.Fault, address, $"#PF {touch} {address}: {Describe(reason)}", reason);
    }

    private static string Describe(ProcessorExit exit)
    {
        string name = exit.Vector switch
        {
            ExceptionVector.DivideError => "#DE divide error",
            ExceptionVector.Debug => "#DB debug",
            ExceptionVector.Breakpoint => "#BP breakpoint",
            ExceptionVector.Overflow => "#OF overflow",
            ExceptionVector.BoundRange => "#BR bound exceeded",
            ExceptionVector.InvalidOpcode => "#UD invalid opcode",
            ExceptionVector.DeviceNotAvailable => "#NM device not available",
            ExceptionVector.DoubleFault => "triple fault",
            ExceptionVector.InvalidTaskState => "#TS invalid task-state segment",
            ExceptionVector.SegmentNotPresent => "#NP segment not present",
            ExceptionVector.StackFault => "#SS stack fault",
            ExceptionVector.GeneralProtection => "#GP general protection",
            ExceptionVector.FloatingPoint => "#MF x87 error",
            ExceptionVector.AlignmentCheck => "#AC alignment check",
            ExceptionVector.SimdFloatingPoint => "#XM SIMD error",
            ExceptionVector.SoftwareInterrupt => "software interrupt",
            _ => "exception " + ((int)exit.Vector).ToString(CultureInfo.InvariantCulture),
        };
        return exit.Detail is null ? name : $"{name}: {exit.Detail}";
    }
}
