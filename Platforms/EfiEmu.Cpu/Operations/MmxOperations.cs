using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>
/// MMX, and what SSE to SSSE3 added to it: the operations on vectors of 16 bytes, done on 8. Where an operation looks beyond
/// its own element, the operands are laid out so that the lower half of its result is the answer.
/// </summary>
internal static class MmxOperations
{
    public static Operation? Find(in Instruction instruction) =>
        MmxAccess.Uses(in instruction) && instruction.Encoding == EncodingKind.Legacy && Body(in instruction) is { } body
            ? MmxAccess.Transition(body)
            : null;

    private static Operation? Body(in Instruction instruction)
    {
        Mnemonic mnemonic = instruction.Mnemonic;
        if (Layout(mnemonic) is { } laidOut)
        {
            return SseAccess.Combine(laidOut);
        }

        if (SseIntegerOperations.Shift(mnemonic) is { } shift)
        {
            return (Core core, in Instruction i) => SseIntegerOperations.RunShift(core, in i, shift);
        }

        return mnemonic switch
        {
            Mnemonic.Movq or Mnemonic.Movntq or Mnemonic.Movdq2q or Mnemonic.Movq2dq => static (Core core, in Instruction i) =>
                SseAccess.Write(core, in i, 0, Vector128.CreateScalar(SseAccess.Read(core, in i, 1).AsUInt64().ToScalar()).AsByte()),
            Mnemonic.Movd => static (Core core, in Instruction i) =>
                SseAccess.Write(core, in i, 0, Vector128.CreateScalar(SseAccess.Read(core, in i, 1).AsUInt32().ToScalar()).AsByte()),
            Mnemonic.Pshufw => static (Core core, in Instruction i) =>
                SseAccess.Write(core, in i, 0, SseShuffleOperations.Words(SseAccess.Read(core, in i, 1), i.Immediate8, 0)),
            Mnemonic.Palignr => static (Core core, in Instruction i) =>
                SseAccess.Write(core, in i, 0, Sse3Operations.Align(default, Pair(SseAccess.Read(core, in i, 1), SseAccess.Read(core, in i, 0)), i.Immediate8)),
            Mnemonic.Pinsrw => Insert,
            Mnemonic.Pextrw => static (Core core, in Instruction i) => core.Write(in i, 0, SseAccess.Read(core, in i, 1).AsUInt16()[i.Immediate8 & 3]),
            Mnemonic.Pmovmskb => static (Core core, in Instruction i) => core.Write(in i, 0, SseAccess.Read(core, in i, 1).ExtractMostSignificantBits()),
            Mnemonic.Maskmovq => static (Core core, in Instruction i) => SseMoveOperations.StoreChosen(core, in i, 8),
            _ => (SseIntegerOperations.Body(mnemonic) ?? Sse3Operations.Integer(mnemonic)) is { } plain ? SseAccess.Combine(plain) : null,
        };
    }

    private static Func<Vector, Vector, Vector>? Layout(Mnemonic mnemonic)
    {
        switch (mnemonic)
        {
            case Mnemonic.Punpcklbw or Mnemonic.Punpcklwd or Mnemonic.Punpckldq:
                return SseShuffleOperations.Combine(mnemonic);
            case Mnemonic.Punpckhbw:
                return UpperOf(Mnemonic.Punpcklbw);
            case Mnemonic.Punpckhwd:
                return UpperOf(Mnemonic.Punpcklwd);
            case Mnemonic.Punpckhdq:
                return UpperOf(Mnemonic.Punpckldq);
            case Mnemonic.Packsswb or Mnemonic.Packssdw or Mnemonic.Packuswb:
                Func<Vector, Vector, Vector> pack = SseShuffleOperations.Combine(mnemonic)!;
                return (a, b) => pack(Pair(a, b), default);
            case Mnemonic.Phaddw or Mnemonic.Phaddd or Mnemonic.Phaddsw or Mnemonic.Phsubw or Mnemonic.Phsubd or Mnemonic.Phsubsw:
                Func<Vector, Vector, Vector> pairs = Sse3Operations.Integer(mnemonic)!;
                return (a, b) => pairs(Pair(a, b), default);
            case Mnemonic.Pshufb:
                Func<Vector, Vector, Vector> pick = Sse3Operations.Integer(mnemonic)!;
                return (a, b) => pick(Pair(a, a), b);
            default:
                return null;
        }
    }

    /// <summary>The upper halves of 8 bytes in turn are the upper 8 of the lower halves of 16 in turn.</summary>
    private static Func<Vector, Vector, Vector> UpperOf(Mnemonic lower)
    {
        Func<Vector, Vector, Vector> interleave = SseShuffleOperations.Combine(lower)!;
        return (a, b) => Vector128.CreateScalar(interleave(a, b).AsUInt64()[1]).AsByte();
    }

    private static Vector Pair(Vector low, Vector high) => Vector128.Create(low.AsUInt64().ToScalar(), high.AsUInt64().ToScalar()).AsByte();

    private static void Insert(Core core, in Instruction i)
    {
        ushort value = i.Op1Kind == OpKind.Memory
            ? (ushort)core.Memory.Read(core.EffectiveAddress(in i), 2)
            : (ushort)core.Read(in i, 1);
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt16().WithElement(i.Immediate8 & 3, value).AsByte());
    }
}
