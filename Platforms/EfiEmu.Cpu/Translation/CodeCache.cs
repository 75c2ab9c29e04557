using System.Runtime.InteropServices;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Handlers;
using EfiEmu.Cpu.Operations;

namespace EfiEmu.Cpu.Translation;

/// <summary>The decoded blocks: found by address, linked to each other, dropped when their bytes change.</summary>
internal sealed unsafe class CodeCache : IDisposable
{
    // A guest that rewrites its code without end must not eat the host: beyond this all blocks are dropped at once.
    private const long ArenaLimit = 128L << 20;
    private const int TargetEntries = 4096;
    private const ulong PageMask = ~0xFFFul;

    private readonly byte* _state;
    private readonly IProcessorBus _bus;
    private readonly GuestMemory _memory;
    private readonly BlockBuilder _builder;
    private readonly CodeArena _arena = new();
    private readonly Dictionary<ulong, nint> _blocks = [];
    private readonly Dictionary<ulong, CodePage> _pages = [];
    private int _epoch = 1;
    private int _generation;

    public CodeCache(byte* state, IProcessorBus bus, GuestMemory memory, SlowOperations operations)
    {
        _state = state;
        _bus = bus;
        _memory = memory;
        _builder = new BlockBuilder(bus, this, _arena, operations);
        Targets = (Block**)NativeMemory.AllocZeroed(TargetEntries, (nuint)sizeof(Block*));
        Operations = operations;
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

    public void Dispose()
    {
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
            block = _builder.Build(rip);
            _blocks[rip] = (nint)block;
            Cover(block);
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
        }

        return to;
    }

    /// <summary>Page permissions may have changed: each page is asked about again before its blocks run again.</summary>
    public void Recheck()
    {
        _epoch++;
        Unlink();
    }

    public bool HoldsCode(ulong page) => _pages.TryGetValue(page, out CodePage? found) && found.Blocks.Count > 0;

    /// <summary>The host address of a page that may be executed, or 0.</summary>
    public nint HostForExecute(ulong page)
    {
        if (_pages.TryGetValue(page, out CodePage? known) && known.Epoch == _epoch)
        {
            return known.Host;
        }

        nint host = GuestMemory.IsCanonical(page) ? _bus.TranslatePage(page, MemoryAccess.Execute) : 0;
        if (host != 0 && known != null)
        {
            known.Host = host;
            known.Epoch = _epoch;
        }

        return host;
    }

    /// <summary>A store by the guest, or by the host on its behalf.</summary>
    public void OnWrite(ulong address, ulong length)
    {
        ulong first = address & PageMask;
        ulong last = (address + length - 1) & PageMask;
        DropIn(first, address, length);
        if (last != first)
        {
            DropIn(last, address, length);
        }
    }

    /// <summary>Forgets the blocks in a range of any size.</summary>
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

    private Block* Known(ulong rip)
    {
        if (!_blocks.TryGetValue(rip, out nint found))
        {
            return null;
        }

        Block* block = (Block*)found;
        if (block->Count == 0)
        {
            return block;
        }

        if (HostForExecute(rip & PageMask) == 0)
        {
            throw GuestStopException.PageFault(rip, MemoryAccess.Execute);
        }

        if (HostForExecute((block->End - 1) & PageMask) != 0)
        {
            return block;
        }

        Remove(block);
        Unlink();
        return null;
    }

    private void Cover(Block* block)
    {
        if (block->Count == 0)
        {
            return;
        }

        ulong first = block->Rip & PageMask;
        ulong last = (block->End - 1) & PageMask;
        CoverPage(first, block);
        if (last != first)
        {
            CoverPage(last, block);
        }
    }

    private void CoverPage(ulong page, Block* block)
    {
        nint host = HostForExecute(page);
        if (!_pages.TryGetValue(page, out CodePage? known))
        {
            known = new CodePage { Host = host, Epoch = _epoch };
            _pages.Add(page, known);
        }

        if (known.Blocks.Count == 0)
        {
            _memory.ForbidFastWrites(page);
        }

        known.Blocks.Add((nint)block);
        known.Covered |= CodePage.Bits(page, block->Rip, block->End);
    }

    private void DropIn(ulong page, ulong address, ulong length)
    {
        if (!_pages.TryGetValue(page, out CodePage? known)
            || (known.Covered & CodePage.Bits(page, address, address + length)) == 0)
        {
            return;
        }

        List<nint> hit = known.Blocks.FindAll(block => ((Block*)block)->Overlaps(address, length));
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
        _blocks.Remove(block->Rip);
        RemoveFrom(block->Rip & PageMask, block);
        RemoveFrom((block->End - 1) & PageMask, block);
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
            known.Covered |= CodePage.Bits(page, ((Block*)other)->Rip, ((Block*)other)->End);
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
        foreach (nint found in _blocks.Values)
        {
            Block* block = (Block*)found;
            block->Taken = null;
            block->Next = null;
        }

        new Span<nint>(Targets, TargetEntries).Clear();
    }

    /// <summary>Forgets every block.</summary>
    public void DropAll()
    {
        _blocks.Clear();
        _pages.Clear();
        Operations.Clear();
        _arena.Clear();
        new Span<nint>(Targets, TargetEntries).Clear();
        _generation++;
    }
}
