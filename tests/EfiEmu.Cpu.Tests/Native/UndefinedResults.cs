using System.Runtime.InteropServices;
using Iced.Intel;

namespace EfiEmu.Cpu.Tests.Native;

/// <summary>Results other than flags in which processors differ, because the manuals leave them open.</summary>
internal static class UndefinedResults
{
    // Intel SDM volume 2, RCPPS and RSQRTPS: a relative error of at most 1.5 * 2^-12, of both processors.
    private const double ApproximationError = 2 * 1.5 / 4096;

    /// <summary>Whether two results are the same, or both within what the manual allows.</summary>
    public static bool SameVector(in Instruction instruction, ReadOnlySpan<ulong> ours, ReadOnlySpan<ulong> host) => ours.SequenceEqual(host) || instruction.Mnemonic switch
    {
        // The order of the additions is open, and with it which of two NaNs comes out.
        Mnemonic.Dpps or Mnemonic.Haddps => All<uint, float>(ours, host, (a, b) => a == b || (float.IsNaN(a) && float.IsNaN(b))),
        Mnemonic.Dppd or Mnemonic.Haddpd => All<ulong, double>(ours, host, (a, b) => a == b || (double.IsNaN(a) && double.IsNaN(b))),
        Mnemonic.Rcpps or Mnemonic.Rcpss or Mnemonic.Rsqrtps or Mnemonic.Rsqrtss =>
            All<uint, float>(ours, host, (a, b) => a.Equals(b) || Math.Abs((double)a - b) <= Math.Abs(b) * ApproximationError),
        _ => false,
    };

    /// <summary>Whether two faults are the same; the parts of a large operand, and two operands, are touched in an order that is the processor's own.</summary>
    public static bool SameFault(InstructionCase made, InstructionState ours, InstructionState host) =>
        ours.Fault == host.Fault && ours.FaultWrites == host.FaultWrites
        && (ours.FaultAddress == host.FaultAddress || made.Instruction.MemorySize.GetSize() is 14 or > 16 || made.Instruction.MemorySize == MemorySize.Float80
            || made.Instruction.Mnemonic is Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsd or Mnemonic.Cmpsq);

    /// <summary>Memory as expected, with what is open taken from ours: the pointers of the x87 unit, and what FXSAVE leaves out.</summary>
    /// <remarks>
    /// Intel SDM volume 1, 8.1.8, AMD64 APM volume 2, 11.4.4: pointers to the last instruction and operand are kept by some
    /// processors only beside an exception.
    /// </remarks>
    public static byte[] Memory(InstructionCase made, byte[] host, byte[] ours)
    {
        (int First, int Last)[] open = made.Instruction.Code switch
        {
            Code.Fxsave_m512byte or Code.Fxsave64_m512byte => [(6, 24), (28, 32), (42, 48), (58, 64), (74, 80), (90, 96), (106, 112), (122, 128), (138, 144), (154, 160), (416, 512)],
            Code.Fnstenv_m28byte or Code.Fnsave_m108byte => [(12, 28)],
            Code.Fnstenv_m14byte or Code.Fnsave_m94byte => [(6, 14)],
            _ => [],
        };
        if (open.Length == 0)
        {
            return host;
        }

        byte[] expected = [.. host];
        int at = expected.AsSpan().CommonPrefixLength(made.Before.Memory);
        int start = (int)(MemoryOperand.Of(made) - MemoryOperand.DataOf(made));
        foreach ((int first, int last) in open)
        {
            for (int k = start + first; k < start + last && k < expected.Length && at < expected.Length; k++)
            {
                if (k >= 0)
                {
                    expected[k] = ours[k];
                }
            }
        }

        return expected;
    }

    private static bool All<TBits, TNumber>(ReadOnlySpan<ulong> ours, ReadOnlySpan<ulong> host, Func<TNumber, TNumber, bool> same)
        where TBits : struct
        where TNumber : struct
    {
        ReadOnlySpan<TNumber> a = MemoryMarshal.Cast<ulong, TNumber>(ours);
        ReadOnlySpan<TNumber> b = MemoryMarshal.Cast<ulong, TNumber>(host);
        for (int at = 0; at < a.Length; at++)
        {
            if (!same(a[at], b[at]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Where a case's memory operand lies.</summary>
internal static class MemoryOperand
{
    public static ulong DataOf(InstructionCase made) => new MemoryPlan(made.Before.Rip & ~0xFFFul).Data;

    public static ulong Of(InstructionCase made)
    {
        InstructionState before = made.Before;
        return made.Instruction.GetVirtualAddress(0, 0, (register, _, _) => register switch
        {
            Iced.Intel.Register.GS => before.GsBase,
            Iced.Intel.Register.FS => before.FsBase,
            >= Iced.Intel.Register.ES and <= Iced.Intel.Register.GS => 0,
            _ when register.GetSize() == 4 => (uint)before.Gpr[register.GetNumber()],
            _ => before.Gpr[register.GetNumber()],
        });
    }
}
