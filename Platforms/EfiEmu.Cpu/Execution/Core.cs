using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Paging;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Translation;
using Iced.Intel;
using IcedRegister = Iced.Intel.Register;

namespace EfiEmu.Cpu.Execution;

/// <summary>One processor put together, and the operand access that the operations share.</summary>
internal sealed unsafe class Core : IDisposable
{
    // What of the state is the guest's: the rest is the run loop's own, or the page translations.
    private static readonly (int Offset, int Bytes)[] SavedParts = [(0, Slot.Remaining), (Slot.Rflags, 8), (Slot.Xmm, 16 * 16)];

    private readonly SlowOperations _operations;
    private readonly SystemState _system = new();
    private readonly ExceptionDelivery _delivery;
    private readonly byte[] _storage;
    private long _limit;

    public Core(IProcessorBus bus, ProcessorTier tier)
    {
        Bus = bus;

        // Pinned and collected, so that registers may be read after the processor was disposed of.
        _storage = GC.AllocateArray<byte>(Slot.Size + 64, pinned: true);
        State = (byte*)(((nint)Unsafe.AsPointer(ref _storage[0]) + 63) & ~63);
        *(ulong*)(State + Slot.Rflags) = Execution.Flags.AlwaysSet;
        _operations = new SlowOperations(State) { Core = this };
        byte* state = State;
        Space = new AddressSpace(bus, _system, () => *(ulong*)(state + Slot.Rflags));
        Memory = new GuestMemory(bus, State, Space);
        Code = new CodeCache(State, bus, Memory, Space, _operations, tier);
        Space.Attach(Memory, Code);
        Memory.Attach(Code);
        _delivery = new ExceptionDelivery(this);
        Interpreter = new Interpreter(State, Memory, Code, new StringOperations(this), _operations, Code.Regions);
        Code.Regions?.Interpreter = Interpreter;
    }

    public IProcessorBus Bus { get; }

    public byte* State { get; }

    public AddressSpace Space { get; }

    public GuestMemory Memory { get; }

    public CodeCache Code { get; }

    public SystemRegisters System => _system.Registers;

    /// <summary>How code is decoded, and how its addresses are made.</summary>
    public CodeMode Mode => Code.Mode;

    /// <summary>Instructions retired by earlier runs, as of the end of the last.</summary>
    public ulong Retired { get; set; }

    public ulong Rip
    {
        get => *(ulong*)(State + Slot.Rip);
        set => *(ulong*)(State + Slot.Rip) = value;
    }

    public ulong Rflags
    {
        get => (*(ulong*)(State + Slot.Rflags) & ~(ulong)Execution.Flags.Arithmetic) | Flags;
        set
        {
            *(ulong*)(State + Slot.Rflags) = (value & Execution.Flags.Writable) | Execution.Flags.AlwaysSet;
            State[Slot.FlagKind] = FlagKind.Explicit;
        }
    }

    /// <summary>The arithmetic flags.</summary>
    public uint Flags => Execution.Flags.Resolve(State);

    /// <summary>Instructions retired before the one that runs through an operation.</summary>
    public ulong RetiredBeforeCurrent
    {
        get
        {
            Block* block = *(Block**)(State + Slot.Block);
            int left = block == null ? 0 : block->Count - block->InstructionAt(*(MicroOp**)(State + Slot.Operation));
            return Retired + (ulong)(_limit - *(long*)(State + Slot.Remaining) - left);
        }
    }

    private Interpreter Interpreter { get; }

    /// <summary>
    /// Takes work that is not an instruction (a long string) off the budget of this run, and ends the run when it is spent.
    /// </summary>
    public void Charge(long work)
    {
        _limit -= work;
        if ((*(long*)(State + Slot.Remaining) -= work) <= 0)
        {
            throw new GuestStopException(new ProcessorExit(ProcessorExitKind.BudgetExhausted, 0));
        }
    }

    public void Dispose()
    {
        Code.Dispose();
    }

    /// <summary>A segment register or the mode of the processor changed: what follows may be other code.</summary>
    public void UpdateMode()
    {
        CodeMode mode = Segmentation.ModeOf(System);
        Memory.AddressMask = mode == CodeMode.Long ? ulong.MaxValue : uint.MaxValue;
        Code.Mode = mode;
    }

    /// <summary>A far transfer, when nothing of it can fault any more.</summary>
    public void EnterCode(in SegmentRegister code, ulong target)
    {
        System.Segments[SegmentRegisters.Code] = code;
        Rip = target;
        UpdateMode();
    }

    /// <summary>Keeps what a guest can see of the state; between two runs no block is in progress.</summary>
    public ProcessorState Save()
    {
        byte[] registers = new byte[SavedParts.Sum(part => part.Bytes)];
        int at = 0;
        foreach ((int offset, int bytes) in SavedParts)
        {
            new ReadOnlySpan<byte>(State + offset, bytes).CopyTo(registers.AsSpan(at));
            at += bytes;
        }

        return new ProcessorState(registers, System.Copy(), Retired);
    }

    /// <summary>Puts it back.</summary>
    public void Restore(ProcessorState saved)
    {
        int at = 0;
        foreach ((int offset, int bytes) in SavedParts)
        {
            saved.Registers.AsSpan(at, bytes).CopyTo(new Span<byte>(State + offset, bytes));
            at += bytes;
        }

        _system.Registers = saved.System.Copy();
        Retired = saved.Retired;
        *(Block**)(State + Slot.Block) = null;
        UpdateMode();
        Space.Flush();
    }

    /// <summary>Counts an instruction that ended its block by a stop, and was done all the same.</summary>
    public void RetireOne() => *(long*)(State + Slot.Remaining) -= 1;

    public ProcessorExit Run(ulong maximumInstructions)
    {
        _limit = (long)Math.Min(maximumInstructions, long.MaxValue);
        *(long*)(State + Slot.Remaining) = _limit;
        ProcessorExit exit;
        bool isDelivered;
        do
        {
            (exit, ulong next) = RunToStop();
            *(Block**)(State + Slot.Block) = null;
            isDelivered = _delivery.TryDeliver(ref exit, next);
        }
        while (isDelivered);

        Retired += (ulong)(_limit - *(long*)(State + Slot.Remaining));
        _limit = 0;
        *(long*)(State + Slot.Remaining) = 0;
        return exit;
    }

    public ref ulong Gpr(int slot) => ref *(ulong*)(State + slot);

    public Vector128<byte> Xmm(int index)
    {
        return *(Vector128<byte>*)(State + Slot.Xmm + (index * 16));
    }

    public void SetXmm(int index, Vector128<byte> value) => *(Vector128<byte>*)(State + Slot.Xmm + (index * 16)) = value;

    public void SetFlags(uint mask, uint value) => Execution.Flags.Set(State, mask, value);

    /// <summary>Keeps a result and CF, OF and AF.</summary>
    public void KeepFlags(ulong result, int bits, bool carry, bool overflow, bool adjust = false)
    {
        *(ulong*)(State + Slot.FlagA) = result;
        *(ulong*)(State + Slot.FlagB) = (carry ? 1ul : 0) | (overflow ? 2ul : 0) | (adjust ? 4ul : 0);
        State[Slot.FlagKind] = KindOf(FlagKind.Result8, bits);
    }

    /// <summary>Keeps the operands of a subtraction.</summary>
    public void KeepSubtraction(ulong a, ulong b, int bits)
    {
        *(ulong*)(State + Slot.FlagA) = a;
        *(ulong*)(State + Slot.FlagB) = b;
        State[Slot.FlagKind] = KindOf(FlagKind.Sub8, bits);
    }

    /// <summary>Keeps the sum and the second operand of an addition.</summary>
    public void KeepAddition(ulong sum, ulong b, int bits)
    {
        *(ulong*)(State + Slot.FlagA) = sum;
        *(ulong*)(State + Slot.FlagB) = b;
        State[Slot.FlagKind] = KindOf(FlagKind.Add8, bits);
    }

    public static byte KindOf(byte first, int bits) => (byte)(first + global::System.Numerics.BitOperations.Log2((uint)bits) - 3);

    public static ulong Mask(int bits) => ulong.MaxValue >> (64 - bits);

    /// <summary>The width of an operand in bits.</summary>
    public static int Bits(in Instruction instruction, int operand) => instruction.GetOpKind(operand) switch
    {
        OpKind.Register => RegisterMap.Bits(instruction.GetOpRegister(operand)),
        OpKind.Memory => instruction.MemorySize.GetSize() * 8,
        _ => 64,
    };

    /// <summary>A general-purpose register, memory or immediate operand, zero-extended from its width.</summary>
    public ulong Read(in Instruction instruction, int operand)
    {
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return ReadRegister(instruction.GetOpRegister(operand));
            case OpKind.Memory:
                return Memory.Read(EffectiveAddress(in instruction), instruction.MemorySize.GetSize());
            default:
                return instruction.GetImmediate(operand);
        }
    }

    /// <summary>As <see cref="Read"/>, for an operand that is written next: a fault of the write comes first.</summary>
    public ulong ReadForWrite(in Instruction instruction, int operand)
    {
        if (instruction.GetOpKind(operand) != OpKind.Memory)
        {
            return Read(in instruction, operand);
        }

        ulong address = EffectiveAddress(in instruction);
        int bytes = instruction.MemorySize.GetSize();
        Memory.CheckWrite(address, bytes);
        return Memory.Read(address, bytes);
    }

    public void Write(in Instruction instruction, int operand, ulong value)
    {
        if (instruction.GetOpKind(operand) == OpKind.Memory)
        {
            Memory.Write(EffectiveAddress(in instruction), value, instruction.MemorySize.GetSize());
        }
        else
        {
            WriteRegister(instruction.GetOpRegister(operand), value);
        }
    }

    public ulong ReadRegister(IcedRegister register)
    {
        byte* at = State + RegisterMap.Offset(register);
        return RegisterMap.Bits(register) switch
        {
            64 => *(ulong*)at,
            32 => *(uint*)at,
            16 => *(ushort*)at,
            8 => *at,
            _ => throw GuestStopException.NotModelled($"operand {register}"),
        };
    }

    public void WriteRegister(IcedRegister register, ulong value)
    {
        byte* at = State + RegisterMap.Offset(register);
        switch (RegisterMap.Bits(register))
        {
            case 64:
                *(ulong*)at = value;
                break;
            case 32:
                *(ulong*)at = (uint)value;
                break;
            case 16:
                *(ushort*)at = (ushort)value;
                break;
            case 8:
                *at = (byte)value;
                break;
            default:
                throw GuestStopException.NotModelled($"operand {register}");
        }
    }

    /// <summary>The linear address of the memory operand.</summary>
    public ulong EffectiveAddress(in Instruction instruction)
    {
        if (Mode != CodeMode.Long)
        {
            return Segmentation.AddressOf(this, in instruction);
        }

        ulong address = instruction.MemoryDisplacement64;
        IcedRegister based = instruction.MemoryBase;
        IcedRegister index = instruction.MemoryIndex;
        if (RegisterMap.Bits(based) != 0)
        {
            address += ReadRegister(based);
        }

        if (RegisterMap.Bits(index) != 0)
        {
            address += ReadRegister(index) * (ulong)instruction.MemoryIndexScale;
        }

        if (RegisterMap.Bits(based) == 32 || RegisterMap.Bits(index) == 32)
        {
            address = (uint)address;
        }

        return address + SegmentBase(instruction.MemorySegment);
    }

    public ulong SegmentBase(IcedRegister segment) => segment switch
    {
        IcedRegister.FS => *(ulong*)(State + Slot.FsBase),
        IcedRegister.GS => *(ulong*)(State + Slot.GsBase),
        _ => 0,
    };

    /// <summary>Runs until something stops it, and says what would follow the instruction at which it stands.</summary>
    private (ProcessorExit Exit, ulong Next) RunToStop()
    {
        try
        {
            MicroOp* stop = Interpreter.Run(Code.Find(Rip));
            return stop == null ? (new ProcessorExit(ProcessorExitKind.BudgetExhausted, Rip), Rip) : (ExitAt(stop, out ulong next), next);
        }
        catch (GuestStopException stopped)
        {
            return (ExitOf(stopped.Exit), Rip);
        }
    }

    private ProcessorExit ExitAt(MicroOp* stop, out ulong next)
    {
        Block* block = *(Block**)(State + Slot.Block);
        next = block->End;
        switch (stop->Code)
        {
            case MicroCode.Gate:
                Rip = block->Rip;
                return new ProcessorExit(ProcessorExitKind.Gate, block->Frame | (Rip & 0xFFF));
            case MicroCode.Halt:
                Rip = block->End;
                return _operations.StopOf(stop) with { Address = Rip };
            default:
                *(MicroOp**)(State + Slot.Operation) = stop;
                return ExitOf(_operations.StopOf(stop));
        }
    }

    /// <summary>Puts RIP at the instruction that stopped and takes back what was counted from it on.</summary>
    private ProcessorExit ExitOf(ProcessorExit exit)
    {
        Block* block = *(Block**)(State + Slot.Block);
        if (block != null)
        {
            MicroOp* operation = *(MicroOp**)(State + Slot.Operation);
            Rip = block->RipAt(operation);
            *(long*)(State + Slot.Remaining) += block->Count - block->InstructionAt(operation);
        }

        exit = FaultRefinement.Refined(this, exit);
        bool pageFault = exit.Kind == ProcessorExitKind.Fault && exit.Vector == ExceptionVector.PageFault;
        return pageFault ? exit : exit with { Address = Rip };
    }
}
