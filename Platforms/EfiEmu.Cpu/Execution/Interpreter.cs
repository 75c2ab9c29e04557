using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Regions;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Execution;

/// <summary>
/// Runs micro-operations. Each holds its handler, and handlers call each other without end, block after block: the compiler
/// makes jumps of these calls. Where it does not (code built for debugging), a slice bounds how deep they nest.
/// </summary>
internal sealed unsafe class Interpreter(
    byte* state, GuestMemory memory, CodeCache code, StringOperations strings, SlowOperations operations, RegionSet? regions)
{
    // Instructions after which handlers return here: few enough for the stack of any thread.
    private const long Slice = 4096;

    // A block met so often has taken some hundred thousand instructions: worth the time that joining takes.
    private const int MeetingsToJoin = 100;

    private readonly byte* _state = state;
    private readonly Block** _targets = code.Targets;

    public GuestMemory Memory { get; } = memory;

    public CodeCache Code { get; } = code;

    public StringOperations Strings { get; } = strings;

    public SlowOperations Operations { get; } = operations;

    /// <summary>The code that runs as host code, or null where none does.</summary>
    public RegionSet? Regions { get; } = regions;

    /// <summary>The block that a jump to this address found before, or another, or none.</summary>
    public Block* Known(ulong rip) => _targets[CodeCache.TargetIndex(rip)];

    /// <summary>Runs from a block until the budget is spent (null) or a Gate, Halt or Stop is reached (that micro-operation).</summary>
    /// <exception cref="GuestStopException">A fault, with the state as before the instruction.</exception>
    public MicroOp* Run(Block* block)
    {
        for (;;)
        {
            long remaining = *(long*)(_state + Slot.Remaining);
            if (remaining <= 0 && block->Count != 0)
            {
                *(ulong*)(_state + Slot.Rip) = block->Rip;
                *(Block**)(_state + Slot.Block) = null;
                return null;
            }

            block->Meetings++;
            long slice = Slice;
            if (block->Mode != CodeMode.Long)
            {
                // 32-bit code is a few instructions on the way to 64-bit code: it stays with the interpreter.
            }
            else if (Regions != null)
            {
                slice = Regions.Meet(block);
            }
            else if (block->Meetings == MeetingsToJoin)
            {
                Code.Handlers.Join(block);
            }

            *(long*)(_state + Slot.SliceEnd) = Math.Max(0, remaining - slice);
            *(long*)(_state + Slot.Remaining) = remaining - block->Count;
            *(Block**)(_state + Slot.Block) = block;
            MicroOp* stop = block->Operations->Handler(_state, block->Operations, block, this);
            if (stop != null)
            {
                return stop;
            }

            block = *(Block**)(_state + Slot.Resume);
        }
    }
}
