using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE4.1 on integers and whole elements, but for insertions and extractions.</summary>
internal static class Sse41Operations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        if (Body(instruction.Mnemonic) is { } body)
        {
            return SseAccess.Combine(body);
        }

        if (WithImmediate(instruction.Mnemonic) is { } immediate)
        {
            return (Core core, in Instruction i) => SseAccess.Write(
                core, in i, 0, immediate(SseAccess.Read(core, in i, 0), SseAccess.Read(core, in i, 1), i.Immediate8));
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Movntdqa => static (Core core, in Instruction i) => SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 1)),
            Mnemonic.Ptest => Test,
            Mnemonic.Pblendvb => static (Core core, in Instruction i) => BlendByRegister<sbyte>(core, in i),
            Mnemonic.Blendvps => static (Core core, in Instruction i) => BlendByRegister<int>(core, in i),
            Mnemonic.Blendvpd => static (Core core, in Instruction i) => BlendByRegister<long>(core, in i),
            _ => null,
        };
    }

    private static Func<Vector, Vector, Vector>? Body(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Packusdw => static (a, b) => Vector128.Narrow(Clamp(a), Clamp(b)).AsByte(),
        Mnemonic.Pcmpeqq => static (a, b) => Vector128.Equals(a.AsInt64(), b.AsInt64()).AsByte(),
        Mnemonic.Pcmpgtq => static (a, b) => Vector128.GreaterThan(a.AsInt64(), b.AsInt64()).AsByte(),
        Mnemonic.Pmaxsb => static (a, b) => Vector128.Max(a.AsSByte(), b.AsSByte()).AsByte(),
        Mnemonic.Pmaxsd => static (a, b) => Vector128.Max(a.AsInt32(), b.AsInt32()).AsByte(),
        Mnemonic.Pmaxuw => static (a, b) => Vector128.Max(a.AsUInt16(), b.AsUInt16()).AsByte(),
        Mnemonic.Pmaxud => static (a, b) => Vector128.Max(a.AsUInt32(), b.AsUInt32()).AsByte(),
        Mnemonic.Pminsb => static (a, b) => Vector128.Min(a.AsSByte(), b.AsSByte()).AsByte(),
        Mnemonic.Pminsd => static (a, b) => Vector128.Min(a.AsInt32(), b.AsInt32()).AsByte(),
        Mnemonic.Pminuw => static (a, b) => Vector128.Min(a.AsUInt16(), b.AsUInt16()).AsByte(),
        Mnemonic.Pminud => static (a, b) => Vector128.Min(a.AsUInt32(), b.AsUInt32()).AsByte(),
        Mnemonic.Pmulld => static (a, b) => (a.AsInt32() * b.AsInt32()).AsByte(),
        Mnemonic.Pmuldq => static (a, b) =>
            Vector128.Create((long)a.AsInt32()[0] * b.AsInt32()[0], (long)a.AsInt32()[2] * b.AsInt32()[2]).AsByte(),
        Mnemonic.Phminposuw => static (_, b) => Minimum(b.AsUInt16()),
        Mnemonic.Pmovsxbw => static (_, b) => Vector128.WidenLower(b.AsSByte()).AsByte(),
        Mnemonic.Pmovsxbd => static (_, b) => Widen(b, static (v, at) => (int)v.AsSByte()[at]),
        Mnemonic.Pmovsxbq => static (_, b) => Widen(b, static (v, at) => (long)v.AsSByte()[at]),
        Mnemonic.Pmovsxwd => static (_, b) => Vector128.WidenLower(b.AsInt16()).AsByte(),
        Mnemonic.Pmovsxwq => static (_, b) => Widen(b, static (v, at) => (long)v.AsInt16()[at]),
        Mnemonic.Pmovsxdq => static (_, b) => Vector128.WidenLower(b.AsInt32()).AsByte(),
        Mnemonic.Pmovzxbw => static (_, b) => Vector128.WidenLower(b).AsByte(),
        Mnemonic.Pmovzxbd => static (_, b) => Widen(b, static (v, at) => (uint)v[at]),
        Mnemonic.Pmovzxbq => static (_, b) => Widen(b, static (v, at) => (ulong)v[at]),
        Mnemonic.Pmovzxwd => static (_, b) => Vector128.WidenLower(b.AsUInt16()).AsByte(),
        Mnemonic.Pmovzxwq => static (_, b) => Widen(b, static (v, at) => (ulong)v.AsUInt16()[at]),
        Mnemonic.Pmovzxdq => static (_, b) => Vector128.WidenLower(b.AsUInt32()).AsByte(),
        _ => null,
    };

    private static Func<Vector, Vector, int, Vector>? WithImmediate(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Pblendw => static (a, b, mask) => Choose(a.AsUInt16(), b.AsUInt16(), mask),
        Mnemonic.Blendps => static (a, b, mask) => Choose(a.AsUInt32(), b.AsUInt32(), mask),
        Mnemonic.Blendpd => static (a, b, mask) => Choose(a.AsUInt64(), b.AsUInt64(), mask),
        Mnemonic.Mpsadbw => SumsOfDifferences,
        _ => null,
    };

    private static Vector128<uint> Clamp(Vector value) =>
        Vector128.Min(Vector128.Max(value.AsInt32(), Vector128<int>.Zero), Vector128.Create(0xFFFF)).AsUInt32();

    private static Vector Widen<T>(Vector value, Func<Vector, int, T> element) =>
        Elements.Map(default(Vector128<T>), (_, at) => element(value, at)).AsByte();

    private static Vector Minimum(Vector128<ushort> words)
    {
        int smallest = 0;
        for (int at = 1; at < 8; at++)
        {
            smallest = words[at] < words[smallest] ? at : smallest;
        }

        return Vector128.Create(words[smallest], (ushort)smallest, 0, 0, 0, 0, 0, 0).AsByte();
    }

    private static Vector Choose<T>(Vector128<T> a, Vector128<T> b, int mask) =>
        Elements.Map(a, (x, at) => ((mask >> at) & 1) != 0 ? b[at] : x).AsByte();

    /// <summary>Eight sums of four differences: a window that moves over the first operand, against four bytes of the second.</summary>
    private static Vector SumsOfDifferences(Vector a, Vector b, int mask)
    {
        int first = (mask & 4) != 0 ? 4 : 0;
        int second = (mask & 3) * 4;
        return Elements.Map(default(Vector128<ushort>), (_, at) =>
        {
            int sum = 0;
            for (int k = 0; k < 4; k++)
            {
                sum += Math.Abs(a[first + at + k] - b[second + k]);
            }

            return (ushort)sum;
        }).AsByte();
    }

    private static void Test(Core core, in Instruction i)
    {
        Vector a = SseAccess.Read(core, in i, 0);
        Vector b = SseAccess.Read(core, in i, 1);
        uint flags = ((a & b) == default ? Flags.Zero : 0) | ((~a & b) == default ? Flags.Carry : 0);
        core.SetFlags(Flags.Arithmetic, flags);
    }

    /// <summary>The sign bits of XMM0 choose; XMM0 is an operand that nobody writes.</summary>
    private static void BlendByRegister<T>(Core core, in Instruction i)
    {
        Vector128<T> mask = Vector128.LessThan(core.Xmm(0).As<byte, T>(), Vector128<T>.Zero);
        Vector128<T> a = SseAccess.Read(core, in i, 0).As<byte, T>();
        Vector128<T> b = SseAccess.Read(core, in i, 1).As<byte, T>();
        SseAccess.Write(core, in i, 0, Vector128.ConditionalSelect(mask, b, a).AsByte());
    }
}
