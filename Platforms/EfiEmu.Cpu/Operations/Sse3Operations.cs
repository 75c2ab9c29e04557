using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE3 and SSSE3 on integers and whole elements.</summary>
internal static class Sse3Operations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        if (instruction.Mnemonic == Mnemonic.Palignr)
        {
            return static (Core core, in Instruction i) => SseAccess.Write(
                core, in i, 0, Align(SseAccess.Read(core, in i, 0), SseAccess.Read(core, in i, 1), i.Immediate8));
        }

        return Integer(instruction.Mnemonic) is { } body
            ? SseAccess.Combine(body)
            : null;
    }

    public static Func<Vector, Vector, Vector>? Integer(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Movshdup => static (_, b) => Vector128.Shuffle(b.AsUInt32(), Vector128.Create(1u, 1, 3, 3)).AsByte(),
        Mnemonic.Movsldup => static (_, b) => Vector128.Shuffle(b.AsUInt32(), Vector128.Create(0u, 0, 2, 2)).AsByte(),
        Mnemonic.Movddup => static (_, b) => Vector128.Create(b.AsUInt64().ToScalar()).AsByte(),
        Mnemonic.Pabsb => static (_, b) => Magnitude(b.AsSByte(), Vector128<sbyte>.Zero),
        Mnemonic.Pabsw => static (_, b) => Magnitude(b.AsInt16(), Vector128<short>.Zero),
        Mnemonic.Pabsd => static (_, b) => Magnitude(b.AsInt32(), Vector128<int>.Zero),
        Mnemonic.Psignb => static (a, b) => Sign(a.AsSByte(), b.AsSByte()),
        Mnemonic.Psignw => static (a, b) => Sign(a.AsInt16(), b.AsInt16()),
        Mnemonic.Psignd => static (a, b) => Sign(a.AsInt32(), b.AsInt32()),
        Mnemonic.Pshufb => static (a, b) => Elements.Map(b, (byte pick, int _) => (pick & 0x80) != 0 ? (byte)0 : a[pick & 15]),
        Mnemonic.Phaddw => static (a, b) => Pairs(a, b, static (short x, short y) => (short)(x + y)),
        Mnemonic.Phsubw => static (a, b) => Pairs(a, b, static (short x, short y) => (short)(x - y)),
        Mnemonic.Phaddsw => static (a, b) => Pairs(a, b, static (short x, short y) => Saturate(x + y)),
        Mnemonic.Phsubsw => static (a, b) => Pairs(a, b, static (short x, short y) => Saturate(x - y)),
        Mnemonic.Phaddd => static (a, b) => Pairs(a, b, static (int x, int y) => x + y),
        Mnemonic.Phsubd => static (a, b) => Pairs(a, b, static (int x, int y) => x - y),
        Mnemonic.Pmulhrsw => static (a, b) =>
            Elements.Map(a.AsInt16(), (x, at) => (short)((((x * b.AsInt16()[at]) >> 14) + 1) >> 1)).AsByte(),
        Mnemonic.Pmaddubsw => static (a, b) =>
            Elements.Map(default(Vector128<short>), (_, at) => Saturate((a[2 * at] * b.AsSByte()[2 * at]) + (a[(2 * at) + 1] * b.AsSByte()[(2 * at) + 1]))).AsByte(),
        _ => null,
    };

    // The most negative number is its own magnitude.
    private static Vector Magnitude<T>(Vector128<T> value, Vector128<T> zero) =>
        Vector128.ConditionalSelect(Vector128.LessThan(value, zero), zero - value, value).AsByte();

    private static Vector Sign<T>(Vector128<T> value, Vector128<T> sign)
    {
        Vector128<T> zero = Vector128<T>.Zero;
        Vector128<T> negated = Vector128.ConditionalSelect(Vector128.LessThan(sign, zero), zero - value, value);
        return Vector128.ConditionalSelect(Vector128.Equals(sign, zero), zero, negated).AsByte();
    }

    /// <summary>Each pair of neighbours becomes one element: those of the first operand below those of the second.</summary>
    private static Vector Pairs<T>(Vector a, Vector b, Func<T, T, T> body)
    {
        int half = Vector128<T>.Count / 2;
        return Elements.Map(default(Vector128<T>), (_, at) =>
        {
            Vector128<T> source = at < half ? a.As<byte, T>() : b.As<byte, T>();
            int first = 2 * (at % half);
            return body(source[first], source[first + 1]);
        }).AsByte();
    }

    private static short Saturate(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    public static Vector Align(Vector high, Vector low, int bytes) => Elements.Map(low, (byte _, int at) =>
    {
        int from = at + bytes;
        return from < 16 ? low[from] : from < 32 ? high[from - 16] : (byte)0;
    });
}
