using System.IO.Compression;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>What a host's processor left of cases, in a file: for hosts that are no x86-64, and as a second witness on those that are.</summary>
/// <remarks>
/// Brotli over: magic, version, number of cases; then for each the form, its case number, the instruction's bytes, and the state
/// after it as differences from the state before. The state before is made again from form and number; the bytes tell
/// whether it was made alike. Little-endian throughout, so that equal cases give equal files.
/// </remarks>
internal static class RecordedVectors
{
    private const uint Magic = 0x5645_4645;
    private const int Version = 1;
    private const byte NoFault = 0xFF;

    public static void Write(Stream output, IReadOnlyList<(Code Code, int Number, InstructionCase Made, InstructionState After)> cases)
    {
        using var compressed = new BrotliStream(output, CompressionLevel.SmallestSize, leaveOpen: true);
        using var writer = new BinaryWriter(compressed);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(cases.Count);
        foreach ((Code code, int number, InstructionCase made, InstructionState after) in cases)
        {
            writer.Write((ushort)code);
            writer.Write((ushort)number);
            writer.Write((byte)made.Bytes.Length);
            writer.Write(made.Bytes);
            writer.Write(after.Fault is { } fault ? (byte)fault : NoFault);
            if (after.Fault == ExceptionVector.PageFault)
            {
                writer.Write(after.FaultAddress);
                writer.Write(after.FaultWrites);
            }

            writer.Write((int)(after.Rip - made.Before.Rip));
            writer.Write((uint)after.Flags);
            WriteWords(writer, made.Before.Gpr, after.Gpr);
            WriteWords(writer, made.Before.Xmm, after.Xmm);
            writer.Write(after.GsBase);
            WriteBytes(writer, made.Before.Float, after.Float);
            WriteBytes(writer, made.Before.Memory, after.Memory);
        }
    }

    /// <summary>The cases of a file, in its order.</summary>
    public static IEnumerable<(InstructionCase Made, InstructionState After)> Read(Stream input, CaseGenerator generator)
    {
        using var compressed = new BrotliStream(input, CompressionMode.Decompress);
        using var reader = new BinaryReader(compressed);
        Assert.Equal(Magic, reader.ReadUInt32());
        Assert.Equal(Version, reader.ReadInt32());
        int count = reader.ReadInt32();
        for (int at = 0; at < count; at++)
        {
            var code = (Code)reader.ReadUInt16();
            int number = reader.ReadUInt16();
            byte[] bytes = reader.ReadBytes(reader.ReadByte());
            InstructionCase? made = generator.Make(code, number);
            Assert.True(
                made is not null && made.Bytes.AsSpan().SequenceEqual(bytes),
                $"case {number} of {code} is made otherwise than when it was recorded: record the vectors again");
            InstructionState after = made.Before.Copy();
            byte fault = reader.ReadByte();
            after.Fault = fault == NoFault ? null : (ExceptionVector)fault;
            if (after.Fault == ExceptionVector.PageFault)
            {
                after.FaultAddress = reader.ReadUInt64();
                after.FaultWrites = reader.ReadBoolean();
            }

            after.Rip = made.Before.Rip + (ulong)reader.ReadInt32();
            after.Flags = reader.ReadUInt32();
            ReadWords(reader, after.Gpr);
            ReadWords(reader, after.Xmm);
            after.GsBase = reader.ReadUInt64();
            ReadBytes(reader, after.Float);
            ReadBytes(reader, after.Memory);
            yield return (made, after);
        }
    }

    private static void WriteWords(BinaryWriter writer, ulong[] before, ulong[] after)
    {
        uint changed = 0;
        for (int at = 0; at < before.Length; at++)
        {
            changed |= before[at] != after[at] ? 1u << at : 0;
        }

        writer.Write(changed);
        foreach (ulong word in after.Where((_, at) => (changed >> at & 1) != 0))
        {
            writer.Write(word);
        }
    }

    private static void ReadWords(BinaryReader reader, ulong[] words)
    {
        uint changed = reader.ReadUInt32();
        for (int at = 0; at < words.Length; at++)
        {
            words[at] = (changed >> at & 1) != 0 ? reader.ReadUInt64() : words[at];
        }
    }

    /// <summary>Runs of changed bytes: where, how many, which; closed by one of length 0.</summary>
    private static void WriteBytes(BinaryWriter writer, byte[] before, byte[] after)
    {
        int at = 0;
        while ((at += before.AsSpan(at).CommonPrefixLength(after.AsSpan(at))) < before.Length)
        {
            int length = 1;
            while (at + length < before.Length && length < byte.MaxValue && before[at + length] != after[at + length])
            {
                length++;
            }

            writer.Write((byte)length);
            writer.Write((ushort)at);
            writer.Write(after, at, length);
            at += length;
        }

        writer.Write((byte)0);
    }

    private static void ReadBytes(BinaryReader reader, byte[] bytes)
    {
        for (int length = reader.ReadByte(); length != 0; length = reader.ReadByte())
        {
            int at = reader.ReadUInt16();
            reader.ReadBytes(length).CopyTo(bytes, at);
        }
    }
}
