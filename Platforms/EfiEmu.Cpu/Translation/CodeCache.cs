using System.Runtime.InteropServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;
using EfiEmu.Cpu.Operations;
using EfiEmu.Cpu.Paging;
using EfiEmu.Cpu.Protection;
using EfiEmu.Cpu.Regions;

namespace EfiEmu.Cpu.Translation;

/// <summary>The decoded blocks: found by address, linked to each other, dropped when their bytes change.</summary>
/// <remarks>
/// Blocks are for linear addresses; what they were decoded from is kept by physical page, so that a store by any address drops them.
/// A block runs only where its address leads to the pages that it was decoded from; others of the same address are kept beside it.
/// </remarks>
internal sealed unsafe class CodeCache : IDisposable
{
    // A guest that rewrites its code without end must not eat the host: beyond this all blocks are dropped at once.
    private const long ArenaLimit = 128L << 20;
    private const int TargetEntries = 4096;
    private const int MappingLimit = 1 << 16;
    private const ulong PageMask = ~0xFFFul;

    private readonly byte* _state;
    private readonly IProcessorBus _bus;
    private readonly GuestMemory _memory;
    private readonly AddressSpace _space;
    private readonly BlockBuilder _builder;
    private readonly CodeArena _arena = new();
    private readonly Dictionary<BlockKey, nint> _blocks = [];
    private readonly Dictionary<ulong, CodePage> _pages = [];
    private readonly Dictionary<ulong, CodeMapping> _mappings = [];
    private readonly List<nint> _linked = [];
    private int _epoch = 1;
    private int _generation;
    private CodeMode _mode;

    public CodeCache(
        byte* state, IProcessorBus bus, GuestMemory memory, AddressSpace space, SlowOperations operations, ProcessorTier tier)
    {
        _state = state;
        _bus = bus;
        _memory = memory;
        _space = space;
        _builder = new BlockBuilder(bus, this, _arena, operations);
        Targets = (Block**)NativeMemory.AllocZeroed(TargetEntries, (nuint)sizeof(Block*));
        Operations = operations;
        Regions = tier == ProcessorTier.Interpreter ? null : new RegionSet(this, state, tier == ProcessorTier.EagerTranslator);
    }

    /// <summary>The code that runs as host code, or null where none does.</summary>
    public RegionSet? Regions { get; }

    /// <summary>Counts up when page permissions may have changed.</summary>
    public int Epoch => _epoch;

    /// <summary>How code is decoded: blocks of another mode stay, and nothing leads to them.</summary>
    public CodeMode Mode
    {
        get => _mode;
        set
        {
            if (_mode != value)
            {
                _mode = value;
                Recheck();
            }
        }
    }

    /// <summary>Blocks by a hash of their address, for jumps whose target is known only when they run.</summary>
    public Block** Targets { get; }

    /// <summary>The handlers of micro-operations.</summary>
    public HandlerSet Handlers => _builder.Handlers;

    /// <summary>The instructions that there are; setting it forgets all code.</summary>
    public InstructionFeatures Features
    {
        get => _builder.Gate.Features;
        set
        {
            _builder.Gate = new FeatureGate(value);
            DropAll();
        }
    }

    private SlowOperations Operations { get; }

    public static int TargetIndex(ulong rip) => (int)((rip ^ (rip >> 12)) & (TargetEntries - 1));

    /// <summary>The block that runs at an address if it was decoded, else null.</summary>
    public Block* Peek(ulong rip)
    {
        ulong page = rip & PageMask;
        if (!_blocks.TryGetValue(new BlockKey(rip, FrameOf(page), _mode), out nint found))
        {
            return null;
        }

        var block = (Block*)found;
        bool isCurrent = block->Count == 0
            || (MappingOf(page)?.Frame == block->Frame && MappingOf((block->End - 1) & PageMask)?.Frame == block->LastFrame);
        return isCurrent ? block : null;
    }

    /// <summary>As <see cref="Peek"/>, and decodes what can be decoded there.</summary>
    public Block* PeekAhead(ulong rip)
    {
        Block* known = Peek(rip);
        if (known != null || MappingOf(rip & PageMask) == null)
        {
            return known;
        }

        try
        {
            Block* block = _builder.Build(rip, _mode);
            Keep(block);
            return block;
        }
        catch (GuestStopException)
        {
            // Whoever runs into it stops there; it need never run.
            return null;
        }
    }

    /// <summary>The one or two pages that a block lies in.</summary>
    public static ulong[] PagesOf(Block* block)
    {
        ulong first = block->Rip & PageMask;
        ulong last = (block->End - 1) & PageMask;
        return first == last ? [first] : [first, last];
    }

    public void Dispose()
    {
        Regions?.Clear();
        _arena.Dispose();
        NativeMemory.Free(Targets);
    }

    /// <summary>The block at an address, decoded if need be.</summary>
    /// <exception cref="GuestStopException">The address cannot be executed; RIP stands there.</exception>
    public Block* Find(ulong rip)
    {
        *(ulong*)(_state + Slot.Rip) = rip;
        *(Block**)(_state + Slot.Block) = null;
        if (_arena.Size > ArenaLimit)
        {
            DropAll();
        }

        Block* block = Known(rip);
        if (block == null)
        {
            block = _builder.Build(rip, _mode);
            Keep(block);
        }

        Targets[TargetIndex(rip)] = block;
        return block;
    }

    /// <summary>Finds the block behind a taken branch and links it.</summary>
    public Block* LinkTaken(Block* from)
    {
        int generation = _generation;
        Block* to = Find(from->TakenRip);
        if (generation == _generation)
        {
            from->Taken = to;
            _linked.Add((nint)from);
        }

        return to;
    }

    /// <summary>Finds the block that follows and links it.</summary>
    public Block* LinkNext(Block* from)
    {
        int generation = _generation;
        Block* to = Find(from->End);
        if (generation == _generation)
        {
            from->Next = to;
            _linked.Add((nint)from);
        }

        return to;
    }

    /// <summary>Mappings or page permissions may have changed: each page is asked about again before its blocks run again.</summary>
    public void Recheck()
    {
        _epoch++;
        ChangeVersion();
        if (_mappings.Count > MappingLimit)
        {
            _mappings.Clear();
        }

        Unlink();
    }

    /// <summary>Has host code left as soon as the instruction that runs is done.</summary>
    public void ChangeVersion() => (*(int*)(_state + Slot.CodeVersion))++;

    /// <summary>Whether blocks were decoded from a physical page.</summary>
    public bool HoldsCode(ulong page) => _pages.TryGetValue(page, out CodePage? found) && found.Blocks.Count > 0;

    /// <summary>The host address of a linear page that may be executed, or 0.</summary>
    public nint HostForExecute(ulong page) => MappingOf(page)?.Host ?? 0;

    /// <summary>Why an address cannot be executed.</summary>
    public GuestStopException FetchFault(ulong rip) =>
        _space.TryPageOf(rip, MemoryAccess.Execute, out ulong page, out ProcessorExit fault)
            ? GuestStopException.Refused(page | (rip & ~PageMask), MemoryAccess.Execute)
            : new GuestStopException(fault);

    /// <summary>The physical address that execution of a linear one reaches; the same where nothing is mapped.</summary>
    public ulong PhysicalForExecute(ulong rip) => _space.IsIdentity ? rip : FrameOf(rip & PageMask) | (rip & ~PageMask);

    /// <summary>A store by the guest into one physical page.</summary>
    public void OnWrite(ulong address, ulong length) => DropIn(address & PageMask, address, length);

    /// <summary>Forgets the blocks in a range of physical memory of any size.</summary>
    public void Invalidate(ulong address, ulong length)
    {
        ulong end = address > ulong.MaxValue - length ? ulong.MaxValue : address + length;
        ulong[] pages = [.. _pages.Keys];
        foreach (ulong page in pages)
        {
            if (page < end && address <= (page | ~PageMask))
            {
                DropIn(page, address, end - address);
            }
        }
    }

    private CodeMapping? MappingOf(ulong page)
    {
        if (_mappings.TryGetValue(page, out CodeMapping? known) && known.Epoch == _epoch)
        {
            return known;
        }

        if (!GuestMemory.IsCanonical(page) || !_space.TryPageOf(page, MemoryAccess.Execute, out ulong frame, out _))
        {
            return null;
        }

        nint host = _bus.TranslatePage(frame, MemoryAccess.Execute);
        if (host == 0)
        {
            return null;
        }

        if (known == null)
        {
            known = new CodeMapping();
            _mappings.Add(page, known);
        }

        (known.Frame, known.Host, known.Epoch) = (frame, host, _epoch);
        return known;
    }

    private ulong FrameOf(ulong page) => _space.IsIdentity ? page : MappingOf(page)?.Frame ?? page;

    private Block* Known(ulong rip)
    {
        ulong page = rip & PageMask;
        if (!_blocks.TryGetValue(new BlockKey(rip, FrameOf(page), _mode), out nint found))
        {
            return null;
        }

        Block* block = (Block*)found;
        if (block->Count == 0)
        {
            return block;
        }

        if (MappingOf(page) == null)
        {
            throw FetchFault(rip);
        }

        ulong last = (block->End - 1) & PageMask;
        if (last == page || MappingOf(last)?.Frame == block->LastFrame)
        {
            return block;
        }

        Remove(block);
        Unlink();
        return null;
    }

    private void Keep(Block* block)
    {
        ulong page = block->Rip & PageMask;
        block->Frame = FrameOf(page);
        block->LastFrame = block->Frame;
        _blocks[new BlockKey(block->Rip, block->Frame, block->Mode)] = (nint)block;
        if (block->Count == 0)
        {
            return;
        }

        CoverPage(block->Frame, MappingOf(page)!.Host, block);
        ulong last = (block->End - 1) & PageMask;
        if (last != page)
        {
            block->LastFrame = FrameOf(last);
            CoverPage(block->LastFrame, MappingOf(last)!.Host, block);
        }
    }

    private void CoverPage(ulong frame, nint host, Block* block)
    {
        if (!_pages.TryGetValue(frame, out CodePage? known))
        {
            known = new CodePage();
            _pages.Add(frame, known);
        }

        if (known.Blocks.Count == 0)
        {
            _memory.ForbidFastWrites(frame, host);
        }

        known.Blocks.Add((nint)block);
        known.Covered |= block->BitsIn(frame);
    }

    private void DropIn(ulong page, ulong address, ulong length)
    {
        if (!_pages.TryGetValue(page, out CodePage? known)
            || (known.Covered & CodePage.Bits(page, address, address + length)) == 0)
        {
            return;
        }

        List<nint> hit = known.Blocks.FindAll(block => ((Block*)block)->Overlaps(page, address, length));
        foreach (nint block in hit)
        {
            Remove((Block*)block);
        }

        if (hit.Count > 0)
        {
            Unlink();
        }
    }

    private void Remove(Block* block)
    {
        Regions?.Drop(block);
        _blocks.Remove(new BlockKey(block->Rip, block->Frame, block->Mode));
        RemoveFrom(block->Frame, block);
        RemoveFrom(block->LastFrame, block);
        block->Taken = null;
        block->Next = null;
        if (*(Block**)(_state + Slot.Block) == block)
        {
            LeaveAfterCurrent(block, *(MicroOp**)(_state + Slot.Operation));
        }
    }

    private void RemoveFrom(ulong page, Block* block)
    {
        if (!_pages.TryGetValue(page, out CodePage? known))
        {
            return;
        }

        known.Blocks.Remove((nint)block);
        known.Covered = 0;
        foreach (nint other in known.Blocks)
        {
            known.Covered |= ((Block*)other)->BitsIn(page);
        }

        if (known.Blocks.Count == 0)
        {
            _pages.Remove(page);
        }
    }

    /// <summary>The block that runs was dropped: its next instruction becomes a way out.</summary>
    private void LeaveAfterCurrent(Block* block, MicroOp* current)
    {
        int instruction = block->InstructionAt(current);
        MicroOp* end = block->Operations + block->OperationCount;
        for (MicroOp* later = current + 1; later < end; later++)
        {
            if (block->InstructionAt(later) != instruction)
            {
                *later = new MicroOp
                {
                    Code = MicroCode.Leave,
                    Handler = _builder.Handlers.Of(MicroCode.Leave),
                    Immediate = block->Rip + block->OffsetOf[instruction + 1],
                    Displacement = (ulong)(block->Count - instruction - 1),
                };
                return;
            }

            // What is left of the instruction must not be joined with what comes after it.
            later->Handler = _builder.Handlers.Of(later->Code);
        }
    }

    private void Unlink()
    {
        // Blocks that were dropped since are among them: their memory stays until all are.
        foreach (nint found in _linked)
        {
            Block* block = (Block*)found;
            block->Taken = null;
            block->Next = null;
        }

        _linked.Clear();
        new Span<nint>(Targets, TargetEntries).Clear();
    }

    /// <summary>Forgets every block.</summary>
    public void DropAll()
    {
        Regions?.Clear();
        _blocks.Clear();
        _pages.Clear();
        _mappings.Clear();
        _linked.Clear();
        Operations.Clear();
        _arena.Clear();
        new Span<nint>(Targets, TargetEntries).Clear();
        _generation++;
    }
}
