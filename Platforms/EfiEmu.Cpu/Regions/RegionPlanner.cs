using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>Finds the blocks that belong together: what can be reached from a block without a call's target or a computed jump.</summary>
internal sealed unsafe class RegionPlanner(CodeCache code, bool looksAhead)
{
    // More takes long to compile, and is more than the run-time compiler optimises.
    private const int MaximumOperations = 900;

    private const int MaximumReturns = 4;

    private readonly Dictionary<nint, RegionBlock> _found = [];
    private readonly PriorityQueue<RegionBlock, (int, int)> _open = new();
    private readonly List<RegionBlock> _taken = [];
    private readonly List<RegionBlock> _returns = [];
    private int _operations;

    /// <summary>The blocks that belong to a head, those that belong to it most first.</summary>
    public RegionBlock[] Find(Block* head)
    {
        _found.Clear();
        _open.Clear();
        _taken.Clear();
        _returns.Clear();
        _operations = 0;
        RegionBlock first = Take(head);
        while (_open.TryDequeue(out RegionBlock? block, out _))
        {
            Follow(block);
        }

        foreach (RegionBlock block in _found.Values)
        {
            if (block.Operations[^1].Code == MicroCode.Call && block.Taken is not null && Known(block.Source->End) is { } after)
            {
                _returns.Add(after);
            }
        }

        RegionBlock[] returns = [.. _returns.Distinct().OrderByDescending(block => block.Source->Meetings).Take(MaximumReturns)];
        foreach (RegionBlock block in _found.Values)
        {
            block.Returns = block.Operations[^1].Code == MicroCode.Return ? returns : [];
        }

        return [.. _taken];
    }

    private static bool IsCall(MicroCode code) => code is MicroCode.Call or MicroCode.CallTo;

    private RegionBlock? Known(ulong rip) => code.Peek(rip) is var block && block != null && _found.TryGetValue((nint)block, out RegionBlock? known) ? known : null;

    private RegionBlock Take(Block* block)
    {
        var taken = new RegionBlock(block);
        _found.Add((nint)block, taken);
        _taken.Add(taken);
        _open.Enqueue(taken, (-block->Meetings, _found.Count));
        _operations += block->OperationCount;
        return taken;
    }

    private void Follow(RegionBlock block)
    {
        MicroCode last = block.Operations[^1].Code;
        Type meaning = Handlers.Meanings.Of(last);
        if (IsCall(last))
        {
            _ = At(block.Source->End);
            block.Taken = last == MicroCode.Call ? At(block.Source->TakenRip) : null;
        }
        else if (meaning.IsAssignableTo(typeof(Handlers.IDecision)))
        {
            block.Taken = meaning == typeof(Handlers.Never) ? null : At(block.Source->TakenRip);
            block.Next = meaning == typeof(Handlers.Always) ? null : At(block.Source->End);
        }
    }

    private RegionBlock? At(ulong rip)
    {
        Block* block = looksAhead ? code.PeekAhead(rip) : code.Peek(rip);
        if (block == null || block->Count == 0 || (block->Meetings == 0 && !looksAhead))
        {
            return null;
        }

        if (_found.TryGetValue((nint)block, out RegionBlock? known))
        {
            return known;
        }

        return _operations + block->OperationCount <= MaximumOperations ? Take(block) : null;
    }
}
