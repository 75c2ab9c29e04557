using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE and SSE2 conversions. What does not fit an integer becomes its most negative value.</summary>
internal static class SseConvertOperations
{
    private delegate ulong Element(ref SimdFloat unit, ulong value);

    public static Operation? Find(in Instruction instruction) => instruction.Encoding != EncodingKind.Legacy ? null : instruction.Mnemonic switch
    {
        Mnemonic.Cvtss2si => static (Core core, in Instruction i) => ToInteger(core, in i, wide: false, cuts: false),
        Mnemonic.Cvttss2si => static (Core core, in Instruction i) => ToInteger(core, in i, wide: false, cuts: true),
        Mnemonic.Cvtsd2si => static (Core core, in Instruction i) => ToInteger(core, in i, wide: true, cuts: false),
        Mnemonic.Cvttsd2si => static (Core core, in Instruction i) => ToInteger(core, in i, wide: true, cuts: true),
        Mnemonic.Cvtsi2ss => static (Core core, in Instruction i) => FromInteger(core, in i, wide: false),
        Mnemonic.Cvtsi2sd => static (Core core, in Instruction i) => FromInteger(core, in i, wide: true),
        Mnemonic.Cvtss2sd => static (Core core, in Instruction i) => ChangeWidth(core, in i, wide: true),
        Mnemonic.Cvtsd2ss => static (Core core, in Instruction i) => ChangeWidth(core, in i, wide: false),
        _ => Packed(instruction.Mnemonic) is { } shape
            ? InModeOf(in instruction, (Core core, in Instruction i) => Convert(core, in i, shape))
            : null,
    };

    private static Operation InModeOf(in Instruction instruction, Operation body) =>
        MmxAccess.Uses(in instruction) ? MmxAccess.Transition(body) : body;

    /// <summary>How a packed conversion reads and writes; the MMX forms differ in where alone.</summary>
    private static Shape? Packed(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Cvtdq2ps => new Shape(4, false, false, false, static (ref SimdFloat unit, ulong v) => unit.FromInteger((int)v)),
        Mnemonic.Cvtpi2ps => new Shape(2, false, false, false, static (ref SimdFloat unit, ulong v) => unit.FromInteger((int)v), KeepsRest: true),
        Mnemonic.Cvtdq2pd or Mnemonic.Cvtpi2pd => new Shape(2, true, false, true, static (ref SimdFloat unit, ulong v) => unit.FromInteger((int)v)),
        Mnemonic.Cvtps2pd => new Shape(2, true, false, true, static (ref SimdFloat unit, ulong v) => unit.Convert(v)),
        Mnemonic.Cvtpd2ps => new Shape(2, false, true, false, static (ref SimdFloat unit, ulong v) => unit.Convert(v)),
        Mnemonic.Cvtps2dq => new Shape(4, false, false, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, unit.Rounding)),
        Mnemonic.Cvttps2dq => new Shape(4, false, false, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, RoundingMode.Zero)),
        Mnemonic.Cvtps2pi => new Shape(2, false, false, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, unit.Rounding)),
        Mnemonic.Cvttps2pi => new Shape(2, false, false, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, RoundingMode.Zero)),
        Mnemonic.Cvtpd2dq or Mnemonic.Cvtpd2pi => new Shape(2, true, true, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, unit.Rounding)),
        Mnemonic.Cvttpd2dq or Mnemonic.Cvttpd2pi => new Shape(2, true, true, false, static (ref SimdFloat unit, ulong v) => unit.ToInteger(v, 32, RoundingMode.Zero)),
        _ => null,
    };

    private static void Convert(Core core, in Instruction i, Shape shape)
    {
        Vector source = SseAccess.Read(core, in i, 1);
        var unit = new SimdFloat(core.System.Mxcsr, shape.Wide);
        Vector result = shape.KeepsRest ? SseAccess.Read(core, in i, 0) : default;
        for (int at = 0; at < shape.Count; at++)
        {
            ulong value = shape.Body(ref unit, SseAccess.Lane(source, shape.ReadsWide, at));
            result = SseAccess.WithLane(result, shape.WritesWide, at, value);
        }

        if (MmxAccess.Uses(in i))
        {
            // Even where the conversion then faults.
            core.System.Float.EnterMmx();
        }

        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, result);
    }

    private static void ToInteger(Core core, in Instruction i, bool wide, bool cuts)
    {
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        ulong value = SseAccess.Lane(SseAccess.Read(core, in i, 1), wide, 0);
        ulong result = unit.ToInteger(value, Core.Bits(in i, 0), cuts ? RoundingMode.Zero : unit.Rounding);
        SseAccess.Finish(core, in unit);
        core.Write(in i, 0, result);
    }

    private static void FromInteger(Core core, in Instruction i, bool wide)
    {
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        ulong source = core.Read(in i, 1);
        ulong result = unit.FromInteger(Core.Bits(in i, 1) == 64 ? (long)source : (int)source);
        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, SseAccess.WithLane(SseAccess.Read(core, in i, 0), wide, 0, result));
    }

    private static void ChangeWidth(Core core, in Instruction i, bool wide)
    {
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        ulong result = unit.Convert(SseAccess.Lane(SseAccess.Read(core, in i, 1), !wide, 0));
        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, SseAccess.WithLane(SseAccess.Read(core, in i, 0), wide, 0, result));
    }

    /// <param name="Count">Elements.</param>
    /// <param name="Wide">Whether the arithmetic is of 64 bits.</param>
    /// <param name="ReadsWide">Whether source elements have 64 bits.</param>
    /// <param name="WritesWide">Whether result elements have 64 bits.</param>
    /// <param name="Body">What becomes of one.</param>
    /// <param name="KeepsRest">Whether the rest of the register stays; else it is cleared.</param>
    private sealed record Shape(int Count, bool Wide, bool ReadsWide, bool WritesWide, Element Body, bool KeepsRest = false);
}
