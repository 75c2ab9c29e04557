using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Protection;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>Decodes guest code and makes blocks of it.</summary>
internal sealed unsafe class BlockBuilder
{
    private const int MaximumInstructions = 64;

    private readonly IProcessorBus _bus;
    private readonly CodeCache _cache;
    private readonly CodeArena _arena;
    private readonly GuestCodeReader _reader;
    private readonly Decoder _decoder;
    private readonly Decoder _narrowDecoder;
    private readonly Lowering _lowering;
    private readonly Instruction[] _instructions = new Instruction[MaximumInstructions];
    private readonly bool[] _flagsNeeded = new bool[MaximumInstructions];

    public HandlerSet Handlers { get; } = new();

    /// <summary>What instructions are to a processor of these features.</summary>
    public FeatureGate Gate { get; set; } = new(InstructionFeatures.All);

    public BlockBuilder(IProcessorBus bus, CodeCache cache, CodeArena arena, SlowOperations operations)
    {
        _bus = bus;
        _cache = cache;
        _arena = arena;
        _reader = new GuestCodeReader(cache);
        _decoder = Decoder.Create(64, _reader);
        _narrowDecoder = Decoder.Create(32, _reader);
        _lowering = new Lowering(operations);
    }

    /// <summary>The block that starts at an address.</summary>
    /// <exception cref="GuestStopException">Not one instruction can be fetched there.</exception>
    public Block* Build(ulong rip, CodeMode mode)
    {
        if (!GuestMemory.IsCanonical(rip))
        {
            throw GuestStopException.Fault(ExceptionVector.GeneralProtection, "RIP is not canonical");
        }

        if (_bus.IsGate(_cache.PhysicalForExecute(rip)))
        {
            return MakeGate(rip, mode);
        }

        int count = Decode(rip, mode);
        ReadOnlySpan<Instruction> instructions = _instructions.AsSpan(0, count);
        FlagLiveness.Mark(instructions, _flagsNeeded);
        _lowering.Start(instructions, _flagsNeeded, mode);
        while (_lowering.LowerNext())
        {
        }

        return MakeBlock(rip, mode);
    }

    private int Decode(ulong rip, CodeMode mode)
    {
        Decoder decoder = mode == CodeMode.Long ? _decoder : _narrowDecoder;
        ulong last = mode == CodeMode.Long ? ulong.MaxValue : uint.MaxValue;
        _reader.Start(rip, last);
        decoder.IP = rip;
        int count = 0;
        while (count < MaximumInstructions)
        {
            ulong here = decoder.IP;
            if (count > 0 && (_bus.IsGate(_cache.PhysicalForExecute(here)) || !GuestMemory.IsCanonical(here)))
            {
                break;
            }

            decoder.Decode(out _instructions[count]);
            if (decoder.LastError == DecoderError.NoMoreBytes)
            {
                if (count > 0)
                {
                    break;
                }

                throw _reader.Position > last
                    ? GuestStopException.Fault(ExceptionVector.GeneralProtection, "EIP is beyond 4 GiB")
                    : _cache.FetchFault(_reader.Position);
            }

            Gate.Apply(ref _instructions[count]);
            count++;
            if (Ends(in _instructions[count - 1], mode))
            {
                break;
            }
        }

        return count;
    }

    // What may change how the next instruction is fetched ends the block too.
    private static bool Ends(in Instruction instruction, CodeMode mode) =>
        instruction.FlowControl != FlowControl.Next
        || instruction.Mnemonic is Mnemonic.Hlt or Mnemonic.INVALID or Mnemonic.Invlpg or Mnemonic.Wrmsr
        || instruction.Code is Code.Mov_cr_r64 or Code.Mov_cr_r32
        || (mode != CodeMode.Long && LoadsSegment(in instruction));

    private static bool LoadsSegment(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Lds or Mnemonic.Les or Mnemonic.Lfs or Mnemonic.Lgs or Mnemonic.Lss => true,
        Mnemonic.Mov or Mnemonic.Pop => instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsSegmentRegister(),
        _ => false,
    };

    private Block* MakeGate(ulong rip, CodeMode mode)
    {
        Block* block = (Block*)_arena.Allocate(sizeof(Block) + sizeof(MicroOp));
        *block = new Block { Rip = rip, End = rip, OperationCount = 1, Mode = mode };
        *block->Operations = new MicroOp { Code = MicroCode.Gate, Handler = Handlers.Of(MicroCode.Gate) };
        return block;
    }

    private Block* MakeBlock(ulong rip, CodeMode mode)
    {
        ReadOnlySpan<MicroOp> operations = _lowering.Operations;
        int count = _lowering.InstructionCount;
        Block* block = (Block*)_arena.Allocate(sizeof(Block) + (operations.Length * sizeof(MicroOp)));
        *block = new Block
        {
            Rip = rip,
            Mode = mode,
            InstructionOf = (ushort*)_arena.Allocate(operations.Length * sizeof(ushort)),
            OffsetOf = (ushort*)_arena.Allocate(count * sizeof(ushort)),
            Count = count,
            OperationCount = operations.Length,
            TakenRip = _lowering.TakenRip,
            End = _instructions[count - 1].NextIP,
        };
        for (int i = 0; i < operations.Length; i++)
        {
            block->Operations[i] = operations[i] with { Handler = Handlers.Of(operations[i].Code) };
        }

        _lowering.InstructionOf.CopyTo(new Span<ushort>(block->InstructionOf, operations.Length));
        for (int i = 0; i < count; i++)
        {
            block->OffsetOf[i] = (ushort)(_instructions[i].IP - rip);
        }

        return block;
    }
}
