using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE and SSE2 packing, unpacking and shuffling.</summary>
internal static class SseShuffleOperations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        if (Select(instruction.Mnemonic) is { } select)
        {
            return (Core core, in Instruction i) => SseAccess.Write(
                core, in i, 0, select(SseAccess.Read(core, in i, 0), SseAccess.Read(core, in i, 1), i.GetImmediate(2)));
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Pinsrw => Insert,
            Mnemonic.Pextrw when instruction.Op1Kind == OpKind.Register => static (Core core, in Instruction i) =>
                core.Write(in i, 0, SseAccess.Read(core, in i, 1).AsUInt16()[i.Immediate8 & 7]),
            _ => Combine(instruction.Mnemonic) is { } body
                ? SseAccess.Combine(body)
                : null,
        };
    }

    public static Func<Vector, Vector, Vector>? Combine(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Punpcklbw => static (a, b) => Interleave(a, b, 1, 0),
        Mnemonic.Punpckhbw => static (a, b) => Interleave(a, b, 1, 8),
        Mnemonic.Punpcklwd => static (a, b) => Interleave(a, b, 2, 0),
        Mnemonic.Punpckhwd => static (a, b) => Interleave(a, b, 2, 8),
        Mnemonic.Punpckldq or Mnemonic.Unpcklps => static (a, b) => Interleave(a, b, 4, 0),
        Mnemonic.Punpckhdq or Mnemonic.Unpckhps => static (a, b) => Interleave(a, b, 4, 8),
        Mnemonic.Punpcklqdq or Mnemonic.Unpcklpd => static (a, b) => Interleave(a, b, 8, 0),
        Mnemonic.Punpckhqdq or Mnemonic.Unpckhpd => static (a, b) => Interleave(a, b, 8, 8),
        Mnemonic.Packsswb => static (a, b) => Vector128.NarrowWithSaturation(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Packssdw => static (a, b) => Vector128.NarrowWithSaturation(a.AsInt32(), b.AsInt32()).AsByte(),
        Mnemonic.Packuswb => static (a, b) => Vector128.Narrow(Clamp(a), Clamp(b)),
        _ => null,
    };

    private static Func<Vector, Vector, ulong, Vector>? Select(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Pshufd => static (_, b, order) => Vector128.Shuffle(b.AsUInt32(), Order(order)).AsByte(),
        Mnemonic.Pshuflw => static (_, b, order) => Words(b, order, 0),
        Mnemonic.Pshufhw => static (_, b, order) => Words(b, order, 4),
        Mnemonic.Shufps => static (a, b, order) => Vector128.Create(
            a.AsUInt32()[(int)order & 3],
            a.AsUInt32()[(int)(order >> 2) & 3],
            b.AsUInt32()[(int)(order >> 4) & 3],
            b.AsUInt32()[(int)(order >> 6) & 3]).AsByte(),
        Mnemonic.Shufpd => static (a, b, order) => Vector128.Create(
            a.AsUInt64()[(int)order & 1],
            b.AsUInt64()[(int)(order >> 1) & 1]).AsByte(),
        _ => null,
    };

    private static Vector128<uint> Order(ulong order) =>
        Vector128.Create((uint)order & 3, (uint)(order >> 2) & 3, (uint)(order >> 4) & 3, (uint)(order >> 6) & 3);

    public static Vector Words(Vector source, ulong order, int first)
    {
        Vector128<ushort> result = source.AsUInt16();
        for (int at = 0; at < 4; at++)
        {
            result = result.WithElement(first + at, source.AsUInt16()[first + ((int)(order >> (2 * at)) & 3)]);
        }

        return result.AsByte();
    }

    /// <summary>Elements of a and b in turn, from one half of each.</summary>
    private static Vector Interleave(Vector a, Vector b, int size, int from)
    {
        Vector result = default;
        for (int at = 0; at < 16; at++)
        {
            Vector source = (at / size & 1) == 0 ? a : b;
            result = result.WithElement(at, source[from + (at / (2 * size) * size) + (at % size)]);
        }

        return result;
    }

    private static Vector128<ushort> Clamp(Vector words) =>
        Vector128.Min(Vector128.Max(words.AsInt16(), Vector128<short>.Zero), Vector128.Create((short)255)).AsUInt16();

    private static void Insert(Core core, in Instruction i)
    {
        ushort value = i.Op1Kind == OpKind.Memory
            ? (ushort)core.Memory.Read(core.EffectiveAddress(in i), 2)
            : (ushort)core.Read(in i, 1);
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt16().WithElement(i.Immediate8 & 7, value).AsByte());
    }
}
