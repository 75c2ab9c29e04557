using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>
/// The guest code that runs as host code: chosen when the interpreter meets a block often, compiled by another thread while the
/// interpreter goes on, dropped with any of its blocks.
/// </summary>
/// <remarks>When host code comes into use depends on the host. What the guest sees does not, because every tier does the same.</remarks>
internal sealed unsafe class RegionSet(CodeCache code, byte* state, bool isEager)
{
    // Every so many instructions the interpreter comes back after each block for a while, so that blocks are counted as they run.
    private const long InstructionsPerBurst = 128 * 1024;
    private const int BlocksPerBurst = 256;
    private const long Slice = 4096;

    // So often a slice is drawn out: where handlers nest, they nest no deeper than this allows.
    private const int EntriesPerSlice = 32;

    // A block met so often has taken a millisecond or more.
    private const int MeetingsToCompile = 40;

    // A block within a region that the guest cannot come in at is worth a region of its own only when it is met very often.
    private const int MeetingsToRepeat = 2000;

    private readonly byte* _state = state;
    private readonly RegionPlanner _planner = new(code, isEager);
    private readonly RegionMaker _maker = new();

    // By their numbers; number 0 is none.
    private readonly List<Region?> _regions = [null];
    private readonly Stack<int> _free = [];
    private readonly Dictionary<nint, List<Region>> _members = [];
    private readonly List<nint> _wanted = [];
    private long _nextBurst;
    private int _burst;
    private int _entered;

    /// <summary>Who goes on where host code ends; known once everything is put together.</summary>
    public Interpreter? Interpreter { get; set; }

    /// <summary>The interpreter has come to a block after a while.</summary>
    /// <returns>How many instructions it may run until it comes back.</returns>
    public long Meet(Block* block)
    {
        if (isEager)
        {
            MakeAtOnce(block);
            return 1;
        }

        if (_maker.TryTake(out Region? made))
        {
            Install(made);
        }

        if (block->Meetings % MeetingsToCompile == 0 && block->Region == 0 && block->Count != 0 && !_wanted.Contains((nint)block))
        {
            _wanted.Add((nint)block);
        }

        if (_wanted.Count > 0 && _maker.IsIdle)
        {
            MakeMostWanted();
        }

        return NextSlice();
    }

    /// <summary>Runs the host code that starts at a block, which has been counted.</summary>
    /// <returns>The micro-operation to go on with, in the block that the state names.</returns>
    public MicroOp* Enter(Block* block)
    {
        Region region = _regions[block->Region]!;
        if (region.Epoch != code.Epoch && !IsMappedAsBefore(region))
        {
            Drop(region);
            return block->Operations;
        }

        if (*(long*)(_state + Slot.Remaining) <= region.Made!.Bound)
        {
            return block->Operations;
        }

        MicroOp* next = region.Code!(_state, block->Entry);
        if (++_entered % EntriesPerSlice != 0)
        {
            // What the region ran does not count: handlers go on without the loop.
            *(long*)(_state + Slot.SliceEnd) = Math.Max(0, *(long*)(_state + Slot.Remaining) - Slice);
        }

        return next;
    }

    /// <summary>A block is no longer the guest's code.</summary>
    public void Drop(Block* block)
    {
        _wanted.Remove((nint)block);
        if (_members.TryGetValue((nint)block, out List<Region>? regions))
        {
            foreach (Region region in regions.ToArray())
            {
                Drop(region);
            }
        }
    }

    /// <summary>Forgets everything; the blocks are about to go.</summary>
    public void Clear()
    {
        foreach (Region region in _members.Values.SelectMany(regions => regions))
        {
            region.IsDropped = true;
        }

        _members.Clear();
        _wanted.Clear();
        _regions.RemoveRange(1, _regions.Count - 1);
        _free.Clear();
        code.ChangeVersion();
    }

    private long NextSlice()
    {
        if (_burst > 0)
        {
            _burst--;
            return 1;
        }

        long remaining = *(long*)(_state + Slot.Remaining);
        if (remaining < _nextBurst || remaining > _nextBurst + InstructionsPerBurst)
        {
            _nextBurst = remaining - InstructionsPerBurst;
            _burst = BlocksPerBurst;
        }

        return Slice;
    }

    private void MakeAtOnce(Block* block)
    {
        if (block->Region == 0 && block->Count != 0)
        {
            Region region = Add(block);
            region.Make(Interpreter!);
            Install(region);
        }
    }

    private void MakeMostWanted()
    {
        Block* most = null;
        foreach (nint wanted in _wanted)
        {
            var block = (Block*)wanted;
            most = most == null || block->Meetings > most->Meetings ? block : most;
        }

        _wanted.Remove((nint)most);
        bool isInside = _members.TryGetValue((nint)most, out List<Region>? known) && known.Exists(region => region.Holds(most));
        if (most->Region == 0 && (!isInside || most->Meetings >= MeetingsToRepeat))
        {
            _maker.Start(Add(most), Interpreter!);
        }
    }

    private Region Add(Block* head)
    {
        RegionBlock[] blocks = _planner.Find(head);
        var pages = new SortedSet<ulong>();
        foreach (RegionBlock block in blocks)
        {
            pages.UnionWith(CodeCache.PagesOf(block.Source));
        }

        var region = new Region(blocks, [.. pages.Select(page => new RegionPage(page, code.HostForExecute(page)))], code.Epoch);
        foreach (RegionBlock block in blocks)
        {
            if (!_members.TryGetValue((nint)block.Source, out List<Region>? regions))
            {
                _members.Add((nint)block.Source, regions = []);
            }

            regions.Add(region);
        }

        return region;
    }

    private void Install(Region region)
    {
        if (region.IsDropped)
        {
            return;
        }

        if (!_free.TryPop(out int number))
        {
            number = _regions.Count;
            _regions.Add(null);
        }

        _regions[number] = region;
        region.Number = number;
        for (int entry = 0; entry < region.Made!.Heads.Length; entry++)
        {
            Block* block = region.Made.Heads[entry].Source;
            if (block->Region == 0)
            {
                block->Region = number;
                block->Entry = entry;
                block->Operations->Handler = code.Handlers.Entrance;
            }
        }
    }

    private void Drop(Region region)
    {
        region.IsDropped = true;
        foreach (RegionBlock block in region.Blocks)
        {
            if (_members.TryGetValue((nint)block.Source, out List<Region>? regions) && regions.Remove(region) && regions.Count == 0)
            {
                _members.Remove((nint)block.Source);
            }

            if (block.Source->Region != 0 && _regions[block.Source->Region] == region)
            {
                block.Source->Region = 0;
                block.Source->Operations->Handler = code.Handlers.Of(block.Source->Operations->Code);
            }
        }

        if (region.Number != 0)
        {
            // A guest that rewrites its code without end must not eat the host.
            _regions[region.Number] = null;
            _free.Push(region.Number);
            region.Number = 0;
        }

        code.ChangeVersion();
    }

    private bool IsMappedAsBefore(Region region)
    {
        foreach (RegionPage page in region.Pages)
        {
            if (code.HostForExecute(page.Address) != page.Host)
            {
                return false;
            }
        }

        region.Epoch = code.Epoch;
        return true;
    }
}
