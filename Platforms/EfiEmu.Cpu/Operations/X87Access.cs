using System.Buffers.Binary;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.FloatingPoint;
using EfiEmu.Cpu.Translation;
using Iced.Intel;

namespace EfiEmu.Cpu.Operations;

/// <summary>Operands and results of the x87 instructions, with the stack's own faults.</summary>
internal static class X87Access
{
    public const int OfOperands = FloatUnit.InvalidOperation | FloatUnit.DenormalOperand | FloatUnit.ZeroDivide;

    /// <summary>Which ST(i) an operand is, or -1 where it is memory.</summary>
    public static int IndexOf(in Instruction i, int operand) =>
        i.GetOpKind(operand) == OpKind.Register ? i.GetOpRegister(operand) - Iced.Intel.Register.ST0 : -1;

    /// <summary>A register's number, or false after a stack underflow was raised.</summary>
    public static bool TryRead(Core core, int index, out ExtendedFloat value)
    {
        FloatUnit unit = core.System.Float;
        value = unit[index];
        if (!unit.IsEmpty(index))
        {
            return true;
        }

        unit.SetConditions(FloatUnit.C1, 0);
        Raise(core, FloatUnit.StackFault);
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
    public static void Write(Core core, int index, FloatResult result)
    {
        Raise(core, result.Exceptions);
        core.System.Float.SetConditions(FloatUnit.C1, result.RoundedUp ? FloatUnit.C1 : 0);
        core.System.Float[index] = result.Value;
    }

    /// <summary>Pushes; onto a full register, a NaN with a stack overflow. A denormal is pushed, masked or not.</summary>
    public static void Push(Core core, FloatResult value)
    {
        FloatUnit unit = core.System.Float;
        bool full = !unit.IsEmpty(7);
        unit.SetConditions(FloatUnit.C1, full ? FloatUnit.C1 : 0);
        Raise(core, full ? FloatUnit.StackFault : value.Exceptions, FloatUnit.InvalidOperation);
        unit.Rotate(-1);
        unit[0] = full ? ExtendedFloat.DefaultNaN : value.Value;
    }

    /// <summary>Raises exceptions. One of the operands that is not masked ends the instruction: nothing is written.</summary>
    /// <param name="ending">The exceptions that end it where they are not masked.</param>
    public static void Raise(Core core, int exceptions, int ending = OfOperands)
    {
        FloatUnit unit = core.System.Float;
        bool early = (exceptions & ending & unit.Unmasked) != 0;
        unit.Raise(early ? exceptions & (ending | FloatUnit.StackFault) : exceptions);
        if (early)
        {
            unit.SetConditions((exceptions & FloatUnit.StackFault) != FloatUnit.StackFault ? FloatUnit.C1 : 0, 0);
            throw new UnmaskedFloatException();
        }
    }

    /// <summary>An operation that looks for an exception that waits, and ends early where it raises one of its operands itself.</summary>
    public static Operation Waiting(Operation body) => (Core core, in Instruction i) =>
    {
        Check(core);
        try
        {
            body(core, in i);
        }
        catch (UnmaskedFloatException)
        {
            // The flags are raised; the next instruction that looks finds them.
        }
    };

    /// <summary>#MF where an exception waits.</summary>
    public static void Check(Core core)
    {
        if (core.System.Float.IsPending)
        {
            throw GuestStopException.Fault(
                ExceptionVector.FloatingPoint,
                FormattableString.Invariant($"status 0x{core.System.Float.Status:X}, control 0x{core.System.Float.Control:X}"));
        }
    }
}

/// <summary>Ends an x87 instruction whose operands raised an exception that is not masked; it never leaves the instruction.</summary>
internal sealed class UnmaskedFloatException : Exception;
