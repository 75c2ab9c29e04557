namespace EfiEmu.Cpu;

/// <summary>Why the processor stopped.</summary>
public enum ProcessorExitKind
{
    /// <summary>RIP reached a gate; nothing of it was executed.</summary>
    Gate,

    /// <summary>The instruction budget of this run is spent.</summary>
    BudgetExhausted,

    /// <summary>HLT retired; RIP is after it.</summary>
    Halt,

    /// <summary>
    /// An architectural exception that nobody in the guest handles, or a touch that the bus refuses; RIP is at the instruction, state
    /// as before it.
    /// </summary>
    Fault,

    /// <summary>An instruction that this processor does not execute; RIP is at it, state as before it.</summary>
    NotModelled,

    /// <summary>
    /// An instruction that belongs to the platform (VMGEXIT, PVALIDATE, RMPADJUST, TDCALL, VMCALL); RIP is at it. The platform
    /// does it and moves RIP on, or makes it a fault.
    /// </summary>
    PlatformInstruction,
}

/// <summary>The instructions that the platform executes.</summary>
public enum PlatformInstruction
{
    /// <summary>None.</summary>
    None,

    /// <summary>VMGEXIT (F3 0F 01 D9, or F2 0F 01 D9).</summary>
    Vmgexit,

    /// <summary>PVALIDATE (F2 0F 01 FF).</summary>
    Pvalidate,

    /// <summary>RMPADJUST (F3 0F 01 FE).</summary>
    Rmpadjust,

    /// <summary>TDCALL (66 0F 01 CC).</summary>
    Tdcall,

    /// <summary>VMCALL or VMMCALL.</summary>
    Hypercall,
}

/// <summary>The architectural exceptions, by vector.</summary>
public enum ExceptionVector
{
    /// <summary>#DE, divide error.</summary>
    DivideError = 0,

    /// <summary>#DB, debug (ICEBP).</summary>
    Debug = 1,

    /// <summary>#BP, breakpoint (INT3).</summary>
    Breakpoint = 3,

    /// <summary>#OF, overflow.</summary>
    Overflow = 4,

    /// <summary>#BR, a bound is exceeded.</summary>
    BoundRange = 5,

    /// <summary>#UD, invalid opcode.</summary>
    InvalidOpcode = 6,

    /// <summary>#NM, device not available.</summary>
    DeviceNotAvailable = 7,

    /// <summary>#DF: an exception met another on its way to its handler. As the end of a run: a triple fault.</summary>
    DoubleFault = 8,

    /// <summary>#TS, invalid task-state segment.</summary>
    InvalidTaskState = 10,

    /// <summary>#NP, segment not present.</summary>
    SegmentNotPresent = 11,

    /// <summary>#SS, stack fault.</summary>
    StackFault = 12,

    /// <summary>#GP, general protection.</summary>
    GeneralProtection = 13,

    /// <summary>#PF: the page tables do not allow a touch; or the bus refuses one (<see cref="ProcessorExit.IsRefusal"/>).</summary>
    PageFault = 14,

    /// <summary>#MF, x87 error.</summary>
    FloatingPoint = 16,

    /// <summary>#AC, alignment check.</summary>
    AlignmentCheck = 17,

    /// <summary>#XM, SIMD error.</summary>
    SimdFloatingPoint = 19,

    /// <summary>INT n and what else has no name here: <see cref="ProcessorExit.Detail"/> says.</summary>
    SoftwareInterrupt = 256,
}

/// <summary>One stop of the processor.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Address">
/// The physical address of the gate; or what a #PF touched: the linear address, of a refusal the physical one; else RIP.
/// </param>
/// <param name="Vector">The exception of a Fault.</param>
/// <param name="Access">How a #PF touched its address.</param>
/// <param name="Instruction">The platform instruction.</param>
/// <param name="Detail">For NotModelled: the instruction as text. For a fault: what the vector alone does not say, or null.</param>
/// <param name="ErrorCode">The error code of a fault whose vector has one.</param>
/// <param name="Number">Of a software interrupt: the vector that it names.</param>
/// <param name="IsRefusal">True for a touch that the bus refuses: no exception of the guest's, which no handler of its own gets.</param>
public readonly record struct ProcessorExit(
    ProcessorExitKind Kind,
    ulong Address,
    ExceptionVector Vector = default,
    MemoryAccess Access = default,
    PlatformInstruction Instruction = default,
    string? Detail = null,
    uint ErrorCode = 0,
    byte Number = 0,
    bool IsRefusal = false);
