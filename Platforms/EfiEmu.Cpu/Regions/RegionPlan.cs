using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>
/// What a region is made of: its blocks with copies of their micro-operations, so that it can be compiled while the guest goes on.
/// </summary>
internal sealed class RegionPlan
{
    private readonly RegionBlock[] _taken;

    /// <param name="taken">The blocks, those that belong into it most first.</param>
    public RegionPlan(RegionBlock[] taken)
    {
        _taken = taken;
        Blocks = [.. taken.OrderBy(block => block.Rip)];
        Heads = FindHeads();
        Bound = Blocks.Sum(block => (long)block.Count);
    }

    /// <summary>In the order of their addresses.</summary>
    public RegionBlock[] Blocks { get; }

    /// <summary>Where the guest may come in, and where ways within the region meet. All others follow one block alone.</summary>
    public RegionBlock[] Heads { get; }

    /// <summary>The most instructions between two jumps back: with less of the budget left the interpreter runs.</summary>
    public long Bound { get; }

    /// <summary>The same without some of the blocks that belong into it least.</summary>
    public RegionPlan Smaller()
    {
        RegionBlock[] kept = _taken[..Math.Max(1, _taken.Length * 7 / 8)];
        HashSet<RegionBlock> known = [.. kept];
        foreach (RegionBlock block in kept)
        {
            block.Taken = block.Taken is not null && known.Contains(block.Taken) ? block.Taken : null;
            block.Next = block.Next is not null && known.Contains(block.Next) ? block.Next : null;
            block.Returns = [.. block.Returns.Where(known.Contains)];
        }

        return new RegionPlan(kept);
    }

    private RegionBlock[] FindHeads()
    {
        Dictionary<RegionBlock, int> ways = Blocks.ToDictionary(block => block, _ => 0);
        HashSet<RegionBlock> heads = [_taken[0]];
        foreach (RegionBlock block in Blocks)
        {
            foreach (RegionBlock to in block.Edges)
            {
                ways[to]++;
            }

            heads.UnionWith(block.Returns);
            if (block.IsCall)
            {
                // Others call it too; and after the call the guest comes in again.
                heads.UnionWith(block.Edges);
                heads.UnionWith(Blocks.Where(other => other.Rip == block.End));
            }
        }

        heads.UnionWith(Blocks.Where(block => ways[block] != 1));

        // A circle of blocks that each follow one other has no head yet.
        HashSet<RegionBlock> reached = [];
        foreach (RegionBlock head in Blocks.Where(heads.Contains))
        {
            Reach(head, heads, reached);
        }

        foreach (RegionBlock block in Blocks)
        {
            if (!reached.Contains(block))
            {
                heads.Add(block);
                Reach(block, heads, reached);
            }
        }

        return [.. Blocks.Where(heads.Contains)];
    }

    private static void Reach(RegionBlock from, HashSet<RegionBlock> heads, HashSet<RegionBlock> reached)
    {
        Stack<RegionBlock> open = new([from]);
        while (open.TryPop(out RegionBlock? block))
        {
            if (reached.Add(block))
            {
                foreach (RegionBlock to in block.Edges.Where(to => !heads.Contains(to)))
                {
                    open.Push(to);
                }
            }
        }
    }
}

/// <summary>One block of a region.</summary>
internal sealed unsafe class RegionBlock(Block* source)
{
    /// <summary>The block; nothing of it is read while the region is compiled.</summary>
    public Block* Source { get; } = source;

    /// <summary>The guest address.</summary>
    public ulong Rip { get; } = source->Rip;

    /// <summary>Guest instructions.</summary>
    public int Count { get; } = source->Count;

    public MicroOp[] Operations { get; } = new ReadOnlySpan<MicroOp>(source->Operations, source->OperationCount).ToArray();

    /// <summary>For each micro-operation the index of its instruction.</summary>
    public ushort[] InstructionOf { get; } = new ReadOnlySpan<ushort>(source->InstructionOf, source->OperationCount).ToArray();

    /// <summary>Where a taken branch leads within the region, or null.</summary>
    public RegionBlock? Taken { get; set; }

    /// <summary>Where falling through leads within the region, or null.</summary>
    public RegionBlock? Next { get; set; }

    /// <summary>Where a return at the end probably leads.</summary>
    public RegionBlock[] Returns { get; set; } = [];
    /// <summary>The address behind the last instruction.</summary>
    public ulong End { get; } = source->End;

    /// <summary>Whether it ends with a call.</summary>
    public bool IsCall => Operations[^1].Code is MicroCode.Call or MicroCode.CallTo;

    /// <summary>Where its end leads within the region, returns apart.</summary>
    public IEnumerable<RegionBlock> Edges
    {
        get
        {
            if (Taken is not null)
            {
                yield return Taken;
            }

            if (Next is not null)
            {
                yield return Next;
            }
        }
    }

    /// <summary>The micro-operation of the guest's own block.</summary>
    public MicroOp* At(int operation) => Source->Operations + operation;
}
