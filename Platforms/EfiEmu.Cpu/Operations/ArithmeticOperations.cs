using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Arithmetic of the narrow sizes and on memory, long multiplication, division.</summary>
internal static unsafe class ArithmeticOperations
{
    public static Operation? Find(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Adc => AddWithCarry,
        Mnemonic.Sbb => SubtractWithBorrow,
        Mnemonic.Inc => Increment,
        Mnemonic.Dec => Decrement,
        Mnemonic.Neg => Negate,
        Mnemonic.Not => static (Core core, in Instruction i) => core.Write(in i, 0, ~core.ReadForWrite(in i, 0)),
        Mnemonic.Mul => Multiply,
        Mnemonic.Imul => instruction.OpCount == 1 ? MultiplySignedLong : MultiplySigned,
        Mnemonic.Div => Divide,
        Mnemonic.Idiv => DivideSigned,
        Mnemonic.Adcx => static (Core core, in Instruction i) => AddWithOneFlag(core, in i, Flags.Carry),
        Mnemonic.Adox => static (Core core, in Instruction i) => AddWithOneFlag(core, in i, Flags.Overflow),
        _ => null,
    };

    private static void AddWithCarry(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong a = core.ReadForWrite(in i, 0);
        ulong b = core.Read(in i, 1) & Core.Mask(bits);
        ulong carry = Flags.CarryOf(core.State);
        core.Write(in i, 0, a + b + carry);
        Arithmetic.AddWithCarry(core.State, a, b, bits, Core.KindOf(FlagKind.Result8, bits));
    }

    private static void SubtractWithBorrow(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong a = core.ReadForWrite(in i, 0);
        ulong b = core.Read(in i, 1) & Core.Mask(bits);
        ulong carry = Flags.CarryOf(core.State);
        core.Write(in i, 0, a - b - carry);
        Arithmetic.SubtractWithBorrow(core.State, a, b, bits, Core.KindOf(FlagKind.Result8, bits));
    }

    private static void Increment(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong result = (core.ReadForWrite(in i, 0) + 1) & Core.Mask(bits);
        bool carry = Flags.CarryOf(core.State) != 0;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry, result == 1ul << (bits - 1), (result & 15) == 0);
    }

    private static void Decrement(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong result = (core.ReadForWrite(in i, 0) - 1) & Core.Mask(bits);
        bool carry = Flags.CarryOf(core.State) != 0;
        core.Write(in i, 0, result);
        core.KeepFlags(result, bits, carry, result == Core.Mask(bits) >> 1, (result & 15) == 15);
    }

    private static void Negate(Core core, in Instruction i)
    {
        ulong value = core.ReadForWrite(in i, 0);
        core.Write(in i, 0, 0 - value);
        core.KeepSubtraction(0, value, Core.Bits(in i, 0));
    }

    private static void Multiply(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong source = core.Read(in i, 0);
        UInt128 product = (UInt128)(core.Gpr(Slot.Rax) & Core.Mask(bits)) * source;
        StoreProduct(core, product, bits);
        bool high = product >> bits != 0;
        core.KeepFlags((ulong)product & Core.Mask(bits), bits, high, high);
    }

    private static void MultiplySignedLong(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        Int128 product = (Int128)SignExtend(core.Read(in i, 0), bits) * SignExtend(core.Gpr(Slot.Rax), bits);
        StoreProduct(core, (UInt128)product, bits);
        bool overflow = product != SignExtend((ulong)(UInt128)product, bits);
        core.KeepFlags((ulong)(UInt128)product & Core.Mask(bits), bits, overflow, overflow);
    }

    private static void MultiplySigned(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        long first = SignExtend(core.Read(in i, i.OpCount - 2), bits);
        long second = SignExtend(core.Read(in i, i.OpCount - 1), bits);
        Int128 product = (Int128)first * second;
        ulong low = (ulong)(UInt128)product & Core.Mask(bits);
        core.Write(in i, 0, low);
        bool overflow = product != SignExtend(low, bits);
        core.KeepFlags(low, bits, overflow, overflow);
    }

    private static void StoreProduct(Core core, UInt128 product, int bits)
    {
        if (bits == 8)
        {
            core.WriteRegister(Iced.Intel.Register.AX, (ulong)product);
            return;
        }

        StorePair(core, (ulong)product, (ulong)(product >> bits), bits);
    }

    private static void StorePair(Core core, ulong low, ulong high, int bits)
    {
        (Iced.Intel.Register accumulator, Iced.Intel.Register extension) = bits switch
        {
            64 => (Iced.Intel.Register.RAX, Iced.Intel.Register.RDX),
            32 => (Iced.Intel.Register.EAX, Iced.Intel.Register.EDX),
            16 => (Iced.Intel.Register.AX, Iced.Intel.Register.DX),
            _ => (Iced.Intel.Register.AL, Iced.Intel.Register.AH),
        };
        core.WriteRegister(accumulator, low);
        core.WriteRegister(extension, high);
    }

    private static UInt128 Dividend(Core core, int bits)
    {
        ulong mask = Core.Mask(bits);
        return bits == 8
            ? core.Gpr(Slot.Rax) & 0xFFFF
            : ((UInt128)(core.Gpr(Slot.Rdx) & mask) << bits) | (core.Gpr(Slot.Rax) & mask);
    }

    private static void Divide(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        ulong divisor = core.Read(in i, 0);
        UInt128 dividend = Dividend(core, bits);
        if (divisor == 0 || dividend >> bits >= divisor)
        {
            throw GuestStopException.Fault(ExceptionVector.DivideError);
        }

        if (dividend >> 64 == 0)
        {
            ulong low = (ulong)dividend;
            StorePair(core, low / divisor, low % divisor, bits);
            return;
        }

        StorePair(core, (ulong)(dividend / divisor), (ulong)(dividend % divisor), bits);
    }

    private static void DivideSigned(Core core, in Instruction i)
    {
        int bits = Core.Bits(in i, 0);
        Int128 divisor = SignExtend(core.Read(in i, 0), bits);
        int unused = 128 - (2 * bits);
        Int128 dividend = (Int128)(Dividend(core, bits) << unused) >> unused;

        // The most negative dividend by -1 has no quotient even in 128 bits.
        if (divisor == 0 || (divisor == -1 && dividend == Int128.MinValue))
        {
            throw GuestStopException.Fault(ExceptionVector.DivideError);
        }

        Int128 quotient = dividend / divisor;
        Int128 limit = Int128.One << (bits - 1);
        if (quotient >= limit || quotient < -limit)
        {
            throw GuestStopException.Fault(ExceptionVector.DivideError);
        }

        StorePair(core, (ulong)(UInt128)quotient, (ulong)(UInt128)(dividend - (quotient * divisor)), bits);
    }

    private static void AddWithOneFlag(Core core, in Instruction i, uint flag)
    {
        int bits = Core.Bits(in i, 0);
        UInt128 sum = (UInt128)core.Read(in i, 0) + core.Read(in i, 1) + ((core.Flags & flag) != 0 ? 1u : 0u);
        core.Write(in i, 0, (ulong)sum);
        core.SetFlags(flag, sum >> bits != 0 ? flag : 0);
    }

    private static long SignExtend(ulong value, int bits) => (long)(value << (64 - bits)) >> (64 - bits);
}
