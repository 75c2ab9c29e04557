using System.Globalization;
using System.Security.Cryptography;
using EfiEmu.Platforms;

namespace EfiEmu.Bench;

/// <summary>What an engine made of a stretch.</summary>
/// <param name="Time">From the first instruction to the gate. The engine has seen none of the code before.</param>
/// <param name="Registers">The general-purpose registers at the end, in their encoding order.</param>
/// <param name="Memory">The memory that EfiEmu touched, as this engine left it.</param>
internal sealed record Replay(TimeSpan Time, IReadOnlyList<ulong> Registers, IReadOnlyList<MemoryPiece> Memory)
{
    /// <summary>The first difference to another engine's end, in words; null where there is none.</summary>
    public string? FindDifference(Replay other)
    {
        for (int i = 0; i < Registers.Count; i++)
        {
            if (Registers[i] != other.Registers[i])
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(GuestRegister)i} is {Registers[i]:x} and {other.Registers[i]:x}");
            }
        }

        for (int i = 0; i < Memory.Count; i++)
        {
            int same = Memory[i].Bytes.AsSpan().CommonPrefixLength(other.Memory[i].Bytes);
            if (same < Memory[i].Bytes.Length)
            {
                return string.Create(CultureInfo.InvariantCulture, $"memory at {Memory[i].Address + (ulong)same:x}");
            }
        }

        return null;
    }

    /// <summary>SHA-256 of the memory.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (MemoryPiece piece in Memory)
        {
            hash.AppendData(piece.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>An engine did not come to the end of a stretch.</summary>
internal sealed class ReplayException(string fault) : Exception(fault);
