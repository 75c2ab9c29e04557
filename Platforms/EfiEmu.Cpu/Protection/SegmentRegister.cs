namespace EfiEmu.Cpu.Protection;

/// <summary>A segment register with what was loaded behind it.</summary>
/// <param name="Selector">The selector.</param>
/// <param name="Base">
/// The base. Of FS and GS the one in force stands in the processor's state, where memory operands find it; of ES, CS, SS and DS
/// 64-bit code uses none.
/// </param>
/// <param name="Limit">The limit in bytes.</param>
/// <param name="Descriptor">The descriptor; 0 for a null selector.</param>
internal readonly record struct SegmentRegister(ushort Selector, ulong Base, uint Limit, Descriptor Descriptor)
{
    /// <summary>Whether the selector names nothing.</summary>
    public bool IsNull => (Selector & ~3) == 0;
}
