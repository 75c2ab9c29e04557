namespace EfiEmu.Cpu.Protection;

/// <summary>One exception or software interrupt on its way to its handler.</summary>
/// <param name="Vector">The entry of the interrupt table.</param>
/// <param name="ErrorCode">The error code; null where the vector has none, or an instruction asked for it.</param>
/// <param name="Address">What a #PF puts into CR2.</param>
/// <param name="IsSoftware">INT n, INT3 or INT1: an instruction asked for it, and it returns behind that instruction.</param>
internal readonly record struct GuestException(int Vector, uint? ErrorCode, ulong Address, bool IsSoftware)
{
    private const int FirstWithoutName = 32;
    private const uint HasErrorCode =
        (1u << (int)ExceptionVector.DoubleFault) | (1u << (int)ExceptionVector.InvalidTaskState)
        | (1u << (int)ExceptionVector.SegmentNotPresent) | (1u << (int)ExceptionVector.StackFault)
        | (1u << (int)ExceptionVector.GeneralProtection) | (1u << (int)ExceptionVector.PageFault)
        | (1u << (int)ExceptionVector.AlignmentCheck);

    /// <summary>#DF, whose error code is 0.</summary>
    public static GuestException DoubleFault => new((int)ExceptionVector.DoubleFault, 0, 0, IsSoftware: false);

    public bool IsPageFault => Vector == (int)ExceptionVector.PageFault && !IsSoftware;

    /// <summary>Intel SDM Vol. 3A, table 6-5: #DE, #TS, #NP, #SS and #GP.</summary>
    public bool IsContributory => !IsSoftware && (ExceptionVector)Vector is ExceptionVector.DivideError or ExceptionVector.InvalidTaskState
        or ExceptionVector.SegmentNotPresent or ExceptionVector.StackFault or ExceptionVector.GeneralProtection;

    /// <summary>The exception that a stop of the processor is.</summary>
    public static GuestException Of(in ProcessorExit exit)
    {
        int vector = (int)exit.Vector;
        bool isSoftware = exit.Vector is ExceptionVector.Breakpoint or ExceptionVector.Debug or ExceptionVector.SoftwareInterrupt;
        if (exit.Vector == ExceptionVector.SoftwareInterrupt)
        {
            vector = exit.Number;
        }

        bool hasCode = !isSoftware && vector < FirstWithoutName && ((HasErrorCode >> vector) & 1) != 0;
        return new GuestException(vector, hasCode ? exit.ErrorCode : null, exit.Address, isSoftware);
    }

    /// <summary>What becomes of an exception that meets a second one on its way: the second, #DF, or null for a triple fault.</summary>
    public GuestException? Meet(GuestException second)
    {
        bool isSerious = second.IsContributory || second.IsPageFault;
        return this switch
        {
            { Vector: (int)ExceptionVector.DoubleFault, IsSoftware: false } when isSerious => null,
            { IsContributory: true } when second.IsContributory => DoubleFault,
            { IsPageFault: true } when isSerious => DoubleFault,
            _ => second,
        };
    }
}
