using System.Numerics;

namespace EfiEmu.Cpu.Execution;

/// <summary>The arithmetic flags of RFLAGS: resolved from the lazily kept operands, tested and set.</summary>
internal static unsafe class Flags
{
    public const uint Carry = 1 << 0;
    public const uint Parity = 1 << 2;
    public const uint Adjust = 1 << 4;
    public const uint Zero = 1 << 6;
    public const uint Sign = 1 << 7;
    public const uint Trap = 1 << 8;
    public const uint Interrupt = 1 << 9;
    public const uint Direction = 1 << 10;
    public const uint Overflow = 1 << 11;
    public const uint NestedTask = 1 << 14;
    public const uint Resume = 1 << 16;
    public const uint AlignmentCheck = 1 << 18;
    public const uint Arithmetic = Carry | Parity | Adjust | Zero | Sign | Overflow;

    // Bits of RFLAGS that POPF and the host can set: CF PF AF ZF SF TF IF DF OF IOPL NT AC VIF VIP ID without VM and RF.
    public const uint Writable = Arithmetic | 0x0020_0000 | 0x0018_0000 | 0x0004_0000 | 0x0000_4000 | 0x0000_3000 | 0x0000_0700;

    // Bit 1 always reads as one.
    public const uint AlwaysSet = 2;

    /// <summary>The arithmetic flags, without storing them.</summary>
    public static uint Resolve(byte* r)
    {
        int kind = r[Slot.FlagKind];
        if (kind == FlagKind.Explicit)
        {
            return *(uint*)(r + Slot.Rflags) & Arithmetic;
        }

        ulong a = *(ulong*)(r + Slot.FlagA);
        ulong b = *(ulong*)(r + Slot.FlagB);
        int bits = 8 << ((kind - 1) & 3);
        ulong mask = ulong.MaxValue >> (64 - bits);
        ulong result = a;
        uint flags = 0;
        switch ((kind - 1) >> 2)
        {
            case 0:
                ulong first = (a - b) & mask;
                flags = (a < b ? Carry : 0) | ((uint)(first ^ b ^ a) & Adjust) | OverflowBit((a ^ first) & (a ^ b), bits);
                break;
            case 1:
                result = (a - b) & mask;
                flags = (a < b ? Carry : 0) | ((uint)(a ^ b ^ result) & Adjust) | OverflowBit((a ^ b) & (a ^ result), bits);
                break;
            case 2:
                break;
            default:
                flags = ((uint)b & 1) | (((uint)b & 2) << 10) | (((uint)b & 4) << 2);
                break;
        }

        return flags | OfResult(result, bits);
    }

    /// <summary>ZF, SF and PF of a zero-extended result.</summary>
    public static uint OfResult(ulong result, int bits)
    {
        uint flags = result == 0 ? Zero : 0;
        flags |= (uint)(result >> (bits - 1)) << 7 & Sign;
        return (BitOperations.PopCount((uint)result & 0xFF) & 1) == 0 ? flags | Parity : flags;
    }

    /// <summary>CF alone.</summary>
    public static uint CarryOf(byte* r)
    {
        int kind = r[Slot.FlagKind];
        return kind switch
        {
            0 => *(uint*)(r + Slot.Rflags) & Carry,
            <= FlagKind.Sub64 => *(ulong*)(r + Slot.FlagA) < *(ulong*)(r + Slot.FlagB) ? 1u : 0u,
            <= FlagKind.Logic64 => 0,
            _ => *(uint*)(r + Slot.FlagB) & 1,
        };
    }

    /// <summary>Tests a condition by its encoding (0 = O ... 15 = G).</summary>
    public static bool Condition(byte* r, int condition) => Holds(Resolve(r), condition);

    /// <summary>Tests a condition on given flags.</summary>
    public static bool Holds(uint flags, int condition)
    {
        bool signNotOverflow = ((flags >> 7) & 1) != ((flags >> 11) & 1);
        bool holds = (condition >> 1) switch
        {
            0 => (flags & Overflow) != 0,
            1 => (flags & Carry) != 0,
            2 => (flags & Zero) != 0,
            3 => (flags & (Zero | Carry)) != 0,
            4 => (flags & Sign) != 0,
            5 => (flags & Parity) != 0,
            6 => signNotOverflow,
            _ => signNotOverflow || (flags & Zero) != 0,
        };
        return holds != ((condition & 1) != 0);
    }

    /// <summary>Replaces the arithmetic flags in <paramref name="mask"/>; the others keep their value.</summary>
    public static void Set(byte* r, uint mask, uint value)
    {
        uint flags = mask == Arithmetic ? 0 : Resolve(r);
        *(ulong*)(r + Slot.Rflags) = (*(ulong*)(r + Slot.Rflags) & ~(ulong)Arithmetic) | (flags & ~mask) | (value & mask);
        r[Slot.FlagKind] = FlagKind.Explicit;
    }

    private static uint OverflowBit(ulong value, int bits) => (uint)(value >> (bits - 1)) << 11 & Overflow;
}
