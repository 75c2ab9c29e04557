using System.Buffers.Binary;
using System.Numerics;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Random numbers that depend on a seed and a stream alone: xoshiro256**, seeded by SplitMix64.</summary>
/// <remarks>D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators". Not for cryptography.</remarks>
internal sealed class SeededRandom : IEntropySource
{
    /// <summary>What firmware's protocols hand out.</summary>
    public const ulong ProtocolStream = 1;

    /// <summary>What RDRAND and RDSEED return.</summary>
    public const ulong InstructionStream = 2;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public SeededRandom(ulong seed, ulong stream)
    {
        // The stream number goes through the mixer alone first, so that neighbouring seeds and streams do not meet.
        ulong streamState = stream;
        ulong state = seed ^ SplitMix(ref streamState);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (destination.Length > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Next());
            int length = Math.Min(destination.Length, word.Length);
            word[..length].CopyTo(destination);
            destination = destination[length..];
        }
    }

    /// <summary>Keeps where the stream stands, and gives what puts it back.</summary>
    public Action Save()
    {
        (ulong s0, ulong s1, ulong s2, ulong s3) = (_s0, _s1, _s2, _s3);
        return () => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15;
        ulong mixed = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
