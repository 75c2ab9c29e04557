namespace EfiEmu.Cpu.Execution;

/// <summary>How the arithmetic flags follow from <see cref="Slot.FlagA"/> and <see cref="Slot.FlagB"/> (zero-extended operands).</summary>
/// <remarks>Four sizes each, so that size index = (kind - 1) &amp; 3.</remarks>
internal static class FlagKind
{
    // The flags stand in Slot.Rflags.
    public const byte Explicit = 0;

    // A = sum, B = second addend.
    public const byte Add8 = 1;
    public const byte Add16 = 2;
    public const byte Add32 = 3;
    public const byte Add64 = 4;

    // A = minuend, B = subtrahend.
    public const byte Sub8 = 5;
    public const byte Sub16 = 6;
    public const byte Sub32 = 7;
    public const byte Sub64 = 8;

    // A = result; CF, OF and AF are 0.
    public const byte Logic8 = 9;
    public const byte Logic16 = 10;
    public const byte Logic32 = 11;
    public const byte Logic64 = 12;

    // A = result; B bit 0 = CF, bit 1 = OF, bit 2 = AF.
    public const byte Result8 = 13;
    public const byte Result16 = 14;
    public const byte Result32 = 15;
    public const byte Result64 = 16;
}
