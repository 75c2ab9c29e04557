using System.Reflection;
using System.Reflection.Emit;

namespace EfiEmu.Cpu.Regions;

/// <summary>Writes a method, and counts what the run-time compiler bounds its optimisations by.</summary>
internal sealed class IlWriter(ILGenerator il)
{
    // Beyond 20,000 instructions, 8,000 references to locals or 60,000 bytes the compiler does not optimise at all.
    private const int MostInstructions = 19_900;
    private const int MostReferences = 7_900;
    private const int MostBytes = 59_000;

    private int _instructions;
    private int _references;

    /// <summary>True while the method is small enough to be optimised.</summary>
    public bool IsSmall => _instructions <= MostInstructions && _references <= MostReferences && il.ILOffset <= MostBytes;

    public void Emit(OpCode code)
    {
        // Argument instructions have no operand here.
        _references += code == OpCodes.Ldarg_0 || code == OpCodes.Ldarg_1 || code == OpCodes.Ldarg_2 ? 1 : 0;
        _instructions++;
        il.Emit(code);
    }

    public void Emit(OpCode code, LocalBuilder local)
    {
        _references++;
        _instructions++;
        il.Emit(code, local);
    }

    public void Emit(OpCode code, Label label)
    {
        _instructions++;
        il.Emit(code, label);
    }

    public void Emit(OpCode code, Label[] labels)
    {
        _instructions++;
        il.Emit(code, labels);
    }

    public void Emit(OpCode code, MethodInfo method)
    {
        _instructions++;
        il.Emit(code, method);
    }

    public void Emit(OpCode code, FieldInfo field)
    {
        _instructions++;
        il.Emit(code, field);
    }

    public void EmitUnaligned()
    {
        _instructions++;
        il.Emit(OpCodes.Unaligned, (byte)1);
    }

    /// <summary>Pushes 32 bits.</summary>
    public void EmitInt(int value)
    {
        _instructions++;
        if (value is >= sbyte.MinValue and <= sbyte.MaxValue)
        {
            il.Emit(OpCodes.Ldc_I4_S, (sbyte)value);
        }
        else
        {
            il.Emit(OpCodes.Ldc_I4, value);
        }
    }

    /// <summary>Pushes 64 bits.</summary>
    public void EmitConstant(ulong value)
    {
        _instructions++;
        il.Emit(OpCodes.Ldc_I8, (long)value);
    }

    public unsafe void EmitPointer(void* pointer)
    {
        EmitConstant((ulong)pointer);
        Emit(OpCodes.Conv_I);
    }

    public Label DefineLabel() => il.DefineLabel();

    public void MarkLabel(Label label) => il.MarkLabel(label);

    public LocalBuilder DeclareLocal(Type type) => il.DeclareLocal(type);
}
