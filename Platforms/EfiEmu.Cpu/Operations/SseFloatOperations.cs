using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE to SSE3 arithmetic and comparison of floating-point numbers.</summary>
internal static class SseFloatOperations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        return instruction.Mnemonic switch
        {
            Mnemonic.Addps => SseAccess.Lanes(wide: false, scalar: false, Add),
            Mnemonic.Addss => SseAccess.Lanes(wide: false, scalar: true, Add),
            Mnemonic.Addpd => SseAccess.Lanes(wide: true, scalar: false, Add),
            Mnemonic.Addsd => SseAccess.Lanes(wide: true, scalar: true, Add),
            Mnemonic.Subps => SseAccess.Lanes(wide: false, scalar: false, Subtract),
            Mnemonic.Subss => SseAccess.Lanes(wide: false, scalar: true, Subtract),
            Mnemonic.Subpd => SseAccess.Lanes(wide: true, scalar: false, Subtract),
            Mnemonic.Subsd => SseAccess.Lanes(wide: true, scalar: true, Subtract),
            Mnemonic.Mulps => SseAccess.Lanes(wide: false, scalar: false, Multiply),
            Mnemonic.Mulss => SseAccess.Lanes(wide: false, scalar: true, Multiply),
            Mnemonic.Mulpd => SseAccess.Lanes(wide: true, scalar: false, Multiply),
            Mnemonic.Mulsd => SseAccess.Lanes(wide: true, scalar: true, Multiply),
            Mnemonic.Divps => SseAccess.Lanes(wide: false, scalar: false, Divide),
            Mnemonic.Divss => SseAccess.Lanes(wide: false, scalar: true, Divide),
            Mnemonic.Divpd => SseAccess.Lanes(wide: true, scalar: false, Divide),
            Mnemonic.Divsd => SseAccess.Lanes(wide: true, scalar: true, Divide),
            Mnemonic.Sqrtps => SseAccess.Lanes(wide: false, scalar: false, SquareRoot),
            Mnemonic.Sqrtss => SseAccess.Lanes(wide: false, scalar: true, SquareRoot),
            Mnemonic.Sqrtpd => SseAccess.Lanes(wide: true, scalar: false, SquareRoot),
            Mnemonic.Sqrtsd => SseAccess.Lanes(wide: true, scalar: true, SquareRoot),
            Mnemonic.Minps => SseAccess.Lanes(wide: false, scalar: false, Minimum),
            Mnemonic.Minss => SseAccess.Lanes(wide: false, scalar: true, Minimum),
            Mnemonic.Minpd => SseAccess.Lanes(wide: true, scalar: false, Minimum),
            Mnemonic.Minsd => SseAccess.Lanes(wide: true, scalar: true, Minimum),
            Mnemonic.Maxps => SseAccess.Lanes(wide: false, scalar: false, Maximum),
            Mnemonic.Maxss => SseAccess.Lanes(wide: false, scalar: true, Maximum),
            Mnemonic.Maxpd => SseAccess.Lanes(wide: true, scalar: false, Maximum),
            Mnemonic.Maxsd => SseAccess.Lanes(wide: true, scalar: true, Maximum),
            Mnemonic.Cmpps => SseAccess.Lanes(wide: false, scalar: false, CompareToMask),
            Mnemonic.Cmpss => SseAccess.Lanes(wide: false, scalar: true, CompareToMask),
            Mnemonic.Cmppd => SseAccess.Lanes(wide: true, scalar: false, CompareToMask),
            Mnemonic.Cmpsd => SseAccess.Lanes(wide: true, scalar: true, CompareToMask),
            Mnemonic.Comiss => static (Core core, in Instruction i) => CompareToFlags(core, in i, wide: false, quiet: false),
            Mnemonic.Comisd => static (Core core, in Instruction i) => CompareToFlags(core, in i, wide: true, quiet: false),
            Mnemonic.Ucomiss => static (Core core, in Instruction i) => CompareToFlags(core, in i, wide: false, quiet: true),
            Mnemonic.Ucomisd => static (Core core, in Instruction i) => CompareToFlags(core, in i, wide: true, quiet: true),
            Mnemonic.Addsubps => static (Core core, in Instruction i) => AddAndSubtract(core, in i, wide: false),
            Mnemonic.Addsubpd => static (Core core, in Instruction i) => AddAndSubtract(core, in i, wide: true),
            Mnemonic.Haddps => static (Core core, in Instruction i) => Pairs(core, in i, wide: false, Add),
            Mnemonic.Haddpd => static (Core core, in Instruction i) => Pairs(core, in i, wide: true, Add),
            Mnemonic.Hsubps => static (Core core, in Instruction i) => Pairs(core, in i, wide: false, Subtract),
            Mnemonic.Hsubpd => static (Core core, in Instruction i) => Pairs(core, in i, wide: true, Subtract),
            Mnemonic.Dpps => static (Core core, in Instruction i) => DotProduct(core, in i, wide: false),
            Mnemonic.Dppd => static (Core core, in Instruction i) => DotProduct(core, in i, wide: true),
            Mnemonic.Rcpps => SseAccess.Lanes(wide: false, scalar: false, static (ref SimdFloat _, ulong _, ulong b, in Instruction _) => SimdEstimate.Reciprocal((uint)b)),
            Mnemonic.Rcpss => SseAccess.Lanes(wide: false, scalar: true, static (ref SimdFloat _, ulong _, ulong b, in Instruction _) => SimdEstimate.Reciprocal((uint)b)),
            Mnemonic.Rsqrtps => SseAccess.Lanes(wide: false, scalar: false, static (ref SimdFloat _, ulong _, ulong b, in Instruction _) => SimdEstimate.ReciprocalRoot((uint)b)),
            Mnemonic.Rsqrtss => SseAccess.Lanes(wide: false, scalar: true, static (ref SimdFloat _, ulong _, ulong b, in Instruction _) => SimdEstimate.ReciprocalRoot((uint)b)),
            _ => null,
        };
    }

    private static ulong Add(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Add(a, b);

    private static ulong Subtract(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Subtract(a, b);

    private static ulong Multiply(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Multiply(a, b);

    private static ulong Divide(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Divide(a, b);

    private static ulong SquareRoot(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.SquareRoot(b);

    private static ulong Minimum(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Choose(a, b, greater: false);

    private static ulong Maximum(ref SimdFloat unit, ulong a, ulong b, in Instruction i) => unit.Choose(a, b, greater: true);

    /// <summary>The predicates are equal, less, less or equal, unordered, and their opposites; less is an order that NaN has not.</summary>
    private static ulong CompareToMask(ref SimdFloat unit, ulong a, ulong b, in Instruction i)
    {
        int predicate = (int)i.GetImmediate(2) & 7;
        FloatOrder order = unit.Compare(a, b, quiet: (predicate & 3) is 0 or 3);
        bool holds = (predicate & 3) switch
        {
            0 => order == FloatOrder.Equal,
            1 => order == FloatOrder.Less,
            2 => order is FloatOrder.Less or FloatOrder.Equal,
            _ => order == FloatOrder.Unordered,
        };
        return holds != (predicate > 3) ? ulong.MaxValue : 0;
    }

    private static void CompareToFlags(Core core, in Instruction i, bool wide, bool quiet)
    {
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        ulong a = SseAccess.Lane(SseAccess.Read(core, in i, 0), wide, 0);
        FloatOrder order = unit.Compare(a, SseAccess.Lane(SseAccess.Read(core, in i, 1), wide, 0), quiet);
        SseAccess.Finish(core, in unit);
        core.SetFlags(Flags.Arithmetic, order switch
        {
            FloatOrder.Unordered => Flags.Zero | Flags.Parity | Flags.Carry,
            FloatOrder.Less => Flags.Carry,
            FloatOrder.Equal => Flags.Zero,
            _ => 0,
        });
    }

    private static void AddAndSubtract(Core core, in Instruction i, bool wide) => Each(core, in i, wide, static (ref SimdFloat unit, Vector128<byte> a, Vector128<byte> b, bool wide, int at) =>
    {
        ulong x = SseAccess.Lane(a, wide, at);
        ulong y = SseAccess.Lane(b, wide, at);
        return (at & 1) != 0 ? unit.Add(x, y) : unit.Subtract(x, y);
    });

    /// <summary>Each pair of neighbours becomes one element: those of the first operand below those of the second.</summary>
    private static void Pairs(Core core, in Instruction i, bool wide, SimdBody body)
    {
        Vector128<byte> a = SseAccess.Read(core, in i, 0);
        Vector128<byte> b = SseAccess.Read(core, in i, 1);
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        Vector128<byte> result = default;
        int half = wide ? 1 : 2;
        for (int at = 0; at < 2 * half; at++)
        {
            Vector128<byte> source = at < half ? a : b;
            int first = 2 * (at % half);
            result = SseAccess.WithLane(result, wide, at, body(ref unit, SseAccess.Lane(source, wide, first), SseAccess.Lane(source, wide, first + 1), in i));
        }

        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, result);
    }

    /// <summary>The upper half of the immediate chooses the products, the lower the elements that get their sum.</summary>
    private static void DotProduct(Core core, in Instruction i, bool wide)
    {
        Vector128<byte> a = SseAccess.Read(core, in i, 0);
        Vector128<byte> b = SseAccess.Read(core, in i, 1);
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        int count = wide ? 2 : 4;
        Span<ulong> products = stackalloc ulong[count];
        for (int at = 0; at < count; at++)
        {
            bool chosen = ((i.Immediate8 >> (4 + at)) & 1) != 0;
            products[at] = chosen ? unit.Multiply(SseAccess.Lane(a, wide, at), SseAccess.Lane(b, wide, at)) : 0;
        }

        ulong sum = unit.Add(products[0], products[1]);
        sum = wide ? sum : unit.Add(sum, unit.Add(products[2], products[3]));
        Vector128<byte> result = default;
        for (int at = 0; at < count; at++)
        {
            result = SseAccess.WithLane(result, wide, at, ((i.Immediate8 >> at) & 1) != 0 ? sum : 0);
        }

        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, result);
    }

    private delegate ulong Element(ref SimdFloat unit, Vector128<byte> a, Vector128<byte> b, bool wide, int at);

    private static void Each(Core core, in Instruction i, bool wide, Element element)
    {
        Vector128<byte> a = SseAccess.Read(core, in i, 0);
        Vector128<byte> b = SseAccess.Read(core, in i, 1);
        var unit = new SimdFloat(core.System.Mxcsr, wide);
        Vector128<byte> result = default;
        for (int at = 0; at < (wide ? 2 : 4); at++)
        {
            result = SseAccess.WithLane(result, wide, at, element(ref unit, a, b, wide, at));
        }

        SseAccess.Finish(core, in unit);
        SseAccess.Write(core, in i, 0, result);
    }
}
