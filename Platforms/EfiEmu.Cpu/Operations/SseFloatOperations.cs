using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE and SSE2 arithmetic and comparison of floating-point numbers, rounding to nearest.</summary>
/// <remarks>Differs from the hardware: the sticky exception flags of MXCSR are not raised.</remarks>
internal static class SseFloatOperations
{
    public static Operation? Find(in Instruction instruction)
    {
        if (!SseAccess.IsSse(in instruction))
        {
            return null;
        }

        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ucomiss or Mnemonic.Comiss:
                return static (Core core, in Instruction i) =>
                    CompareToFlags(core, in i, SseAccess.Read(core, in i, 0).AsSingle().ToScalar(), SseAccess.Read(core, in i, 1).AsSingle().ToScalar());
            case Mnemonic.Ucomisd or Mnemonic.Comisd:
                return static (Core core, in Instruction i) =>
                    CompareToFlags(core, in i, SseAccess.Read(core, in i, 0).AsDouble().ToScalar(), SseAccess.Read(core, in i, 1).AsDouble().ToScalar());
            case Mnemonic.Cmpps or Mnemonic.Cmpss or Mnemonic.Cmppd or Mnemonic.Cmpsd:
                return CompareToMask;
            default:
                return Body(instruction.Mnemonic) is { } body ? (Core core, in Instruction i) => Run(core, in i, body) : null;
        }
    }

    private static Func<Vector, Vector, Vector>? Body(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Addps or Mnemonic.Addss => static (a, b) => (a.AsSingle() + b.AsSingle()).AsByte(),
        Mnemonic.Addpd or Mnemonic.Addsd => static (a, b) => (a.AsDouble() + b.AsDouble()).AsByte(),
        Mnemonic.Subps or Mnemonic.Subss => static (a, b) => (a.AsSingle() - b.AsSingle()).AsByte(),
        Mnemonic.Subpd or Mnemonic.Subsd => static (a, b) => (a.AsDouble() - b.AsDouble()).AsByte(),
        Mnemonic.Mulps or Mnemonic.Mulss => static (a, b) => (a.AsSingle() * b.AsSingle()).AsByte(),
        Mnemonic.Mulpd or Mnemonic.Mulsd => static (a, b) => (a.AsDouble() * b.AsDouble()).AsByte(),
        Mnemonic.Divps or Mnemonic.Divss => static (a, b) => (a.AsSingle() / b.AsSingle()).AsByte(),
        Mnemonic.Divpd or Mnemonic.Divsd => static (a, b) => (a.AsDouble() / b.AsDouble()).AsByte(),
        Mnemonic.Sqrtps or Mnemonic.Sqrtss => static (_, b) => Vector128.Sqrt(b.AsSingle()).AsByte(),
        Mnemonic.Sqrtpd or Mnemonic.Sqrtsd => static (_, b) => Vector128.Sqrt(b.AsDouble()).AsByte(),

        // The second operand, unless the first is truly less (or greater): so for NaN and for two zeros.
        Mnemonic.Minps or Mnemonic.Minss => static (a, b) => Choose(Vector128.LessThan(a.AsSingle(), b.AsSingle()).AsByte(), a, b),
        Mnemonic.Minpd or Mnemonic.Minsd => static (a, b) => Choose(Vector128.LessThan(a.AsDouble(), b.AsDouble()).AsByte(), a, b),
        Mnemonic.Maxps or Mnemonic.Maxss => static (a, b) => Choose(Vector128.GreaterThan(a.AsSingle(), b.AsSingle()).AsByte(), a, b),
        Mnemonic.Maxpd or Mnemonic.Maxsd => static (a, b) => Choose(Vector128.GreaterThan(a.AsDouble(), b.AsDouble()).AsByte(), a, b),
        _ => null,
    };

    private static Vector Choose(Vector mask, Vector a, Vector b) => (a & mask) | (b & ~mask);

    /// <summary>How many bytes of the result the instruction writes.</summary>
    private static int Width(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Addss or Mnemonic.Subss or Mnemonic.Mulss or Mnemonic.Divss or Mnemonic.Sqrtss or Mnemonic.Minss or Mnemonic.Maxss
            or Mnemonic.Cmpss => 4,
        Mnemonic.Addsd or Mnemonic.Subsd or Mnemonic.Mulsd or Mnemonic.Divsd or Mnemonic.Sqrtsd or Mnemonic.Minsd or Mnemonic.Maxsd
            or Mnemonic.Cmpsd => 8,
        _ => 16,
    };

    private static void Run(Core core, in Instruction i, Func<Vector, Vector, Vector> body)
    {
        SseAccess.RequireDefaultModes(core, in i);
        Vector old = SseAccess.Read(core, in i, 0);
        WriteLow(core, in i, old, body(old, SseAccess.Read(core, in i, 1)));
    }

    private static void WriteLow(Core core, in Instruction i, Vector old, Vector result)
    {
        result = Width(i.Mnemonic) switch
        {
            4 => old.AsUInt32().WithElement(0, result.AsUInt32().ToScalar()).AsByte(),
            8 => old.AsUInt64().WithElement(0, result.AsUInt64().ToScalar()).AsByte(),
            _ => result,
        };
        SseAccess.Write(core, in i, 0, result);
    }

    private static void CompareToFlags(Core core, in Instruction i, double a, double b)
    {
        SseAccess.RequireDefaultModes(core, in i);
        uint flags = double.IsNaN(a) || double.IsNaN(b) ? Flags.Zero | Flags.Parity | Flags.Carry
            : a < b ? Flags.Carry
            : a == b ? Flags.Zero
            : 0;
        core.SetFlags(Flags.Arithmetic, flags);
    }

    private static void CompareToMask(Core core, in Instruction i)
    {
        SseAccess.RequireDefaultModes(core, in i);
        Vector a = SseAccess.Read(core, in i, 0);
        Vector b = SseAccess.Read(core, in i, 1);
        bool single = i.Mnemonic is Mnemonic.Cmpps or Mnemonic.Cmpss;
        int predicate = (int)i.GetImmediate(2) & 7;
        Vector mask = (predicate & 3) switch
        {
            0 => single ? Vector128.Equals(a.AsSingle(), b.AsSingle()).AsByte() : Vector128.Equals(a.AsDouble(), b.AsDouble()).AsByte(),
            1 => single ? Vector128.LessThan(a.AsSingle(), b.AsSingle()).AsByte() : Vector128.LessThan(a.AsDouble(), b.AsDouble()).AsByte(),
            2 => single
                ? Vector128.LessThanOrEqual(a.AsSingle(), b.AsSingle()).AsByte()
                : Vector128.LessThanOrEqual(a.AsDouble(), b.AsDouble()).AsByte(),

            // Unordered: a number equals itself.
            _ => single
                ? ~(Vector128.Equals(a.AsSingle(), a.AsSingle()) & Vector128.Equals(b.AsSingle(), b.AsSingle())).AsByte()
                : ~(Vector128.Equals(a.AsDouble(), a.AsDouble()) & Vector128.Equals(b.AsDouble(), b.AsDouble())).AsByte(),
        };
        WriteLow(core, in i, a, predicate > 3 ? ~mask : mask);
    }
}
