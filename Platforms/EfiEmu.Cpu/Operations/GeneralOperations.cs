using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Data movement: the shapes of MOV that are rare, exchanges, sign extensions, flag bits.</summary>
internal static class GeneralOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Movzx => MoveZeroExtended,
        Mnemonic.Movsx or Mnemonic.Movsxd => MoveSignExtended,
        Mnemonic.Movbe => MoveSwapped,
        Mnemonic.Bswap => Undefined16BitSwap,
        Mnemonic.Xchg => Exchange,
        Mnemonic.Xadd => ExchangeAdd,
        Mnemonic.Cmpxchg => CompareExchange,
        Mnemonic.Cmpxchg8b => CompareExchange8Bytes,
        Mnemonic.Cmpxchg16b => CompareExchange16Bytes,
        Mnemonic.Cbw => static (Core core, in Instruction _) => core.WriteRegister(Iced.Intel.Register.AX, (ulong)(sbyte)core.Gpr(Slot.Rax)),
        Mnemonic.Cwd => static (Core core, in Instruction _) => core.WriteRegister(Iced.Intel.Register.DX, (ulong)((short)core.Gpr(Slot.Rax) >> 15)),
        Mnemonic.Cdq => static (Core core, in Instruction _) => core.Gpr(Slot.Rdx) = (uint)((int)core.Gpr(Slot.Rax) >> 31),
        Mnemonic.Cqo => static (Core core, in Instruction _) => core.Gpr(Slot.Rdx) = (ulong)((long)core.Gpr(Slot.Rax) >> 63),
        Mnemonic.Rdpid => static (Core core, in Instruction i) => core.Write(in i, 0, 0),
        Mnemonic.Xlatb => Translate,
        Mnemonic.Lahf => static (Core core, in Instruction _) => core.WriteRegister(Iced.Intel.Register.AH, core.Rflags & 0xFF),
        Mnemonic.Sahf => static (Core core, in Instruction _) =>
            core.SetFlags(Flags.Arithmetic & 0xFF, (uint)core.ReadRegister(Iced.Intel.Register.AH)),
        Mnemonic.Clc => static (Core core, in Instruction _) => core.SetFlags(Flags.Carry, 0),
        Mnemonic.Stc => static (Core core, in Instruction _) => core.SetFlags(Flags.Carry, Flags.Carry),
        Mnemonic.Cmc => static (Core core, in Instruction _) => core.SetFlags(Flags.Carry, core.Flags ^ Flags.Carry),
        Mnemonic.Cld => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) &= ~(ulong)Flags.Direction,
        Mnemonic.Std => static (Core core, in Instruction _) => core.Gpr(Slot.Rflags) |= Flags.Direction,
        Mnemonic.Lea => static (Core core, in Instruction i) => core.Write(in i, 0, Segmentation.OffsetOf(core, in i)),
        >= Mnemonic.Cmova and <= Mnemonic.Cmovs => MoveIf,
        _ => null,
    };

    private static void MoveZeroExtended(Core core, in Instruction i) => core.Write(in i, 0, core.Read(in i, 1));

    private static void MoveSignExtended(Core core, in Instruction i)
    {
        int shift = 64 - Core.Bits(in i, 1);
        core.Write(in i, 0, (ulong)((long)(core.Read(in i, 1) << shift) >> shift));
    }

    private static void MoveSwapped(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        core.Write(in i, 0, BinaryPrimitives.ReverseEndianness(core.Read(in i, 1)) >> (64 - bits));
    }

    // Undefined by the manuals; processors give 0.
    private static void Undefined16BitSwap(Core core, in Instruction i) => core.Write(in i, 0, 0);

    private static void MoveIf(Core core, in Instruction i)
    {
        ulong value = core.Read(in i, 1);
        bool holds = Flags.Holds(core.Flags, (int)i.ConditionCode - 1);
        core.Write(in i, 0, holds ? value : core.Read(in i, 0));
    }

    private static void Exchange(Core core, in Instruction i)
    {
        ulong first = core.ReadForWrite(in i, 0);
        ulong second = core.Read(in i, 1);
        core.Write(in i, 0, second);
        core.Write(in i, 1, first);
    }

    private static void ExchangeAdd(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong target = core.ReadForWrite(in i, 0);
        ulong source = core.Read(in i, 1);
        ulong sum = (target + source) & Core.Mask(bits);
        if (i.Op0Kind == OpKind.Memory)
        {
            core.Write(in i, 0, sum);
            core.Write(in i, 1, target);
        }
        else
        {
            core.Write(in i, 1, target);
            core.Write(in i, 0, sum);
        }

        core.KeepAddition(sum, source, bits);
    }

    private static void CompareExchange(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong target = core.ReadForWrite(in i, 0);
        ulong source = core.Read(in i, 1);
        ulong accumulator = core.Gpr(Slot.Rax) & Core.Mask(bits);
        if (accumulator == target)
        {
            core.Write(in i, 0, source);
        }
        else
        {
            // The destination is written back unchanged; a 32-bit register keeps its upper half only here.
            if (i.Op0Kind == OpKind.Memory)
            {
                core.Write(in i, 0, target);
            }

            core.WriteRegister(Accumulator(bits), target);
        }

        core.KeepSubtraction(accumulator, target, bits);
    }

    private static Iced.Intel.Register Accumulator(int bits) => bits switch
    {
        64 => Iced.Intel.Register.RAX,
        32 => Iced.Intel.Register.EAX,
        16 => Iced.Intel.Register.AX,
        _ => Iced.Intel.Register.AL,
    };

    private static void CompareExchange8Bytes(Core core, in Instruction i)
    {
        ulong address = core.EffectiveAddress(in i);
        core.Memory.CheckWrite(address, 8);
        ulong old = core.Memory.Read(address, 8);
        bool equal = old == ((core.Gpr(Slot.Rdx) << 32) | (uint)core.Gpr(Slot.Rax));
        core.Memory.Write(address, equal ? (core.Gpr(Slot.Rcx) << 32) | (uint)core.Gpr(Slot.Rbx) : old, 8);
        if (!equal)
        {
            core.Gpr(Slot.Rax) = (uint)old;
            core.Gpr(Slot.Rdx) = old >> 32;
        }

        core.SetFlags(Flags.Zero, equal ? Flags.Zero : 0);
    }

    private static void CompareExchange16Bytes(Core core, in Instruction i)
    {
        ulong address = core.EffectiveAddress(in i);
        if ((address & 15) != 0)
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "address is not a multiple of 16");
        }

        core.Memory.CheckWrite(address, 16);
        ulong low = core.Memory.Read(address, 8);
        ulong high = core.Memory.Read(address + 8, 8);
        bool equal = low == core.Gpr(Slot.Rax) && high == core.Gpr(Slot.Rdx);
        core.Memory.Write(address, equal ? core.Gpr(Slot.Rbx) : low, 8);
        core.Memory.Write(address + 8, equal ? core.Gpr(Slot.Rcx) : high, 8);
        if (!equal)
        {
            core.Gpr(Slot.Rax) = low;
            core.Gpr(Slot.Rdx) = high;
        }

        core.SetFlags(Flags.Zero, equal ? Flags.Zero : 0);
    }

    private static void Translate(Core core, in Instruction i)
    {
        if (core.Mode != CodeMode.Long)
        {
            core.WriteRegister(Iced.Intel.Register.AL, core.Memory.Read(core.EffectiveAddress(in i), 1));
            return;
        }

        ulong address = core.Gpr(Slot.Rbx) + (byte)core.Gpr(Slot.Rax);
        if (i.MemoryBase == Iced.Intel.Register.EBX)
        {
            address = (uint)address;
        }

        ulong value = core.Memory.Read(address + core.SegmentBase(i.MemorySegment), 1);
        core.WriteRegister(Iced.Intel.Register.AL, value);
    }
}
