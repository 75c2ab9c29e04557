using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Vector = System.Runtime.Intrinsics.Vector128<byte>;

namespace EfiEmu.Cpu.Operations;

/// <summary>SSE4.2: string comparison and CRC32.</summary>
/// <remarks>Intel SDM volume 2, PCMPxSTRx: section 4.1 (imm8 control byte), and CRC32.</remarks>
internal static class Sse42Operations
{
    // The Castagnoli polynomial, bits reflected.
    private const uint Polynomial = 0x82F63B78;

    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Crc32 => Checksum,
        _ when !SseAccess.IsSse(in instruction) => null,
        Mnemonic.Pcmpestri or Mnemonic.Pcmpestri64 => static (Core core, in Instruction i) => Index(core, in i, Explicit(core, in i)),
        Mnemonic.Pcmpestrm or Mnemonic.Pcmpestrm64 => static (Core core, in Instruction i) => Mask(core, in i, Explicit(core, in i)),
        Mnemonic.Pcmpistri => static (Core core, in Instruction i) => Index(core, in i, Implicit(core, in i)),
        Mnemonic.Pcmpistrm => static (Core core, in Instruction i) => Mask(core, in i, Implicit(core, in i)),
        _ => null,
    };

    private static void Checksum(Core core, in Instruction i)
    {
        int bytes = Core.Bits(in i, 1) / 8;
        ulong data = core.Read(in i, 1);
        uint sum = (uint)core.Read(in i, 0);
        for (int at = 0; at < bytes; at++)
        {
            sum ^= (byte)(data >> (8 * at));
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) != 0 ? Polynomial : 0);
            }
        }

        core.Write(in i, 0, sum);
    }

    /// <summary>Lengths in EAX and EDX, or in RAX and RDX: the magnitude, at most the number of elements.</summary>
    private static (int First, int Second) Explicit(Core core, in Instruction i)
    {
        bool wide = i.Code is Code.Pcmpestri64_xmm_xmmm128_imm8 or Code.Pcmpestrm64_xmm_xmmm128_imm8;
        int count = Count(i.Immediate8);
        return (Length(core.Gpr(Slot.Rax), wide, count), Length(core.Gpr(Slot.Rdx), wide, count));
    }

    private static int Length(ulong register, bool wide, int count)
    {
        long value = wide ? (long)register : (int)register;
        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        return (int)Math.Min(magnitude, (ulong)count);
    }

    /// <summary>Strings end at their first zero.</summary>
    private static (int First, int Second) Implicit(Core core, in Instruction i) =>
        (LengthToZero(SseAccess.Read(core, in i, 0), i.Immediate8), LengthToZero(SseAccess.Read(core, in i, 1), i.Immediate8));

    private static int LengthToZero(Vector text, int control)
    {
        int length = 0;
        while (length < Count(control) && Element(text, length, control) != 0)
        {
            length++;
        }

        return length;
    }

    private static int Count(int control) => (control & 1) != 0 ? 8 : 16;

    private static int Element(Vector text, int index, int control) => (control & 3) switch
    {
        0 => text[index],
        1 => text.AsUInt16()[index],
        2 => text.AsSByte()[index],
        _ => text.AsInt16()[index],
    };

    private static void Index(Core core, in Instruction i, (int First, int Second) lengths)
    {
        int control = i.Immediate8;
        uint result = Compare(core, in i, lengths);
        int index = result == 0 ? Count(control)
            : (control & 0x40) != 0 ? global::System.Numerics.BitOperations.Log2(result)
            : global::System.Numerics.BitOperations.TrailingZeroCount(result);
        core.Gpr(Slot.Rcx) = (ulong)index;
    }

    private static void Mask(Core core, in Instruction i, (int First, int Second) lengths)
    {
        int control = i.Immediate8;
        uint result = Compare(core, in i, lengths);
        Vector mask = (control & 0x40) == 0 ? Vector128.CreateScalar(result).AsByte()
            : (control & 1) != 0 ? Elements.Map(default(Vector128<ushort>), (_, at) => (ushort)(((result >> at) & 1) != 0 ? 0xFFFF : 0)).AsByte()
            : Elements.Map(default(Vector), (byte _, int at) => (byte)(((result >> at) & 1) != 0 ? 0xFF : 0));
        core.SetXmm(0, mask);
    }

    /// <summary>One bit for each element of the second operand, and the flags.</summary>
    private static uint Compare(Core core, in Instruction i, (int First, int Second) lengths)
    {
        int control = i.Immediate8;
        Vector first = SseAccess.Read(core, in i, 0);
        Vector second = SseAccess.Read(core, in i, 1);
        int count = Count(control);
        uint all = (1u << count) - 1;
        uint found = Aggregate(first, second, lengths, control);
        uint result = ((control >> 4) & 3) switch
        {
            1 => ~found & all,
            3 => found ^ ((1u << lengths.Second) - 1),
            _ => found,
        };
        uint flags = (result != 0 ? Flags.Carry : 0)
            | (lengths.Second < count ? Flags.Zero : 0)
            | (lengths.First < count ? Flags.Sign : 0)
            | ((result & 1) != 0 ? Flags.Overflow : 0);
        core.SetFlags(Flags.Arithmetic, flags);
        return result;
    }

    private static uint Aggregate(Vector first, Vector second, (int First, int Second) lengths, int control)
    {
        uint found = 0;
        for (int at = 0; at < Count(control); at++)
        {
            bool set = ((control >> 2) & 3) switch
            {
                0 => at < lengths.Second && IsAny(first, lengths.First, Element(second, at, control), control),
                1 => at < lengths.Second && IsInRange(first, lengths.First, Element(second, at, control), control),
                2 => IsEqual(first, second, lengths, at, control),
                _ => IsSubstringAt(first, second, lengths, at, control),
            };
            found |= set ? 1u << at : 0;
        }

        return found;
    }

    private static bool IsAny(Vector set, int length, int value, int control)
    {
        for (int at = 0; at < length; at++)
        {
            if (Element(set, at, control) == value)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInRange(Vector ranges, int length, int value, int control)
    {
        for (int at = 0; at + 1 < length; at += 2)
        {
            if (Element(ranges, at, control) <= value && value <= Element(ranges, at + 1, control))
            {
                return true;
            }
        }

        return false;
    }

    // Beyond both ends the strings are equal, beyond one of them they differ.
    private static bool IsEqual(Vector first, Vector second, (int First, int Second) lengths, int at, int control)
    {
        bool inFirst = at < lengths.First;
        bool inSecond = at < lengths.Second;
        return inFirst && inSecond ? Element(first, at, control) == Element(second, at, control) : inFirst == inSecond;
    }

    private static bool IsSubstringAt(Vector needle, Vector text, (int First, int Second) lengths, int start, int control)
    {
        for (int at = 0; at < lengths.First && start + at < Count(control); at++)
        {
            if (start + at >= lengths.Second || Element(needle, at, control) != Element(text, start + at, control))
            {
                return false;
            }
        }

        return true;
    }
}
