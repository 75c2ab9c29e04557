using EfiEmu.Cpu.Paging;

namespace EfiEmu.Cpu.Execution;

/// <summary>
/// Carries a stop out of the depth of one instruction to its one catcher, which puts RIP and the instruction count right.
/// It never leaves the processor.
/// </summary>
internal sealed class GuestStopException(ProcessorExit exit) : Exception
{
    /// <summary>The stop; its address is filled in by the catcher unless it is a #PF.</summary>
    public ProcessorExit Exit { get; } = exit;

    public static GuestStopException Fault(ExceptionVector vector, string? detail = null, uint errorCode = 0) =>
        new(new ProcessorExit(ProcessorExitKind.Fault, 0, vector, Detail: detail, ErrorCode: errorCode));

    /// <summary>The bus refuses a touch of a physical address.</summary>
    public static GuestStopException Refused(ulong address, MemoryAccess access) => new(Refusal(address, access));

    public static GuestStopException NotModelled(string instruction) =>
        new(new ProcessorExit(ProcessorExitKind.NotModelled, 0, Detail: instruction));

    /// <summary>The bus refuses a touch of a physical address, as a value.</summary>
    public static ProcessorExit Refusal(ulong address, MemoryAccess access) =>
        new(ProcessorExitKind.Fault, address, ExceptionVector.PageFault, access, IsRefusal: true);

    /// <summary>The tables do not let the guest touch a linear address.</summary>
    public static ProcessorExit PageFault(ulong address, MemoryAccess access, PageFaultCode code, string detail) =>
        new(ProcessorExitKind.Fault, address, ExceptionVector.PageFault, access, Detail: detail, ErrorCode: (uint)code);
}
