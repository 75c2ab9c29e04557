namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Values that find corner cases: powers of two, their neighbours, floating-point specials, and plain noise.</summary>
internal static class RandomValues
{
    public static ulong Next(Random random)
    {
        ulong noise = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        return random.Next(8) switch
        {
            0 => (ulong)random.Next(0, 3),
            1 => 1ul << random.Next(64),
            2 => (1ul << random.Next(64)) - 1,
            3 => 0 - (1ul << random.Next(64)),
            4 => noise & 0xFF,
            5 => (uint)noise,
            6 => noise >> random.Next(64),
            _ => noise,
        };
    }

    /// <summary>Two or four floating-point numbers, or noise.</summary>
    public static (ulong Low, ulong High) NextVector(Random random) => random.Next(3) switch
    {
        0 => (Next(random), Next(random)),
        1 => (Single(random) | ((ulong)Single(random) << 32), Single(random) | ((ulong)Single(random) << 32)),
        _ => (Double(random), Double(random)),
    };

    /// <summary>MXCSR: as programs have it mostly; else other rounding, flushing, unmasked exceptions, sticky flags.</summary>
    public static uint Mxcsr(Random random)
    {
        if (random.Next(2) == 0)
        {
            return 0x1F80;
        }

        uint masks = random.Next(3) == 0 ? (uint)random.Next(0x40) << 7 : 0x1F80;
        uint sticky = random.Next(3) == 0 ? (uint)random.Next(0x40) : 0;
        uint flush = random.Next(3) == 0 ? (uint)(random.Next(4) switch { 0 => 0x8000, 1 => 0x40, 2 => 0x8040, _ => 0 }) : 0;
        return masks | sticky | flush | ((uint)random.Next(4) << 13);
    }

    private static uint Single(Random random) => BitConverter.SingleToUInt32Bits(random.Next(9) switch
    {
        6 => BitConverter.Int32BitsToSingle(random.Next(2) << 31 | 0x7F80_0000 | random.Next(0x80_0000)),
        7 => BitConverter.Int32BitsToSingle(random.Next(2) << 31 | random.Next(0x80_0000)),
        8 => BitConverter.Int32BitsToSingle(random.Next(2) << 31 | random.Next(0x7F80_0000)),
        0 => 0f,
        1 => -0f,
        2 => float.PositiveInfinity,
        3 => random.Next(-5, 5) + 0.5f,
        4 => (float)((random.NextDouble() - 0.5) * 1e12),
        _ => (float)((random.NextDouble() - 0.5) * 100),
    });

    private static ulong Double(Random random) => BitConverter.DoubleToUInt64Bits(random.Next(9) switch
    {
        6 => BitConverter.Int64BitsToDouble((long)random.Next(2) << 63 | 0x7FF0_0000_0000_0000 | random.NextInt64(1L << 52)),
        7 => BitConverter.Int64BitsToDouble((long)random.Next(2) << 63 | random.NextInt64(1L << 52)),
        8 => BitConverter.Int64BitsToDouble((long)random.Next(2) << 63 | random.NextInt64(0x7FF0_0000_0000_0000)),
        0 => 0.0,
        1 => -0.0,
        2 => double.NegativeInfinity,
        3 => random.Next(-5, 5) + 0.5,
        4 => (random.NextDouble() - 0.5) * 1e20,
        _ => (random.NextDouble() - 0.5) * 100,
    });
}
