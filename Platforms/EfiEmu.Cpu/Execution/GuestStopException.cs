namespace EfiEmu.Cpu.Execution;

/// <summary>
/// Carries a stop out of the depth of one instruction to its one catcher, which puts RIP and the instruction count right.
/// It never leaves the processor.
/// </summary>
internal sealed class GuestStopException(ProcessorExit exit) : Exception
{
    /// <summary>The stop; its address is filled in by the catcher unless it is a #PF.</summary>
    public ProcessorExit Exit { get; } = exit;

    public static GuestStopException Fault(ExceptionVector vector, string? detail = null) =>
        new(new ProcessorExit(ProcessorExitKind.Fault, 0, vector, Detail: detail));

    public static GuestStopException PageFault(ulong address, MemoryAccess access) =>
        new(new ProcessorExit(ProcessorExitKind.Fault, address, ExceptionVector.PageFault, access));

    public static GuestStopException NotModelled(string instruction) =>
        new(new ProcessorExit(ProcessorExitKind.NotModelled, 0, Detail: instruction));
}
