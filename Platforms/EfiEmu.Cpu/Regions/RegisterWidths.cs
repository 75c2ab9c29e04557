namespace EfiEmu.Cpu.Regions;

/// <summary>
/// What is known of how many low bits of each register local may be other than zero: 64, 32, 16 or 8. What is known need not be
/// cut off again.
/// </summary>
/// <param name="Bits">Two bits for each local: 0 = 64 ... 3 = 8.</param>
internal readonly record struct RegisterWidths(ulong Bits)
{
    /// <summary>How many bits of a local may be other than zero.</summary>
    public int Of(int number) => 64 >> (int)((Bits >> (number * 2)) & 3);

    /// <summary>The same where a local now has at most so many bits.</summary>
    public RegisterWidths With(int number, int bits)
    {
        ulong code = bits > 32 ? 0ul : bits > 16 ? 1ul : bits > 8 ? 2ul : 3ul;
        return new RegisterWidths((Bits & ~(3ul << (number * 2))) | (code << (number * 2)));
    }

    /// <summary>How many bits a constant has.</summary>
    public static int OfConstant(ulong value) => value > uint.MaxValue ? 64 : value > ushort.MaxValue ? 32 : value > byte.MaxValue ? 16 : 8;
}
