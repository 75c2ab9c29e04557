using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using Scan = System.Numerics.BitOperations;

namespace EfiEmu.Cpu.Operations;

/// <summary>Single bits, bit strings in memory, counts, and the BMI instructions.</summary>
internal static class BitFieldOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Bt => static (Core core, in Instruction i) => Test(core, in i, static (value, _) => value, writes: false),
        Mnemonic.Bts => static (Core core, in Instruction i) => Test(core, in i, static (value, bit) => value | bit, writes: true),
        Mnemonic.Btr => static (Core core, in Instruction i) => Test(core, in i, static (value, bit) => value & ~bit, writes: true),
        Mnemonic.Btc => static (Core core, in Instruction i) => Test(core, in i, static (value, bit) => value ^ bit, writes: true),
        Mnemonic.Bsf => static (Core core, in Instruction i) => FindBit(core, in i, static value => Scan.TrailingZeroCount(value)),
        Mnemonic.Bsr => static (Core core, in Instruction i) => FindBit(core, in i, static value => Scan.Log2(value)),
        Mnemonic.Lzcnt => static (Core core, in Instruction i) => Count(core, in i, Scan.LeadingZeroCount(core.Read(in i, 1)) - 64 + Core.Bits(in i, 0)),
        Mnemonic.Tzcnt => static (Core core, in Instruction i) => Count(core, in i, Scan.TrailingZeroCount(core.Read(in i, 1))),
        Mnemonic.Popcnt => PopulationCount,
        Mnemonic.Andn when IsVex(in instruction) => AndNot,
        Mnemonic.Blsi when IsVex(in instruction) => static (Core core, in Instruction i) => Lowest(core, in i, static v => v & (0 - v), static v => v != 0),
        Mnemonic.Blsr when IsVex(in instruction) => static (Core core, in Instruction i) => Lowest(core, in i, static v => v & (v - 1), static v => v == 0),
        Mnemonic.Blsmsk when IsVex(in instruction) => static (Core core, in Instruction i) => Lowest(core, in i, static v => v ^ (v - 1), static v => v == 0),
        Mnemonic.Bextr when IsVex(in instruction) => Extract,
        Mnemonic.Pdep when IsVex(in instruction) => Deposit,
        Mnemonic.Pext when IsVex(in instruction) => Gather,
        Mnemonic.Mulx when IsVex(in instruction) => MultiplyPlain,
        _ => null,
    };

    private static bool IsVex(in Instruction instruction) => instruction.Encoding == EncodingKind.VEX;

    private static void Test(Core core, in Instruction i, Func<ulong, ulong, ulong> change, bool writes)
    {
        int bits = Core.Bits(in i, 0);
        ulong index = core.Read(in i, 1);
        ulong bit = 1ul << (int)(index & (ulong)(bits - 1));
        ulong value;
        if (i.Op0Kind == OpKind.Memory)
        {
            bool isString = i.Op1Kind == OpKind.Register;
            ulong address = isString && core.Mode != CodeMode.Long ? 0 : core.EffectiveAddress(in i);
            if (isString)
            {
                // The register indexes a bit string: signed, in units of the operand.
                long signed = (long)(index << (64 - bits)) >> (64 - bits);
                long offset = (signed >> Scan.Log2((uint)bits)) * (bits / 8);
                address += (ulong)offset;
                if (core.Mode != CodeMode.Long)
                {
                    uint at = Segmentation.OffsetOf(core, in i) + (uint)offset;
                    address = Segmentation.Linear(core, i.MemorySegment - Iced.Intel.Register.ES, at, bits / 8, writes);
                }
                else if (RegisterMap.Bits(i.MemoryBase) == 32 || RegisterMap.Bits(i.MemoryIndex) == 32)
                {
                    ulong segment = core.SegmentBase(i.MemorySegment);
                    address = (uint)(address - segment) + segment;
                }
            }

            if (writes)
            {
                core.Memory.CheckWrite(address, bits / 8);
            }

            value = core.Memory.Read(address, bits / 8);
            if (writes)
            {
                core.Memory.Write(address, change(value, bit), bits / 8);
            }
        }
        else
        {
            value = core.Read(in i, 0);
            if (writes)
            {
                core.Write(in i, 0, change(value, bit));
            }
        }

        core.SetFlags(Flags.Carry, (value & bit) != 0 ? Flags.Carry : 0);
    }

    private static void FindBit(Core core, in Instruction i, Func<ulong, int> position)
    {
        ulong value = core.Read(in i, 1);
        if (value != 0)
        {
            core.Write(in i, 0, (ulong)position(value));
        }

        core.SetFlags(Flags.Zero, value == 0 ? Flags.Zero : 0);
    }

    private static void Count(Core core, in Instruction i, int count)
    {
        int bits = Core.Bits(in i, 0);
        int capped = Math.Min(count, bits);
        core.Write(in i, 0, (ulong)capped);
        core.KeepFlags((ulong)capped, bits, capped == bits, overflow: false);
    }

    private static void PopulationCount(Core core, in Instruction i)
    {
        ulong value = core.Read(in i, 1);
        core.Write(in i, 0, (ulong)Scan.PopCount(value));
        core.SetFlags(Flags.Arithmetic, value == 0 ? Flags.Zero : 0);
    }

    private static void AndNot(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong result = ~core.Read(in i, 1) & core.Read(in i, 2);
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry: false, overflow: false);
    }

    private static void Lowest(Core core, in Instruction i, Func<ulong, ulong> change, Func<ulong, bool> carry)
    {
        int bits = Core.Bits(in i, 0);
        ulong value = core.Read(in i, 1);
        ulong result = change(value) & Core.Mask(bits);
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry(value), overflow: false);
    }

    private static void Extract(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong value = core.Read(in i, 1);
        ulong control = core.Read(in i, 2);
        int start = (int)(control & 0xFF);
        int length = (int)((control >> 8) & 0xFF);
        ulong result = start >= 64 ? 0 : value >> start;
        if (length < 64)
        {
            result &= (1ul << length) - 1;
        }

        core.Write(in i, 0, result);
        core.KeepFlags(result & Core.Mask(bits), bits, carry: false, overflow: false);
    }

    private static void Deposit(Core core, in Instruction i)
    {
        ulong source = core.Read(in i, 1);
        ulong result = 0;
        for (ulong mask = core.Read(in i, 2); mask != 0; mask &= mask - 1)
        {
            if ((source & 1) != 0)
            {
                result |= mask & (0 - mask);
            }

            source >>= 1;
        }

        core.Write(in i, 0, result);
    }

    private static void Gather(Core core, in Instruction i)
    {
        ulong source = core.Read(in i, 1);
        ulong result = 0;
        int position = 0;
        for (ulong mask = core.Read(in i, 2); mask != 0; mask &= mask - 1)
        {
            if ((source & mask & (0 - mask)) != 0)
            {
                result |= 1ul << position;
            }

            position++;
        }

        core.Write(in i, 0, result);
    }

    private static void MultiplyPlain(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        UInt128 product = (UInt128)(core.Gpr(Slot.Rdx) & Core.Mask(bits)) * core.Read(in i, 2);
        core.Write(in i, 1, (ulong)product & Core.Mask(bits));
        core.Write(in i, 0, (ulong)(product >> bits) & Core.Mask(bits));
    }
}
