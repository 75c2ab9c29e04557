using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE4.1: single elements into and out of vectors, and rounding by the instruction's own mode.</summary>
internal static class SseElementOperations
{
    private const int UseMxcsr = 4;
    private const int NoPrecisionException = 8;

    public static Operation? Find(in Instruction instruction) => !SseAccess.IsSse(in instruction) ? null : instruction.Mnemonic switch
    {
        Mnemonic.Pextrb => static (Core core, in Instruction i) => Extract(core, in i, SseAccess.Read(core, in i, 1)[i.Immediate8 & 15], 1),
        Mnemonic.Pextrd or Mnemonic.Extractps =>
            static (Core core, in Instruction i) => Extract(core, in i, SseAccess.Read(core, in i, 1).AsUInt32()[i.Immediate8 & 3], 4),
        Mnemonic.Pextrq => static (Core core, in Instruction i) => Extract(core, in i, SseAccess.Read(core, in i, 1).AsUInt64()[i.Immediate8 & 1], 8),
        Mnemonic.Pinsrb => static (Core core, in Instruction i) =>
            SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).WithElement(i.Immediate8 & 15, (byte)Source(core, in i, 1))),
        Mnemonic.Pinsrd => static (Core core, in Instruction i) =>
            SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt32().WithElement(i.Immediate8 & 3, (uint)Source(core, in i, 4)).AsByte()),
        Mnemonic.Pinsrq => static (Core core, in Instruction i) =>
            SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt64().WithElement(i.Immediate8 & 1, Source(core, in i, 8)).AsByte()),
        Mnemonic.Insertps => InsertSingle,
        Mnemonic.Roundps => SseAccess.Lanes(wide: false, scalar: false, Round),
        Mnemonic.Roundpd => SseAccess.Lanes(wide: true, scalar: false, Round),
        Mnemonic.Roundss => SseAccess.Lanes(wide: false, scalar: true, Round),
        Mnemonic.Roundsd => SseAccess.Lanes(wide: true, scalar: true, Round),
        _ => null,
    };

    private static void Extract(Core core, in Instruction i, ulong value, int bytes)
    {
        if (i.Op0Kind == OpKind.Memory)
        {
            core.Memory.Write(core.EffectiveAddress(in i), value, bytes);
        }
        else
        {
            core.Write(in i, 0, value);
        }
    }

    private static ulong Source(Core core, in Instruction i, int bytes) =>
        i.Op1Kind == OpKind.Memory ? core.Memory.Read(core.EffectiveAddress(in i), bytes) : core.Read(in i, 1);

    private static void InsertSingle(Core core, in Instruction i)
    {
        int control = i.Immediate8;
        uint value = i.Op1Kind == OpKind.Memory
            ? (uint)core.Memory.Read(core.EffectiveAddress(in i), 4)
            : SseAccess.Read(core, in i, 1).AsUInt32()[(control >> 6) & 3];
        Vector128<uint> result = SseAccess.Read(core, in i, 0).AsUInt32().WithElement((control >> 4) & 3, value);
        SseAccess.Write(core, in i, 0, Elements.Map(result, (x, at) => ((control >> at) & 1) != 0 ? 0 : x).AsByte());
    }

    private static ulong Round(ref SimdFloat unit, ulong a, ulong b, in Instruction i)
    {
        RoundingMode mode = (i.Immediate8 & UseMxcsr) != 0 ? unit.Rounding : (RoundingMode)(i.Immediate8 & 3);
        return unit.RoundToInteger(b, mode, (i.Immediate8 & NoPrecisionException) != 0);
    }
}
