using System.Reflection;
using System.Reflection.Emit;
using EfiEmu.Cpu.Execution;

namespace EfiEmu.Cpu.Regions;

/// <summary>
/// The guest's registers as locals of the host code. The state holds them too, but for those that the block has written since: these
/// are stored at the end of the block, and where it is left before.
/// </summary>
internal sealed class RegisterLocals(IlWriter il)
{
    private const int Temporary = 16;
    private const int AddressTemporary = 17;

    /// <summary>All but the temporaries.</summary>
    public const uint Registers = (1u << Temporary) - 1;

    private const uint Temporaries = (1u << Temporary) | (1u << AddressTemporary);

    private readonly LocalBuilder?[] _locals = new LocalBuilder?[18];

    /// <summary>The registers that the state does not hold; bit 16 and 17 are the temporaries of an instruction.</summary>
    public uint Unstored { get; set; }

    /// <summary>What is known of the sizes of the values that the locals hold.</summary>
    public RegisterWidths Widths { get; set; }

    /// <summary>The number of the local that holds a place of the state, or -1.</summary>
    public static int NumberOf(int slot) => slot switch
    {
        < Slot.Zero => slot >> 3,
        Slot.Temp => Temporary,
        Slot.AddressTemp => AddressTemporary,
        _ => -1,
    };

    public LocalBuilder Local(int number) => _locals[number] ??= il.DeclareLocal(typeof(ulong));

    /// <summary>A local was written with a value of at most so many bits.</summary>
    public void Wrote(int number, int bits)
    {
        Unstored |= 1u << number;
        Widths = Widths.With(number, bits);
    }

    /// <summary>What an instruction keeps for itself nobody needs after it.</summary>
    public void ForgetTemporaries() => Unstored &= ~Temporaries;

    /// <summary>Stores what of some registers the state does not hold.</summary>
    public void Store(uint registers = uint.MaxValue)
    {
        EmitStores(Unstored & registers);
        Unstored &= ~registers;
    }

    public void EmitStores(uint registers)
    {
        for (int number = 0; number < _locals.Length; number++)
        {
            if ((registers & (1u << number)) != 0)
            {
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Ldloc, Local(number));
                il.Emit(OpCodes.Stfld, FieldOf(number));
            }
        }
    }

    /// <summary>Takes a register that was written in the state.</summary>
    public void EmitLoad(int number)
    {
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldfld, FieldOf(number));
        il.Emit(OpCodes.Stloc, Local(number));
        Unstored &= ~(1u << number);
        Widths = Widths.With(number, 64);
    }

    /// <summary>Takes all registers that the code uses; once it is known which these are.</summary>
    public void EmitLoads()
    {
        for (int number = 0; number < Temporary; number++)
        {
            if (_locals[number] is not null)
            {
                EmitLoad(number);
            }
        }
    }

    private static FieldInfo FieldOf(int number) =>
        StateLayout.At(number switch { Temporary => Slot.Temp, AddressTemporary => Slot.AddressTemp, _ => number * 8 });
}
