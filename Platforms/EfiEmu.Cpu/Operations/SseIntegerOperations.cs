using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE2 integer arithmetic, comparison, logic and shifts.</summary>
internal static class SseIntegerOperations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        if (Shift(instruction.Mnemonic) is { } shift)
        {
            return (Core core, in Instruction i) => RunShift(core, in i, shift);
        }

        return Body(instruction.Mnemonic) is { } body ? SseAccess.Combine(body) : null;
    }

    /// <summary>What a mnemonic does with two vectors, element by element: of any length.</summary>
    public static Func<Vector, Vector, Vector>? Body(Mnemonic mnemonic) => Arithmetic(mnemonic) ?? Logic(mnemonic);

    private static Func<Vector, Vector, Vector>? Logic(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Pand or Mnemonic.Andps or Mnemonic.Andpd => static (a, b) => a & b,
        Mnemonic.Por or Mnemonic.Orps or Mnemonic.Orpd => static (a, b) => a | b,
        Mnemonic.Pxor or Mnemonic.Xorps or Mnemonic.Xorpd => static (a, b) => a ^ b,
        Mnemonic.Pandn or Mnemonic.Andnps or Mnemonic.Andnpd => static (a, b) => ~a & b,
        Mnemonic.Pcmpeqb => static (a, b) => Vector128.Equals(a, b),
        Mnemonic.Pcmpeqw => static (a, b) => Vector128.Equals(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Pcmpeqd => static (a, b) => Vector128.Equals(a.AsInt32(), b.AsInt32()).AsByte(),
        Mnemonic.Pcmpgtb => static (a, b) => Vector128.GreaterThan(a.AsSByte(), b.AsSByte()).AsByte(),
        Mnemonic.Pcmpgtw => static (a, b) => Vector128.GreaterThan(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Pcmpgtd => static (a, b) => Vector128.GreaterThan(a.AsInt32(), b.AsInt32()).AsByte(),
        Mnemonic.Pmaxub => static (a, b) => Vector128.Max(a, b),
        Mnemonic.Pminub => static (a, b) => Vector128.Min(a, b),
        Mnemonic.Pmaxsw => static (a, b) => Vector128.Max(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Pminsw => static (a, b) => Vector128.Min(a.AsInt16(), b.AsInt16()).AsByte(),
        _ => null,
    };

    private static Func<Vector, Vector, Vector>? Arithmetic(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Paddb => static (a, b) => a + b,
        Mnemonic.Paddw => static (a, b) => (a.AsInt16() + b.AsInt16()).AsByte(),
        Mnemonic.Paddd => static (a, b) => (a.AsInt32() + b.AsInt32()).AsByte(),
        Mnemonic.Paddq => static (a, b) => (a.AsInt64() + b.AsInt64()).AsByte(),
        Mnemonic.Psubb => static (a, b) => a - b,
        Mnemonic.Psubw => static (a, b) => (a.AsInt16() - b.AsInt16()).AsByte(),
        Mnemonic.Psubd => static (a, b) => (a.AsInt32() - b.AsInt32()).AsByte(),
        Mnemonic.Psubq => static (a, b) => (a.AsInt64() - b.AsInt64()).AsByte(),
        Mnemonic.Paddsb => static (a, b) => Vector128.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte(),
        Mnemonic.Paddsw => static (a, b) => Vector128.AddSaturate(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Paddusb => static (a, b) => Vector128.AddSaturate(a, b),
        Mnemonic.Paddusw => static (a, b) => Vector128.AddSaturate(a.AsUInt16(), b.AsUInt16()).AsByte(),
        Mnemonic.Psubsb => static (a, b) => Vector128.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte(),
        Mnemonic.Psubsw => static (a, b) => Vector128.SubtractSaturate(a.AsInt16(), b.AsInt16()).AsByte(),
        Mnemonic.Psubusb => static (a, b) => Vector128.SubtractSaturate(a, b),
        Mnemonic.Psubusw => static (a, b) => Vector128.SubtractSaturate(a.AsUInt16(), b.AsUInt16()).AsByte(),
        Mnemonic.Pmullw => static (a, b) => (a.AsInt16() * b.AsInt16()).AsByte(),
        Mnemonic.Pmulhw => static (a, b) => Elements.Zip(a.AsInt16(), b.AsInt16(), static (x, y) => (short)((x * y) >> 16)).AsByte(),
        Mnemonic.Pmulhuw => static (a, b) => Elements.Zip(a.AsInt16(), b.AsInt16(), static (x, y) => (short)(((uint)(ushort)x * (ushort)y) >> 16)).AsByte(),
        Mnemonic.Pmuludq => static (a, b) => ((a.AsUInt64() & Vector128.Create(0xFFFF_FFFFul)) * (b.AsUInt64() & Vector128.Create(0xFFFF_FFFFul))).AsByte(),
        Mnemonic.Pmaddwd => MultiplyAdd,
        Mnemonic.Psadbw => SumOfDifferences,
        Mnemonic.Pavgb => static (a, b) => Elements.Zip(a, b, static (x, y) => (byte)((x + y + 1) >> 1)),
        Mnemonic.Pavgw => static (a, b) => Elements.Zip(a.AsInt16(), b.AsInt16(), static (x, y) => (short)(((ushort)x + (ushort)y + 1) >> 1)).AsByte(),
        _ => null,
    };

    public static Func<Vector, ulong, Vector>? Shift(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Psllw => static (a, n) => n > 15 ? default : (a.AsUInt16() << (int)n).AsByte(),
        Mnemonic.Pslld => static (a, n) => n > 31 ? default : (a.AsUInt32() << (int)n).AsByte(),
        Mnemonic.Psllq => static (a, n) => n > 63 ? default : (a.AsUInt64() << (int)n).AsByte(),
        Mnemonic.Psrlw => static (a, n) => n > 15 ? default : (a.AsUInt16() >>> (int)n).AsByte(),
        Mnemonic.Psrld => static (a, n) => n > 31 ? default : (a.AsUInt32() >>> (int)n).AsByte(),
        Mnemonic.Psrlq => static (a, n) => n > 63 ? default : (a.AsUInt64() >>> (int)n).AsByte(),
        Mnemonic.Psraw => static (a, n) => (a.AsInt16() >> (int)Math.Min(n, 15)).AsByte(),
        Mnemonic.Psrad => static (a, n) => (a.AsInt32() >> (int)Math.Min(n, 31)).AsByte(),
        Mnemonic.Pslldq => static (a, n) => ShiftBytes(a, (int)Math.Min(n, 16)),
        Mnemonic.Psrldq => static (a, n) => ShiftBytes(a, -(int)Math.Min(n, 16)),
        _ => null,
    };

    public static void RunShift(Core core, in Instruction i, Func<Vector, ulong, Vector> body)
    {
        ulong count = i.Op1Kind == OpKind.Immediate8 ? i.Immediate8 : SseAccess.Read(core, in i, 1).AsUInt64().ToScalar();
        SseAccess.Write(core, in i, 0, body(SseAccess.Read(core, in i, 0), count));
    }

    private static Vector ShiftBytes(Vector value, int left)
    {
        Vector result = default;
        for (int at = 0; at < 16; at++)
        {
            int from = at - left;
            result = result.WithElement(at, from is >= 0 and < 16 ? value[from] : (byte)0);
        }

        return result;
    }

    private static Vector MultiplyAdd(Vector a, Vector b)
    {
        Vector128<int> result = default;
        for (int at = 0; at < 4; at++)
        {
            int low = a.AsInt16()[2 * at] * b.AsInt16()[2 * at];
            int high = a.AsInt16()[(2 * at) + 1] * b.AsInt16()[(2 * at) + 1];
            result = result.WithElement(at, low + high);
        }

        return result.AsByte();
    }

    private static Vector SumOfDifferences(Vector a, Vector b)
    {
        Vector128<ulong> result = default;
        for (int half = 0; half < 2; half++)
        {
            int sum = 0;
            for (int at = 8 * half; at < 8 * (half + 1); at++)
            {
                sum += Math.Abs(a[at] - b[at]);
            }

            result = result.WithElement(half, (ulong)sum);
        }

        return result.AsByte();
    }
}
