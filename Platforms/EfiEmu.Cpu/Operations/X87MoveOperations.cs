using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>x87 loads, stores, constants, exchanges and moves of the stack.</summary>
internal static class X87MoveOperations
{
    private static readonly Dictionary<Mnemonic, (ExtendedFloat Down, int UpIn)> Constants = new()
    {
        // The significand rounded down, and in which modes the last bit is one more: 1 to nearest, 2 up.
        [Mnemonic.Fld1] = (new(0x8000000000000000, 0x3FFF), 0),
        [Mnemonic.Fldl2t] = (new(0xD49A784BCD1B8AFE, 0x4000), 2),
        [Mnemonic.Fldl2e] = (new(0xB8AA3B295C17F0BB, 0x3FFF), 3),
        [Mnemonic.Fldpi] = (new(0xC90FDAA22168C234, 0x4000), 3),
        [Mnemonic.Fldlg2] = (new(0x9A209A84FBCFF798, 0x3FFD), 3),
        [Mnemonic.Fldln2] = (new(0xB17217F7D1CF79AB, 0x3FFE), 3),
        [Mnemonic.Fldz] = (new(0, 0), 0),
    };

    public static Operation? Find(in Instruction instruction) => Body(in instruction) is { } body ? X87Access.Waiting(body) : null;

    private static Operation? Body(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Fld when X87Access.IndexOf(in instruction, instruction.OpCount - 1) >= 0 => LoadRegister,
        Mnemonic.Fld when instruction.MemorySize != MemorySize.Float80 => static (Core core, in Instruction i) =>
            X87Access.Push(core, FloatFormats.Loaded(X87Access.ReadMemory(core, in i))),
        Mnemonic.Fld or Mnemonic.Fild => static (Core core, in Instruction i) => X87Access.Push(core, X87Access.ReadMemory(core, in i)),
        Mnemonic.Fst => static (Core core, in Instruction i) => Store(core, in i, pop: false),
        Mnemonic.Fstp => static (Core core, in Instruction i) => Store(core, in i, pop: true),
        Mnemonic.Fist => static (Core core, in Instruction i) => StoreInteger(core, in i, core.System.Float.Rounding, pop: false),
        Mnemonic.Fistp => static (Core core, in Instruction i) => StoreInteger(core, in i, core.System.Float.Rounding, pop: true),
        Mnemonic.Fisttp => static (Core core, in Instruction i) => StoreInteger(core, in i, RoundingMode.Zero, pop: true),
        Mnemonic.Fxch => Exchange,
        Mnemonic.Ffree => static (Core core, in Instruction i) => core.System.Float.Free(X87Access.IndexOf(in i, 0)),
        Mnemonic.Ffreep => static (Core core, in Instruction i) =>
        {
            core.System.Float.Free(X87Access.IndexOf(in i, 0));
            core.System.Float.Pop();
        },
        Mnemonic.Fincstp => static (Core core, in Instruction _) => Turn(core, 1),
        Mnemonic.Fdecstp => static (Core core, in Instruction _) => Turn(core, -1),
        Mnemonic.Fnop => static (Core _, in Instruction _) => { },
        Mnemonic.Fcmovb => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Carry) != 0),
        Mnemonic.Fcmovnb => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Carry) == 0),
        Mnemonic.Fcmove => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Zero) != 0),
        Mnemonic.Fcmovne => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Zero) == 0),
        Mnemonic.Fcmovbe => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & (Flags.Carry | Flags.Zero)) != 0),
        Mnemonic.Fcmovnbe => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & (Flags.Carry | Flags.Zero)) == 0),
        Mnemonic.Fcmovu => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Parity) != 0),
        Mnemonic.Fcmovnu => static (Core core, in Instruction i) => MoveIf(core, in i, (core.Flags & Flags.Parity) == 0),
        _ => Constants.TryGetValue(instruction.Mnemonic, out (ExtendedFloat Down, int UpIn) constant)
            ? (Core core, in Instruction i) => X87Access.Push(core, Rounded(constant.Down, constant.UpIn, core.System.Float.Rounding))
            : null,
    };

    private static ExtendedFloat Rounded(ExtendedFloat down, int upIn, RoundingMode mode)
    {
        int bit = mode switch
        {
            RoundingMode.Nearest => 1,
            RoundingMode.Up => 2,
            _ => 0,
        };
        return (upIn & bit) != 0 ? down with { Significand = down.Significand + 1 } : down;
    }

    private static void LoadRegister(Core core, in Instruction i)
    {
        bool present = X87Access.TryRead(core, X87Access.IndexOf(in i, i.OpCount - 1), out ExtendedFloat value);
        if (present)
        {
            X87Access.Push(core, value);
            return;
        }

        core.System.Float.Rotate(-1);
        core.System.Float[0] = ExtendedFloat.DefaultNaN;
    }

    private static void Store(Core core, in Instruction i, bool pop)
    {
        FloatUnit unit = core.System.Float;
        int index = X87Access.IndexOf(in i, 0);
        if (index < 0)
        {
            core.Memory.CheckWrite(core.EffectiveAddress(in i), i.MemorySize.GetSize());
        }

        bool present = X87Access.TryRead(core, 0, out ExtendedFloat value);
        if (index >= 0)
        {
            unit[index] = value;
            unit.SetConditions(present ? FloatUnit.C1 : 0, 0);
        }
        else
        {
            StoreToMemory(core, in i, value);
        }

        if (pop)
        {
            unit.Pop();
        }
    }

    private static void StoreToMemory(Core core, in Instruction i, ExtendedFloat value)
    {
        FloatUnit unit = core.System.Float;
        ulong address = core.EffectiveAddress(in i);
        if (i.MemorySize == MemorySize.Float80)
        {
            Span<byte> bytes = stackalloc byte[10];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value.Significand);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], value.Head);
            core.Memory.WriteBytes(address, bytes);
            unit.SetConditions(FloatUnit.C1, 0);
            return;
        }

        int significand = i.MemorySize == MemorySize.Float32 ? FloatFormats.SingleBits : FloatFormats.DoubleBits;
        (ulong bits, int exceptions, bool up) = FloatFormats.ToBinary(value, significand, unit.Rounding);
        bool tiny = (unit.Unmasked & FloatUnit.Underflow) != 0 && FloatFormats.IsTiny(value, significand, unit.Rounding);
        X87Access.Raise(core, exceptions | (tiny ? FloatUnit.Underflow : 0), X87Access.OfOperands | FloatUnit.Overflow | FloatUnit.Underflow);
        core.Memory.Write(address, bits, i.MemorySize.GetSize());
        unit.SetConditions(FloatUnit.C1, up ? FloatUnit.C1 : 0);
    }

    private static void StoreInteger(Core core, in Instruction i, RoundingMode mode, bool pop)
    {
        FloatUnit unit = core.System.Float;
        ulong address = core.EffectiveAddress(in i);
        int bytes = i.MemorySize.GetSize();
        core.Memory.CheckWrite(address, bytes);
        X87Access.TryRead(core, 0, out ExtendedFloat value);
        (long whole, int exceptions, bool up) = FloatFormats.ToInteger(value, bytes * 8, mode);
        X87Access.Raise(core, exceptions);
        core.Memory.Write(address, (ulong)whole, bytes);
        unit.SetConditions(FloatUnit.C1, up ? FloatUnit.C1 : 0);
        if (pop)
        {
            unit.Pop();
        }
    }

    private static void Exchange(Core core, in Instruction i)
    {
        FloatUnit unit = core.System.Float;
        int index = X87Access.IndexOf(in i, i.OpCount - 1);
        bool first = X87Access.TryRead(core, 0, out ExtendedFloat top);
        bool second = X87Access.TryRead(core, index, out ExtendedFloat other);
        (unit[0], unit[index]) = (other, top);
        unit.SetConditions(FloatUnit.C1, 0);
    }

    private static void Turn(Core core, int by)
    {
        core.System.Float.Rotate(by);
        core.System.Float.SetConditions(FloatUnit.C1, 0);
    }

    private static void MoveIf(Core core, in Instruction i, bool condition)
    {
        FloatUnit unit = core.System.Float;
        bool present = X87Access.TryRead(core, 0, out _) & X87Access.TryRead(core, X87Access.IndexOf(in i, 1), out ExtendedFloat value);
        if (!present)
        {
            unit[0] = ExtendedFloat.DefaultNaN;
        }
        else if (condition)
        {
            unit[0] = value;
        }
    }
}
