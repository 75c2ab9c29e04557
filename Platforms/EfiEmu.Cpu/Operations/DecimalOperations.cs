using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Operations;

/// <summary>What only 32-bit code has beside its addresses: decimal adjustment and BOUND.</summary>
internal static class DecimalOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Daa => static (Core core, in Instruction _) => AdjustPacked(core, isSubtraction: false),
        Mnemonic.Das => static (Core core, in Instruction _) => AdjustPacked(core, isSubtraction: true),
        Mnemonic.Aaa => static (Core core, in Instruction _) => AdjustUnpacked(core, 0x106),
        Mnemonic.Aas => static (Core core, in Instruction _) => AdjustUnpacked(core, unchecked((ulong)-0x106)),
        Mnemonic.Aam => AdjustProduct,
        Mnemonic.Aad => AdjustDividend,
        Mnemonic.Bound => CheckBounds,
        _ => null,
    };

    private static ulong Low(Core core) => core.ReadRegister(IcedRegister.AL);

    private static void AdjustPacked(Core core, bool isSubtraction)
    {
        uint old = core.Flags;
        ulong value = Low(core);
        bool adjusts = (value & 15) > 9 || (old & Flags.Adjust) != 0;
        bool carries = value > 0x99 || (old & Flags.Carry) != 0;

        // DAS keeps a borrow out of its first step as well.
        bool borrows = isSubtraction && adjusts && value < 6;
        ulong step = (adjusts ? 6ul : 0) + (carries ? 0x60ul : 0);
        ulong result = (isSubtraction ? value - step : value + step) & 0xFF;
        core.WriteRegister(IcedRegister.AL, result);
        uint flags = Flags.OfResult(result, 8) | (adjusts ? Flags.Adjust : 0) | (carries || borrows ? Flags.Carry : 0);
        core.SetFlags(Flags.Arithmetic, flags);
    }

    private static void AdjustUnpacked(Core core, ulong step)
    {
        bool adjusts = (Low(core) & 15) > 9 || (core.Flags & Flags.Adjust) != 0;
        if (adjusts)
        {
            core.WriteRegister(IcedRegister.AX, core.ReadRegister(IcedRegister.AX) + step);
        }

        core.WriteRegister(IcedRegister.AL, Low(core) & 15);
        core.SetFlags(Flags.Adjust | Flags.Carry, adjusts ? Flags.Adjust | Flags.Carry : 0);
    }

    private static void AdjustProduct(Core core, in Instruction i)
    {
        ulong divisor = i.Immediate8;
        if (divisor == 0)
        {
            throw GuestStopException.Fault(ExceptionVector.DivideError);
        }

        ulong value = Low(core);
        core.WriteRegister(IcedRegister.AX, (value / divisor << 8) | (value % divisor));
        core.SetFlags(Flags.Arithmetic, Flags.OfResult(value % divisor, 8));
    }

    private static void AdjustDividend(Core core, in Instruction i)
    {
        ulong result = (Low(core) + (core.ReadRegister(IcedRegister.AH) * i.Immediate8)) & 0xFF;
        core.WriteRegister(IcedRegister.AX, result);
        core.SetFlags(Flags.Arithmetic, Flags.OfResult(result, 8));
    }

    private static void CheckBounds(Core core, in Instruction i)
    {
        int bits = RegisterMap.Bits(i.Op0Register);
        int unused = 64 - bits;
        ulong address = core.EffectiveAddress(in i);
        long lower = (long)(core.Memory.Read(address, bits / 8) << unused) >> unused;
        long upper = (long)(core.Memory.Read((address + (ulong)(bits / 8)) & core.Memory.AddressMask, bits / 8) << unused) >> unused;
        long index = (long)(core.ReadRegister(i.Op0Register) << unused) >> unused;
        if (index < lower || index > upper)
        {
            throw GuestStopException.Fault(ExceptionVector.BoundRange);
        }
    }
}
