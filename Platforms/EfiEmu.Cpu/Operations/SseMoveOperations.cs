using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE and SSE2 moves.</summary>
internal static class SseMoveOperations
{
    public static Operation? Find(in Instruction instruction) => !SseAccess.IsSse(in instruction) ? null : instruction.Mnemonic switch
    {
        Mnemonic.Movaps or Mnemonic.Movapd or Mnemonic.Movdqa or Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu
            or Mnemonic.Lddqu or Mnemonic.Movntdq or Mnemonic.Movntps or Mnemonic.Movntpd => Whole,
        Mnemonic.Movd or Mnemonic.Movq => LowPart,
        Mnemonic.Movnti => static (Core core, in Instruction i) => core.Write(in i, 0, core.Read(in i, 1)),
        Mnemonic.Movss => static (Core core, in Instruction i) => Scalar(core, in i, 4),
        Mnemonic.Movsd => static (Core core, in Instruction i) => Scalar(core, in i, 8),
        Mnemonic.Movlps or Mnemonic.Movlpd => static (Core core, in Instruction i) => Half(core, in i, 0),
        Mnemonic.Movhps or Mnemonic.Movhpd => static (Core core, in Instruction i) => Half(core, in i, 1),
        Mnemonic.Movhlps => static (Core core, in Instruction i) => Combine(core, in i, 0, 1),
        Mnemonic.Movlhps => static (Core core, in Instruction i) => Combine(core, in i, 1, 0),
        Mnemonic.Movmskps => static (Core core, in Instruction i) => core.Write(in i, 0, SseAccess.Read(core, in i, 1).AsSingle().ExtractMostSignificantBits()),
        Mnemonic.Movmskpd => static (Core core, in Instruction i) => core.Write(in i, 0, SseAccess.Read(core, in i, 1).AsDouble().ExtractMostSignificantBits()),
        Mnemonic.Pmovmskb => static (Core core, in Instruction i) => core.Write(in i, 0, SseAccess.Read(core, in i, 1).ExtractMostSignificantBits()),
        Mnemonic.Maskmovdqu => static (Core core, in Instruction i) => StoreChosen(core, in i, 16),
        _ => null,
    };

    /// <summary>MASKMOVDQU and MASKMOVQ: the bytes of the first register whose byte in the second has its top bit set.</summary>
    public static void StoreChosen(Core core, in Instruction i, int bytes)
    {
        bool narrow = i.Op0Kind == OpKind.MemorySegEDI;
        ulong address = (narrow ? (uint)core.Gpr(Slot.Rdi) : core.Gpr(Slot.Rdi)) + core.SegmentBase(i.MemorySegment);
        Vector128<byte> value = SseAccess.Read(core, in i, 1);
        Vector128<byte> mask = SseAccess.Read(core, in i, 2);
        if (bytes == 8)
        {
            // Even where the store then faults.
            core.System.Float.EnterMmx();
        }

        core.Memory.CheckWrite(address, bytes);
        for (int at = 0; at < bytes; at++)
        {
            if ((mask[at] & 0x80) != 0)
            {
                core.Memory.Write(address + (ulong)at, value[at], 1);
            }
        }
    }

    private static void Whole(Core core, in Instruction i) => SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 1));

    /// <summary>MOVD and MOVQ: the low element, the rest cleared.</summary>
    private static void LowPart(Core core, in Instruction i)
    {
        bool wide = i.Mnemonic == Mnemonic.Movq
            || RegisterMap.Bits(i.Op0Register) == 64 || (i.Op1Kind == OpKind.Register && RegisterMap.Bits(i.Op1Register) == 64);
        ulong value = SseAccess.Read(core, in i, 1).AsUInt64().ToScalar();
        SseAccess.Write(core, in i, 0, Vector128.CreateScalar(wide ? value : (uint)value).AsByte());
    }

    /// <summary>MOVSS and MOVSD: from memory the rest is cleared, between registers it stays.</summary>
    private static void Scalar(Core core, in Instruction i, int bytes)
    {
        Vector128<byte> value = SseAccess.Read(core, in i, 1);
        if (i.Op0Kind == OpKind.Register && i.Op1Kind == OpKind.Register)
        {
            Vector128<byte> old = SseAccess.Read(core, in i, 0);
            value = bytes == 4
                ? old.AsUInt32().WithElement(0, value.AsUInt32().ToScalar()).AsByte()
                : old.AsUInt64().WithElement(0, value.AsUInt64().ToScalar()).AsByte();
        }

        SseAccess.Write(core, in i, 0, value);
    }

    /// <summary>MOVLPS and MOVHPS: 8 bytes between memory and one half.</summary>
    private static void Half(Core core, in Instruction i, int half)
    {
        if (i.Op0Kind == OpKind.Memory)
        {
            SseAccess.Write(core, in i, 0, Vector128.CreateScalar(SseAccess.Read(core, in i, 1).AsUInt64()[half]).AsByte());
            return;
        }

        ulong value = SseAccess.Read(core, in i, 1).AsUInt64().ToScalar();
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt64().WithElement(half, value).AsByte());
    }

    private static void Combine(Core core, in Instruction i, int to, int from)
    {
        ulong value = SseAccess.Read(core, in i, 1).AsUInt64()[from];
        SseAccess.Write(core, in i, 0, SseAccess.Read(core, in i, 0).AsUInt64().WithElement(to, value).AsByte());
    }
}
