namespace EfiEmu.Cpu.FloatingPoint;

/// <summary>RCPPS and RSQRTPS: estimates of 12 bits.</summary>
/// <remarks>
/// Intel SDM volume 2, RCPPS and RSQRTPS: a relative error of at most 1.5 * 2^-12, denormals are zeros, no exceptions. Which
/// number within that error, AMD and Intel do not agree: here it is the true one, cut off after 12 bits.
/// </remarks>
internal static class SimdEstimate
{
    private const uint SignBit = 0x8000_0000;
    private const uint Infinity = 0x7F80_0000;
    private const uint DefaultNaN = 0xFFC0_0000;
    private const uint QuietBit = 0x0040_0000;
    private const uint SmallestNormal = 0x0080_0000;
    private const uint Kept = 0xFFFF_F000;

    public static uint Reciprocal(uint bits)
    {
        uint magnitude = bits & ~SignBit;
        uint sign = bits & SignBit;
        if (magnitude > Infinity)
        {
            return bits | QuietBit;
        }

        if (magnitude is Infinity or < SmallestNormal)
        {
            return magnitude == Infinity ? sign : sign | Infinity;
        }

        uint result = BitConverter.SingleToUInt32Bits((float)(1.0 / BitConverter.UInt32BitsToSingle(magnitude))) & Kept;
        return result < SmallestNormal ? sign : sign | result;
    }

    public static uint ReciprocalRoot(uint bits)
    {
        uint magnitude = bits & ~SignBit;
        if (magnitude > Infinity)
        {
            return bits | QuietBit;
        }

        if (magnitude < SmallestNormal)
        {
            return (bits & SignBit) | Infinity;
        }

        return (bits & SignBit) != 0 ? DefaultNaN
            : magnitude == Infinity ? 0
            : BitConverter.SingleToUInt32Bits((float)(1.0 / Math.Sqrt(BitConverter.UInt32BitsToSingle(bits)))) & Kept;
    }
}
