using EfiEmu.Cpu.Execution;
using Iced.Intel;

namespace EfiEmu.Cpu.Translation;

/// <summary>The body of an instruction that the interpreter has no micro-operation for.</summary>
internal delegate void Operation(Core core, in Instruction instruction);

/// <summary>Decoded instructions that run through an <see cref="Operation"/>, and the stops that blocks end with.</summary>
internal sealed unsafe class SlowOperations(byte* state)
{
    private readonly byte* _state = state;
    private readonly List<ProcessorExit> _stops = [];
    private Entry[] _entries = new Entry[256];
    private int _count;

    /// <summary>Whom operations work on; known once everything is put together.</summary>
    public Core? Core { get; set; }

    public int Add(in Instruction instruction, Operation operation)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        _entries[_count] = new Entry(instruction, operation);
        return _count++;
    }

    public int AddStop(ProcessorExit exit)
    {
        _stops.Add(exit);
        return _stops.Count - 1;
    }

    public ProcessorExit StopOf(MicroOp* operation) => _stops[(int)operation->Immediate];

    public void Run(MicroOp* operation)
    {
        *(MicroOp**)(_state + Slot.Operation) = operation;
        ref readonly Entry entry = ref _entries[(int)operation->Immediate];
        entry.Operation(Core!, in entry.Instruction);
    }

    public void Clear()
    {
        Array.Clear(_entries);
        _count = 0;
        _stops.Clear();
    }

    private readonly struct Entry(in Instruction instruction, Operation operation)
    {
        public readonly Instruction Instruction = instruction;
        public readonly Operation Operation = operation;
    }
}
