using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE and SSE2 conversions. What does not fit an integer becomes its most negative value.</summary>
internal static class SseConvertOperations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Cvtss2si => static (Core core, in Instruction i) => ToInteger(core, in i, Math.Round(Single(core, in i))),
            Mnemonic.Cvttss2si => static (Core core, in Instruction i) => ToInteger(core, in i, Math.Truncate(Single(core, in i))),
            Mnemonic.Cvtsd2si => static (Core core, in Instruction i) => ToInteger(core, in i, Math.Round(Double(core, in i))),
            Mnemonic.Cvttsd2si => static (Core core, in Instruction i) => ToInteger(core, in i, Math.Truncate(Double(core, in i))),
            Mnemonic.Cvtsi2ss => static (Core core, in Instruction i) =>
                WriteLow32(core, in i, BitConverter.SingleToUInt32Bits(Core.Bits(in i, 1) == 64 ? (long)core.Read(in i, 1) : (int)core.Read(in i, 1))),
            Mnemonic.Cvtsi2sd => static (Core core, in Instruction i) =>
                WriteLow64(core, in i, BitConverter.DoubleToUInt64Bits(Core.Bits(in i, 1) == 64 ? (long)core.Read(in i, 1) : (int)core.Read(in i, 1))),
            Mnemonic.Cvtss2sd => static (Core core, in Instruction i) =>
                WriteLow64(core, in i, BitConverter.DoubleToUInt64Bits(Single(core, in i))),
            Mnemonic.Cvtsd2ss => static (Core core, in Instruction i) =>
                WriteLow32(core, in i, BitConverter.SingleToUInt32Bits((float)Double(core, in i))),
            _ => Packed(instruction.Mnemonic) is { } body
                ? (Core core, in Instruction i) =>
                {
                    SseAccess.RequireDefaultModes(core, in i);
                    SseAccess.Write(core, in i, 0, body(SseAccess.Read(core, in i, 1)));
                }
                : null,
        };
    }

    private static Func<Vector, Vector>? Packed(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Cvtdq2ps => static v => Vector128.ConvertToSingle(v.AsInt32()).AsByte(),
        Mnemonic.Cvtdq2pd => static v => Vector128.Create((double)v.AsInt32()[0], v.AsInt32()[1]).AsByte(),
        Mnemonic.Cvtps2pd => static v => Vector128.Create((double)v.AsSingle()[0], v.AsSingle()[1]).AsByte(),
        Mnemonic.Cvtpd2ps => static v => Vector128.Create((float)v.AsDouble()[0], (float)v.AsDouble()[1], 0, 0).AsByte(),
        Mnemonic.Cvtps2dq => static v => Integers(v.AsSingle(), static x => Math.Round(x)),
        Mnemonic.Cvttps2dq => static v => Integers(v.AsSingle(), static x => Math.Truncate(x)),
        Mnemonic.Cvtpd2dq => static v => Vector128.Create(ToInt32(Math.Round(v.AsDouble()[0])), ToInt32(Math.Round(v.AsDouble()[1])), 0, 0).AsByte(),
        Mnemonic.Cvttpd2dq => static v =>
            Vector128.Create(ToInt32(Math.Truncate(v.AsDouble()[0])), ToInt32(Math.Truncate(v.AsDouble()[1])), 0, 0).AsByte(),
        _ => null,
    };

    private static Vector Integers(Vector128<float> values, Func<double, double> round) => Vector128.Create(
        ToInt32(round(values[0])), ToInt32(round(values[1])), ToInt32(round(values[2])), ToInt32(round(values[3]))).AsByte();

    private static float Single(Core core, in Instruction i)
    {
        SseAccess.RequireDefaultModes(core, in i);
        return SseAccess.Read(core, in i, 1).AsSingle().ToScalar();
    }

    private static double Double(Core core, in Instruction i)
    {
        SseAccess.RequireDefaultModes(core, in i);
        return SseAccess.Read(core, in i, 1).AsDouble().ToScalar();
    }

    private static void ToInteger(Core core, in Instruction i, double value) =>
        core.Write(in i, 0, Core.Bits(in i, 0) == 64 ? (ulong)ToInt64(value) : (uint)ToInt32(value));

    private static int ToInt32(double value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : int.MinValue;

    // 2^63 as a double is the first that does not fit; NaN fails both comparisons.
    private static long ToInt64(double value) => value is >= long.MinValue and < 9223372036854775808.0 ? (long)value : long.MinValue;

    private static void WriteLow32(Core core, in Instruction i, uint value)
    {
        SseAccess.RequireDefaultModes(core, in i);
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt32().WithElement(0, value).AsByte());
    }

    private static void WriteLow64(Core core, in Instruction i, ulong value)
    {
        SseAccess.RequireDefaultModes(core, in i);
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt64().WithElement(0, value).AsByte());
    }
}
