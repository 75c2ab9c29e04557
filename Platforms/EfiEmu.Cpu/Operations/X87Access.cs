using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Operands and results of the x87 instructions, with the stack's own faults.</summary>
internal static class X87Access
{
    /// <summary>Which ST(i) an operand is, or -1 where it is memory.</summary>
    public static int IndexOf(in Instruction i, int operand) =>
        i.GetOpKind(operand) == OpKind.Register ? i.GetOpRegister(operand) - Iced.Intel.Register.ST0 : -1;

    /// <summary>A register's number, or false after a stack underflow was raised.</summary>
    public static bool TryRead(Core core, in Instruction i, int index, out ExtendedFloat value)
    {
        FloatUnit unit = core.System.Float;
        value = unit[index];
        if (!unit.IsEmpty(index))
        {
            return true;
        }

        unit.SetConditions(FloatUnit.C1, 0);
        Raise(core, in i, FloatUnit.StackFault);
        value = ExtendedFloat.DefaultNaN;
        return false;
    }

    /// <summary>A number in memory, by the operand's size and kind.</summary>
    public static FloatResult ReadMemory(Core core, in Instruction i)
    {
        ulong address = core.EffectiveAddress(in i);
        switch (i.MemorySize)
        {
            case MemorySize.Float32:
                return FloatFormats.FromSingle((uint)core.Memory.Read(address, 4));
            case MemorySize.Float64:
                return FloatFormats.FromDouble(core.Memory.Read(address, 8));
            case MemorySize.Float80:
                Span<byte> bytes = stackalloc byte[10];
                core.Memory.ReadBytes(address, bytes);
                return new ExtendedFloat(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
            case MemorySize.Int16:
                return ExtendedFloat.FromInteger((short)core.Memory.Read(address, 2));
            case MemorySize.Int32:
                return ExtendedFloat.FromInteger((int)core.Memory.Read(address, 4));
            default:
                return ExtendedFloat.FromInteger((long)core.Memory.Read(address, 8));
        }
    }

    /// <summary>Writes a register and C1.</summary>
    public static void Write(Core core, in Instruction i, int index, FloatResult result)
    {
        Raise(core, in i, result.Exceptions);
        core.System.Float.SetConditions(FloatUnit.C1, result.RoundedUp ? FloatUnit.C1 : 0);
        core.System.Float[index] = result.Value;
    }

    /// <summary>Pushes; onto a full register, a NaN with a stack overflow.</summary>
    public static void Push(Core core, in Instruction i, FloatResult value)
    {
        FloatUnit unit = core.System.Float;
        bool full = !unit.IsEmpty(7);
        Raise(core, in i, full ? FloatUnit.StackFault : value.Exceptions);
        unit.SetConditions(FloatUnit.C1, full ? FloatUnit.C1 : 0);
        unit.Rotate(-1);
        unit[0] = full ? ExtendedFloat.DefaultNaN : value.Value;
    }

    /// <summary>Raises exceptions. Delivery of one that the guest unmasked is not modelled.</summary>
    public static void Raise(Core core, in Instruction i, int exceptions)
    {
        if (core.System.Float.Raise(exceptions))
        {
            throw GuestStopException.NotModelled(FormattableString.Invariant(
                $"{InstructionText.Of(in i)} (unmasked x87 exception, status 0x{core.System.Float.Status:X}, control 0x{core.System.Float.Control:X})"));
        }
    }
}
