namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Random numbers that are the same on every host and under every runtime: SplitMix64.</summary>
internal sealed class CaseRandom(ulong seed) : Random
{
    private ulong _state = seed;

    public static CaseRandom For(int form, int number) => new(((ulong)form << 32) ^ (ulong)number ^ 0x9E37_79B9_7F4A_7C15);

    public ulong NextBits()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    public override int Next() => (int)(NextBits() >> 33);

    public override int Next(int maxValue) => (int)((UInt128)NextBits() * (ulong)Math.Max(maxValue, 1) >> 64);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(NextBits() >> 1);

    public override long NextInt64(long maxValue) => (long)(NextBits() % (ulong)maxValue);

    public override long NextInt64(long minValue, long maxValue) => (long)((ulong)minValue + (NextBits() % ((ulong)maxValue - (ulong)minValue)));

    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1ul << 53));

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        for (int at = 0; at < buffer.Length; at += 8)
        {
            ulong bits = NextBits();
            for (int k = 0; k < 8 && at + k < buffer.Length; k++)
            {
                buffer[at + k] = (byte)(bits >> (8 * k));
            }
        }
    }

    protected override double Sample() => NextDouble();
}
