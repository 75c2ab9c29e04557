using System.Reflection.Emit;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Regions;

/// <summary>
/// Makes host code of a region. The state is as the guest sees it wherever the code is left: at a memory access that the page
/// translations do not answer, at an instruction that has no form here, at the end of the budget, at an edge that leads out. The
/// interpreter goes on from there, so that nothing in here faults, links or drops code.
/// </summary>
internal sealed unsafe partial class RegionCompiler
{
    private const int NoEntry = -1;

    private readonly RegionPlan _plan;
    private readonly IlWriter _il;
    private readonly RegisterLocals _registers;
    private readonly LocalBuilder _remaining;
    private readonly LocalBuilder _version;
    private readonly LocalBuilder _leftAt;
    private readonly LocalBuilder _flagA;
    private readonly LocalBuilder _flagB;
    private readonly LocalBuilder _address;
    private readonly LocalBuilder _entry;
    private readonly LocalBuilder _value;
    private readonly LocalBuilder _shifted;
    private readonly LocalBuilder _leftBlock;
    private readonly Label _leave;
    private readonly HashSet<RegionBlock> _heads;
    private readonly Dictionary<RegionBlock, Label> _starts = [];
    private readonly List<Action> _asides = [];
    private readonly Stack<Branch> _branches = [];
    private RegionBlock _block = null!;
    private Chain _chain;
    private Chain _bottom;
    private int _at;

    // Instructions of the current block and those before it in its tree, which are not taken off the budget yet.
    private int _counted;

    // How the flags that the state does not hold follow from locals.
    private KeptFlags _flags;

    private RegionCompiler(RegionPlan plan, IlWriter il)
    {
        _plan = plan;
        _il = il;
        _registers = new RegisterLocals(il);
        _remaining = il.DeclareLocal(typeof(long));
        _version = il.DeclareLocal(typeof(int));
        _leftAt = il.DeclareLocal(typeof(MicroOp*));
        _flagA = il.DeclareLocal(typeof(ulong));
        _flagB = il.DeclareLocal(typeof(ulong));
        _address = il.DeclareLocal(typeof(ulong));
        _entry = il.DeclareLocal(typeof(byte*));
        _value = il.DeclareLocal(typeof(ulong));
        _shifted = il.DeclareLocal(typeof(ulong));
        _leftBlock = il.DeclareLocal(typeof(Block*));
        _leave = il.DefineLabel();
        _heads = [.. plan.Heads];
    }

    private ref readonly MicroOp Current => ref _block.Operations[_at];

    /// <summary>Makes the host code of a plan, or of as much of it as the run-time compiler optimises.</summary>
    public static RegionCode Compile(ref RegionPlan plan, Interpreter self)
    {
        for (;;)
        {
            DynamicMethod method = NewMethod();
            var il = new IlWriter(method.GetILGenerator(16384));
            new RegionCompiler(plan, il).Emit();
            if (il.IsSmall || plan.Blocks.Length == 1)
            {
                // The first call compiles: one that does nothing.
                RegionCode code = method.CreateDelegate<RegionCode>(self);
                code(null, NoEntry);
                return code;
            }

            plan = plan.Smaller();
        }
    }

    /// <summary>Makes host code that does nothing: the first method of this kind takes long.</summary>
    public static void Prepare()
    {
        DynamicMethod method = NewMethod();
        var il = new IlWriter(method.GetILGenerator());
        il.EmitPointer(null);
        il.Emit(OpCodes.Ret);
        method.CreateDelegate<RegionCode>(null)(null, NoEntry);
    }

    private static DynamicMethod NewMethod() =>
        new("Region", typeof(MicroOp*), [typeof(Interpreter), typeof(byte*), typeof(int)], typeof(RegionCompiler).Module, skipVisibility: true)
        {
            InitLocals = false,
        };

    private void Emit()
    {
        // Which registers the entries must load is known at the end.
        Label entries = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg_2);
        _il.EmitInt(NoEntry);
        _il.Emit(OpCodes.Bne_Un, entries);
        _il.EmitPointer(null);
        _il.Emit(OpCodes.Ret);
        foreach (RegionBlock block in _plan.Blocks)
        {
            _starts.Add(block, _il.DefineLabel());
        }

        foreach (RegionBlock head in _plan.Heads)
        {
            EmitTree(head);
        }

        for (int i = 0; i < _asides.Count; i++)
        {
            _asides[i]();
        }

        EmitLeaving();
        _il.MarkLabel(entries);
        EmitEntries();
    }

    private void EmitEntries()
    {
        EmitState(Slot.CodeVersion);
        _il.Emit(OpCodes.Stloc, _version);
        EmitReloads();
        RegionBlock[] entries = _plan.Heads;
        Label[] ways = [.. entries.Select(_ => _il.DefineLabel())];
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Switch, ways);
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            // Its first block has been counted, and is counted in the region again.
            _il.MarkLabel(ways[i]);
            EmitCount(OpCodes.Add, entries[i].Count);
            _il.Emit(OpCodes.Br, _starts[entries[i]]);
        }
    }

    private void EmitReloads()
    {
        EmitState(Slot.Remaining);
        _il.Emit(OpCodes.Stloc, _remaining);
        _registers.EmitLoads();
    }

    private void EmitCount(OpCode operation, int count)
    {
        _il.Emit(OpCodes.Ldloc, _remaining);
        _il.EmitConstant((ulong)count);
        _il.Emit(operation);
        _il.Emit(OpCodes.Stloc, _remaining);
    }

    /// <summary>A head and the blocks that follow it alone, or each other: what locals hold of the state is known throughout.</summary>
    private void EmitTree(RegionBlock head)
    {
        _branches.Push(new Branch(head, default, 0, 0, default));
        while (_branches.TryPop(out Branch branch))
        {
            _flags = branch.Flags;
            _registers.Unstored = branch.Unstored;
            _registers.Widths = branch.Widths;
            _counted = branch.Counted + branch.Block.Count;
            EmitBlock(branch.Block);
        }
    }

    private void EmitBlock(RegionBlock block)
    {
        _block = block;
        _bottom = _chain = EmitLeave(block, _counted);
        bool left = false;
        _il.MarkLabel(_starts[block]);
        for (_at = 0; _at < block.Operations.Length && !left; _at++)
        {
            if (_at > 0 && block.InstructionOf[_at] != block.InstructionOf[_at - 1])
            {
                _registers.ForgetTemporaries();
            }

            left = !EmitOperation();
        }
    }

    /// <summary>The common end of all ways out of a block: the micro-operation to go on with is in a local.</summary>
    private Chain EmitLeave(RegionBlock block, int counted)
    {
        Label label = _il.DefineLabel();
        _asides.Add(() =>
        {
            _il.MarkLabel(label);
            EmitCount(OpCodes.Sub, counted);
            _il.EmitPointer(block.Source);
            _il.Emit(OpCodes.Stloc, _leftBlock);
            _il.Emit(OpCodes.Br, _leave);
        });
        return new Chain(label, 0);
    }

    private void EmitLeaving()
    {
        _il.MarkLabel(_leave);
        EmitStateStore(Slot.Remaining, () => _il.Emit(OpCodes.Ldloc, _remaining));
        EmitStateStore(Slot.Block, () => _il.Emit(OpCodes.Ldloc, _leftBlock));
        _il.Emit(OpCodes.Ldloc, _leftAt);
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>A way out before a micro-operation of the current block, of which nothing was done.</summary>
    /// <remarks>Ways out of a block share their stores: a later one stores what came since, and goes on with the earlier one's.</remarks>
    private Label WayOut(int operation)
    {
        Label label = _il.DefineLabel();
        RegionBlock block = _block;
        KeptFlags flags = _flags;
        uint temporaries = _registers.Unstored & ~RegisterLocals.Registers;
        uint unstored = _registers.Unstored & RegisterLocals.Registers;
        Chain before = _chain;
        if ((before.Stored & ~unstored) != 0)
        {
            // The block has stored some meanwhile.
            before = _bottom;
        }

        Label stores = before.Stored == unstored ? before.Label : _il.DefineLabel();
        _chain = new Chain(stores, unstored);
        _asides.Add(() =>
        {
            _il.MarkLabel(label);
            _il.EmitPointer(block.At(operation));
            _il.Emit(OpCodes.Stloc, _leftAt);
            EmitFlagStores(flags);
            _registers.EmitStores(temporaries);
            if (before.Stored != unstored)
            {
                _il.MarkLabel(stores);
                _registers.EmitStores(unstored & ~before.Stored);
            }

            _il.Emit(OpCodes.Br, before.Label);
        });
        return label;
    }

    private Label WayOut() => WayOut(_at);

    private void EmitFlagStores(KeptFlags flags)
    {
        if (flags.Kind == FlagKind.Explicit)
        {
            return;
        }

        EmitStateStore(Slot.FlagA, () => _il.Emit(OpCodes.Ldloc, _flagA));
        if (!flags.Is(FlagKind.Logic8))
        {
            EmitStateStore(Slot.FlagB, () => EmitFlagB(flags));
        }

        EmitStateStore(Slot.FlagKind, () => _il.EmitInt(flags.Kind));
    }

    /// <summary>Brings the flags of the state up to date.</summary>
    private void StoreFlags()
    {
        EmitFlagStores(_flags);
        _flags = default;
    }

    private void EmitState(int slot)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldfld, StateLayout.At(slot));
    }

    private void EmitStateStore(int slot, Action value)
    {
        _il.Emit(OpCodes.Ldarg_1);
        value();
        _il.Emit(OpCodes.Stfld, StateLayout.At(slot));
    }

    /// <summary>A block to be emitted after the one that it follows, and what is known where that ends.</summary>
    private readonly record struct Branch(RegionBlock Block, KeptFlags Flags, uint Unstored, int Counted, RegisterWidths Widths);

    /// <summary>Code on a way out that stores some registers and leaves the block.</summary>
    private readonly record struct Chain(Label Label, uint Stored);

    /// <summary>
    /// Flags that are kept in locals: the kind, as the state would name it (Explicit: nothing is kept), and for those of a shift what
    /// was done to the value in <see cref="_shifted"/>, because nearly nobody asks for the bit that was shifted out.
    /// </summary>
    private readonly record struct KeptFlags(byte Kind, Type? Shift = null, int Count = 0)
    {
        public int Bits => 8 << ((Kind - 1) & 3);

        public bool IsKept => Kind != FlagKind.Explicit;

        /// <summary>Whether they are of a kind, of any size.</summary>
        public bool Is(byte first) => Kind >= first && Kind < first + 4;
    }
}
