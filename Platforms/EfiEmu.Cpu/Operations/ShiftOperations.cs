using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Shifts and rotates by any count, of any width. A count of 0 leaves the flags alone.</summary>
internal static class ShiftOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Shl or Mnemonic.Sal => ShiftLeft,
        Mnemonic.Shr => ShiftRight,
        Mnemonic.Sar => ShiftRightSigned,
        Mnemonic.Rol => RotateLeft,
        Mnemonic.Ror => RotateRight,
        Mnemonic.Rcl => RotateLeftThroughCarry,
        Mnemonic.Rcr => RotateRightThroughCarry,
        Mnemonic.Shld => ShiftLeftDouble,
        Mnemonic.Shrd => ShiftRightDouble,
        Mnemonic.Rorx => RotateRightPlain,
        _ => null,
    };

    private static int Count(Core core, in Instruction i, int operand, int bits) =>
        (int)core.Read(in i, operand) & (bits == 64 ? 63 : 31);

    private static void ShiftLeft(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits);
        ulong value = core.ReadForWrite(in i, 0);
        if (count == 0)
        {
            core.Write(in i, 0, value);
            return;
        }

        ulong result = (value << count) & Core.Mask(bits);
        bool carry = count <= bits && ((value >> (bits - count)) & 1) != 0;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry, Top(result, bits) != carry);
    }

    private static void ShiftRight(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits);
        ulong value = core.ReadForWrite(in i, 0);
        if (count == 0)
        {
            core.Write(in i, 0, value);
            return;
        }

        ulong result = value >> count;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, ((value >> (count - 1)) & 1) != 0, Top(value, bits));
    }

    private static void ShiftRightSigned(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits);
        ulong value = core.ReadForWrite(in i, 0);
        if (count == 0)
        {
            core.Write(in i, 0, value);
            return;
        }

        long wide = (long)(value << (64 - bits)) >> (64 - bits);
        ulong result = (ulong)(wide >> count) & Core.Mask(bits);
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, ((wide >> (count - 1)) & 1) != 0, overflow: false);
    }

    private static void RotateLeft(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits);
        ulong value = core.ReadForWrite(in i, 0);
        int turn = count & (bits - 1);
        ulong result = Turn(value, turn, bits);
        core.Write(in i, 0, result);
        if (count != 0)
        {
            bool carry = (result & 1) != 0;
            SetCarryAndOverflow(core, carry, Top(result, bits) != carry);
        }
    }

    private static void RotateRight(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits);
        ulong value = core.ReadForWrite(in i, 0);
        ulong result = Turn(value, (bits - count) & (bits - 1), bits);
        core.Write(in i, 0, result);
        if (count != 0)
        {
            bool carry = Top(result, bits);
            SetCarryAndOverflow(core, carry, carry != (((result >> (bits - 2)) & 1) != 0));
        }
    }

    private static void RotateLeftThroughCarry(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits) % (bits + 1);
        UInt128 value = core.ReadForWrite(in i, 0) | ((UInt128)(core.Flags & Flags.Carry) << bits);
        if (count == 0)
        {
            core.Write(in i, 0, (ulong)value);
            return;
        }

        UInt128 turned = (value << count) | (value >> (bits + 1 - count));
        Finish(core, in i, turned, bits, static (result, carry, width) => Top(result, width) != carry);
    }

    private static void RotateRightThroughCarry(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 1, bits) % (bits + 1);
        UInt128 value = core.ReadForWrite(in i, 0) | ((UInt128)(core.Flags & Flags.Carry) << bits);
        if (count == 0)
        {
            core.Write(in i, 0, (ulong)value);
            return;
        }

        UInt128 turned = (value >> count) | (value << (bits + 1 - count));
        Finish(core, in i, turned, bits, static (result, _, width) => Top(result, width) != (((result >> (width - 2)) & 1) != 0));
    }

    private static void Finish(Core core, in Instruction i, UInt128 turned, int bits, Func<ulong, bool, int, bool> overflow)
    {
        ulong result = (ulong)turned & Core.Mask(bits);
        bool carry = ((turned >> bits) & 1) != 0;
        core.Write(in i, 0, result);
        SetCarryAndOverflow(core, carry, overflow(result, carry, bits));
    }

    private static void ShiftLeftDouble(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 2, bits);
        ulong value = core.ReadForWrite(in i, 0);
        ulong fill = core.Read(in i, 1);
        if (count == 0)
        {
            core.Write(in i, 0, value);
            return;
        }

        // For 16 bits a count above 16 is undefined; processors go on with the destination's own bits.
        UInt128 wide = bits == 16
            ? ((UInt128)value << 32) | ((UInt128)fill << 16) | value
            : ((UInt128)value << bits) | fill;
        int above = bits == 16 ? 32 : bits;
        ulong result = (ulong)((wide << count) >> above) & Core.Mask(bits);
        bool carry = ((wide >> (above + bits - count)) & 1) != 0;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry, Top(result, bits) != Top(value, bits));
    }

    private static void ShiftRightDouble(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = Count(core, in i, 2, bits);
        ulong value = core.ReadForWrite(in i, 0);
        ulong fill = core.Read(in i, 1);
        if (count == 0)
        {
            core.Write(in i, 0, value);
            return;
        }

        UInt128 wide = bits == 16
            ? ((UInt128)value << 32) | ((UInt128)fill << 16) | value
            : ((UInt128)fill << bits) | value;
        ulong result = (ulong)(wide >> count) & Core.Mask(bits);
        bool carry = ((wide >> (count - 1)) & 1) != 0;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry, Top(result, bits) != Top(value, bits));
    }

    private static void RotateRightPlain(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        int count = (int)core.Read(in i, 2) & (bits - 1);
        core.Write(in i, 0, Turn(core.Read(in i, 1), (bits - count) & (bits - 1), bits));
    }

    private static ulong Turn(ulong value, int left, int bits) =>
        left == 0 ? value : ((value << left) | (value >> (bits - left))) & Core.Mask(bits);

    private static bool Top(ulong value, int bits) => ((value >> (bits - 1)) & 1) != 0;

    private static void SetCarryAndOverflow(Core core, bool carry, bool overflow) =>
        core.SetFlags(Flags.Carry | Flags.Overflow, (carry ? Flags.Carry : 0) | (overflow ? Flags.Overflow : 0));
}
