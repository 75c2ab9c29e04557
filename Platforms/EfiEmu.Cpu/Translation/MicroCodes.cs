namespace EfiEmu.Cpu.Translation;

/// <summary>Finds the member of a group of micro-operations; relies on the order that <see cref="MicroCode"/> keeps.</summary>
internal static class MicroCodes
{
    // Position of a condition's fused jump after a comparison: B AE E NE BE A, then L GE LE G; -1 where there is none.
    private static ReadOnlySpan<sbyte> AfterCompare => [-1, -1, 0, 1, 2, 3, 4, 5, -1, -1, -1, -1, 6, 7, 8, 9];

    // After a test CF and OF are 0: BE is E, A is NE, L is S, GE is NS; B, AE, O, NO never or always hold.
    private static ReadOnlySpan<sbyte> AfterTest => [-1, -1, -1, -1, 0, 1, 0, 1, 2, 3, -1, -1, 2, 3, 4, 5];

    /// <summary>Add, Or, And, Sub, Xor (0 to 4) of 32 or 64 bits without flags.</summary>
    public static MicroCode Plain(int operation, int bits, bool immediate) =>
        (bits == 64 ? MicroCode.Add64 : MicroCode.Add32) + (ushort)(operation + (immediate ? 5 : 0));

    /// <summary>Add, Or, And, Sub, Xor, Compare, Test (0 to 6) with flags.</summary>
    public static MicroCode WithFlags(int operation, int bits, bool immediate)
    {
        MicroCode group = bits switch
        {
            64 => MicroCode.AddFlags64,
            32 => MicroCode.AddFlags32,
            16 => MicroCode.AddFlags16,
            _ => MicroCode.AddFlags8,
        };
        return group + (ushort)(operation + (immediate ? 7 : 0));
    }

    /// <summary>The fused jump for a condition after a comparison or a test, or null.</summary>
    public static MicroCode? FusedJump(bool test, int bits, bool immediate, int condition)
    {
        int position = test ? AfterTest[condition] : AfterCompare[condition];
        if (position < 0 || bits == 16)
        {
            return null;
        }

        MicroCode group = (test, bits) switch
        {
            (false, 64) => MicroCode.JumpIfBelow64,
            (false, 32) => MicroCode.JumpIfBelow32,
            (false, _) => MicroCode.JumpIfBelow8,
            (true, 64) => MicroCode.JumpIfZero64,
            (true, 32) => MicroCode.JumpIfZero32,
            (true, _) => MicroCode.JumpIfZero8,
        };
        int length = test ? 6 : 10;
        return group + (ushort)(position + (immediate ? length : 0));
    }

    /// <summary>The form with an index, where the form without one stands right before it.</summary>
    public static MicroCode Indexed(MicroCode code) => code + 1;
}
