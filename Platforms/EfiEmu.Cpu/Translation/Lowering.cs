using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Protection;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>Turns decoded instructions into micro-operations: what is common by hand, the rest through its operation.</summary>
internal sealed partial class Lowering(SlowOperations operations)
{
    private readonly SlowOperations _operations = operations;
    private Instruction[] _instructions = [];
    private bool[] _flagsNeeded = [];
    private MicroOp[] _emitted = new MicroOp[256];
    private ushort[] _instructionOf = new ushort[256];
    private int _emittedCount;
    private int _total;
    private int _index;
    private bool _ended;
    private CodeMode _mode;
    private KnownFlags _known;

    private enum KnownFlags : byte
    {
        // Nothing is known of where the flags stand.
        No,

        // FlagA holds the result.
        Result,
        Logic8,
        Logic32,
        Logic64,
        Sub8,
        Sub32,
        Sub64,
    }

    public ReadOnlySpan<MicroOp> Operations => _emitted.AsSpan(0, _emittedCount);

    public ReadOnlySpan<ushort> InstructionOf => _instructionOf.AsSpan(0, _emittedCount);

    /// <summary>The instructions lowered; fewer than given when one of them stops the processor.</summary>
    public int InstructionCount => _index;

    public ulong TakenRip { get; private set; }

    public void Start(ReadOnlySpan<Instruction> instructions, bool[] flagsNeeded, CodeMode mode)
    {
        if (_instructions.Length < instructions.Length)
        {
            _instructions = new Instruction[64];
        }

        instructions.CopyTo(_instructions);
        _flagsNeeded = flagsNeeded;
        _mode = mode;
        _total = instructions.Length;
        _emittedCount = 0;
        _index = 0;
        _ended = false;
        _known = KnownFlags.No;
        TakenRip = 0;
    }

    /// <summary>Lowers one instruction, or a pair that fuses; false at the end of the block.</summary>
    public bool LowerNext()
    {
        ref readonly Instruction instruction = ref _instructions[_index];
        if (!LowerCommon(in instruction))
        {
            LowerSlow(in instruction);
        }

        _index++;
        if (_ended)
        {
            return false;
        }

        if (_index < _total)
        {
            return true;
        }

        // The last instruction does not transfer control: go on behind it.
        _index--;
        Emit(new MicroOp { Code = MicroCode.FallThrough });
        _index++;
        return false;
    }

    private void LowerSlow(in Instruction instruction)
    {
        _known = KnownFlags.No;
        if (InstructionSet.StopOf(in instruction) is { } stop)
        {
            End(new MicroOp { Code = stop.Kind == ProcessorExitKind.Halt ? MicroCode.Halt : MicroCode.Stop, Immediate = (ulong)_operations.AddStop(stop) });
            return;
        }

        Operation operation = InstructionSet.Find(in instruction)!;
        Emit(new MicroOp { Code = MicroCode.Slow, Immediate = (ulong)_operations.Add(in instruction, operation) });
        if (instruction.FlowControl != FlowControl.Next)
        {
            // The operation has left the target in RIP.
            End(new MicroOp { Code = MicroCode.JumpTo, A = Slot.Rip });
        }
    }

    private void Emit(in MicroOp operation)
    {
        if (_emittedCount == _emitted.Length)
        {
            Array.Resize(ref _emitted, _emittedCount * 2);
            Array.Resize(ref _instructionOf, _emittedCount * 2);
        }

        _emitted[_emittedCount] = operation;
        _instructionOf[_emittedCount++] = (ushort)_index;
    }

    private void End(in MicroOp operation)
    {
        Emit(in operation);
        _ended = true;
    }

    private static byte Gpr(Iced.Intel.Register register) => (byte)RegisterMap.Offset(register);

    /// <summary>Fills in the address of the memory operand; what the plain form cannot say is computed into a temporary first.</summary>
    private MicroOp Address(in Instruction instruction, MicroCode code)
    {
        bool isMade = code is MicroCode.Lea64 or MicroCode.Lea64Indexed or MicroCode.Lea32Indexed;
        if (!isMade && NeedsSegment(in instruction))
        {
            Emit(new MicroOp { Code = MicroCode.Slow, Immediate = (ulong)_operations.Add(in instruction, PutAddress) });
            return new() { Code = code, Base = Slot.AddressTemp, Index = Slot.Zero };
        }

        MicroOp result = new() { Code = code, Base = Slot.Zero, Index = Slot.Zero, Displacement = instruction.MemoryDisplacement64 };
        Iced.Intel.Register based = instruction.MemoryBase;
        Iced.Intel.Register index = instruction.MemoryIndex;
        bool narrow = RegisterMap.Bits(based) == 32 || RegisterMap.Bits(index) == 32;
        if (RegisterMap.Bits(based) != 0)
        {
            result.Base = Gpr(based);
        }

        if (RegisterMap.Bits(index) != 0)
        {
            result.Index = Gpr(index);
            result.Scale = (byte)System.Numerics.BitOperations.Log2((uint)instruction.MemoryIndexScale);
        }

        if (narrow)
        {
            Emit(result with { Code = MicroCode.Lea32Indexed, A = Slot.AddressTemp });
            result = new() { Code = code, Base = Slot.AddressTemp, Index = Slot.Zero };
        }

        if (instruction.MemorySegment is Iced.Intel.Register.FS or Iced.Intel.Register.GS && !isMade)
        {
            Emit(result with { Code = MicroCode.Lea64Indexed, A = Slot.AddressTemp });
            byte segment = instruction.MemorySegment == Iced.Intel.Register.FS ? (byte)Slot.FsBase : (byte)Slot.GsBase;
            result = new() { Code = code, Base = Slot.AddressTemp, Index = segment };
        }

        return result;
    }

    private static void PutAddress(Core core, in Instruction instruction) =>
        core.Gpr(Slot.AddressTemp) = core.EffectiveAddress(in instruction);

    // What 32-bit code may name that the plain forms do not know: a segment that is checked or has a base, addresses of 16 bits.
    private bool NeedsSegment(in Instruction instruction) => _mode switch
    {
        CodeMode.Long => false,
        CodeMode.Segmented => true,
        _ => HasNarrowAddress(in instruction)
            || instruction.MemorySegment is Iced.Intel.Register.CS or Iced.Intel.Register.FS or Iced.Intel.Register.GS,
    };

    private static bool HasNarrowAddress(in Instruction instruction) =>
        RegisterMap.Bits(instruction.MemoryBase) == 16 || RegisterMap.Bits(instruction.MemoryIndex) == 16;

    /// <summary>An access that has a form without index before the form with one.</summary>
    private void EmitAccess(in Instruction instruction, MicroCode code, byte register)
    {
        MicroOp access = Address(in instruction, code);
        access.A = register;
        if (access.Index != Slot.Zero)
        {
            access.Code = MicroCodes.Indexed(code);
        }

        Emit(in access);
    }

    /// <summary>An access that has only the form with an index.</summary>
    private void EmitIndexed(in Instruction instruction, MicroCode code, byte register, ulong immediate = 0)
    {
        MicroOp access = Address(in instruction, code);
        access.A = register;
        access.Immediate = immediate;
        Emit(in access);
    }

    private static MicroCode LoadOf(int bits) => bits switch
    {
        64 => MicroCode.Load64,
        32 => MicroCode.Load32,
        16 => MicroCode.Load16,
        _ => MicroCode.Load8,
    };

    private static MicroCode StoreOf(int bits) => bits switch
    {
        64 => MicroCode.Store64,
        32 => MicroCode.Store32,
        16 => MicroCode.Store16,
        _ => MicroCode.Store8,
    };

    private static MicroCode LoadForWriteOf(int bits) => bits switch
    {
        64 => MicroCode.LoadForWrite64Indexed,
        32 => MicroCode.LoadForWrite32Indexed,
        16 => MicroCode.LoadForWrite16Indexed,
        _ => MicroCode.LoadForWrite8Indexed,
    };

    private static MicroCode StoreImmediateOf(int bits) => bits switch
    {
        64 => MicroCode.StoreImmediate64Indexed,
        32 => MicroCode.StoreImmediate32Indexed,
        16 => MicroCode.StoreImmediate16Indexed,
        _ => MicroCode.StoreImmediate8Indexed,
    };

    /// <summary>The width of an operand in bits.</summary>
    private static int BitsOf(in Instruction instruction, int operand) =>
        instruction.GetOpKind(operand) == OpKind.Memory
            ? instruction.MemorySize.GetSize() * 8
            : RegisterMap.Bits(instruction.GetOpRegister(operand));

    private static bool IsImmediate(OpKind kind) => kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;
}
