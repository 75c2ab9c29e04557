namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Where a test's memory lies, natively and emulated: code, the stubs' state, data, a read-only page, nothing.</summary>
/// <param name="Base">The address of the code page.</param>
internal readonly record struct MemoryPlan(ulong Base)
{
    public const int DataBytes = 0x6000;
    public const int ReadOnlyBytes = 0x1000;
    public const int VisibleBytes = DataBytes + ReadOnlyBytes;
    public const int TotalBytes = NativeProcessor.CodeBytes + NativeProcessor.StateBytes + GuardBytes + VisibleBytes + GuardBytes;

    // Below it lies room for a signal frame, should the runtime interrupt the test while RSP is the test's.
    public const int StackOffset = 0x4800;

    // Recorded cases are made for the first of these addresses. Below 4 GiB, so that 32-bit addresses reach them.
    private const ulong First = 0x3A00_0000;
    private const ulong Distance = 0x10_0000;
    private const int GuardBytes = 0x1000;

    public static MemoryPlan At(int slot) => new(First + ((ulong)slot * Distance));

    /// <summary>Where instructions are written, at most 15 bytes, among bytes that are HLT.</summary>
    public ulong Instruction => Base + 0x800;

    public ulong StateAddress => Base + NativeProcessor.CodeBytes;

    public ulong Data => StateAddress + NativeProcessor.StateBytes + GuardBytes;

    public ulong ReadOnly => Data + DataBytes;

    public ulong Nothing => ReadOnly + ReadOnlyBytes;

    public ulong Stack => Data + StackOffset;

    /// <summary>Whether a jump there meets HLT and not the instruction itself.</summary>
    public bool IsLanding(ulong address, int length) =>
        address >= Base + LandingStart && address < Base + LandingEnd && (address < Instruction || address >= Instruction + (ulong)length);

    public const int LandingStart = 0x700;
    public const int LandingEnd = 0x900;
}
