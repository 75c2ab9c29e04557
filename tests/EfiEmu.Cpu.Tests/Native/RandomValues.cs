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

    private static uint Single(Random random) => BitConverter.SingleToUInt32Bits(random.Next(6) switch
    {
        0 => 0f,
        1 => -0f,
        2 => float.PositiveInfinity,
        3 => random.Next(-5, 5) + 0.5f,
        4 => (float)((random.NextDouble() - 0.5) * 1e12),
        _ => (float)((random.NextDouble() - 0.5) * 100),
    });

    private static ulong Double(Random random) => BitConverter.DoubleToUInt64Bits(random.Next(6) switch
    {
        0 => 0.0,
        1 => -0.0,
        2 => double.NegativeInfinity,
        3 => random.Next(-5, 5) + 0.5,
        4 => (random.NextDouble() - 0.5) * 1e20,
        _ => (random.NextDouble() - 0.5) * 100,
    });
}
