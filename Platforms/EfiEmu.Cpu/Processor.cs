using System.Runtime.Intrinsics;
using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Protection;
using Iced.Intel;

namespace EfiEmu.Cpu;

/// <summary>
/// An x86-64 processor at privilege level 0: in 64-bit mode, in 32-bit compatibility mode, both with 4-level paging, and in 32-bit
/// protected mode without paging.
/// </summary>
/// <remarks>
/// It starts as boot services run: under firmware's identity map, and without an interrupt table in memory, so that an exception
/// ends the run. Once the guest has loaded an interrupt table of its own, exceptions go there. Differs from the hardware: there are no
/// external interrupts. What it does not execute ends the run as <see cref="ProcessorExitKind.NotModelled"/>. Not safe for use by
/// several threads at a time.
/// </remarks>
/// <param name="bus">Memory and everything else outside the processor.</param>
/// <param name="tier">How it executes; nothing that a guest sees depends on it.</param>
public sealed class Processor(IProcessorBus bus, ProcessorTier tier = ProcessorTier.Translator) : IDisposable
{
    private readonly Core _core = new(bus, tier);
    private bool _disposed;

    /// <summary>The bus that it was made with.</summary>
    public IProcessorBus Bus => _core.Bus;

    /// <summary>A general-purpose register.</summary>
    public ulong this[Register register]
    {
        get => _core.Gpr((int)register * 8);
        set => _core.Gpr((int)register * 8) = value;
    }

    /// <summary>The instruction pointer.</summary>
    public ulong Rip
    {
        get => _core.Rip;
        set => _core.Rip = value;
    }

    /// <summary>Whether it runs 64-bit code; else it is code of 32 bits.</summary>
    public bool IsCodeLong => _core.Mode == CodeMode.Long;

    /// <summary>RFLAGS, with the lazily kept arithmetic flags resolved. Reserved bits keep their fixed values.</summary>
    public ulong Rflags
    {
        get => _core.Rflags;
        set => _core.Rflags = value;
    }

    /// <summary>Instructions retired since the start; a repeated string instruction counts as one.</summary>
    public ulong InstructionsRetired
    {
        get => _core.RetiredBeforeCurrent;
        set => _core.Retired = value;
    }

    /// <summary>The instructions that it has, at first all; not while it runs. CPUID is the bus's to answer alike.</summary>
    public InstructionFeatures Features
    {
        get => _core.Code.Features;
        set => _core.Code.Features = value;
    }

    /// <summary>Page faults that handlers of the guest's own were started for.</summary>
    public ulong PageFaultsDelivered => _core.System.PageFaults;

    /// <summary>
    /// CR3. Whoever sets it here says that the tables there map memory one to one: they are not read as long as the register names
    /// them, until <see cref="IdentityTablesWritten"/>. What the guest loads is read from memory.
    /// </summary>
    public ulong Cr3
    {
        get => _core.System.Cr3;
        set
        {
            _core.System.Cr3 = value;
            _core.System.IdentityTables = value;
            _core.System.IdentityTablesWritten = false;
            _core.Space.Flush();
        }
    }

    /// <summary>MXCSR.</summary>
    public uint Mxcsr
    {
        get => _core.System.Mxcsr;
        set => _core.System.Mxcsr = value;
    }

    /// <summary>Keeps the x87 and MMX state, for code that runs between two instructions of the guest.</summary>
    public FloatState SaveFloat() => new(_core.System.Float.Copy());

    /// <summary>Puts the x87 and MMX state back; the same state may be put back any number of times.</summary>
    public void RestoreFloat(FloatState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _core.System.Float = state.Unit.Copy();
    }

    /// <summary>The base address of FS (MSR 0xC0000100).</summary>
    public ulong FsBase
    {
        get => _core.Gpr(Slot.FsBase);
        set => _core.Gpr(Slot.FsBase) = value;
    }

    /// <summary>The base address of GS (MSR 0xC0000101).</summary>
    public ulong GsBase
    {
        get => _core.Gpr(Slot.GsBase);
        set => _core.Gpr(Slot.GsBase) = value;
    }

    /// <summary>XMM0 to XMM15.</summary>
    public Vector128<byte> GetXmm(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, 15u, nameof(index));
        return _core.Xmm(index);
    }

    /// <summary>Sets XMM0 to XMM15.</summary>
    public void SetXmm(int index, Vector128<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, 15u, nameof(index));
        _core.SetXmm(index, value);
    }

    /// <summary>Runs until something stops it, at most about <paramref name="maximumInstructions"/> instructions.</summary>
    /// <remarks>The budget is exact at block ends: a run may overshoot by less than one basic block, always by the same amount.</remarks>
    public ProcessorExit Run(ulong maximumInstructions)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _core.Run(maximumInstructions);
    }

    /// <summary>Forgets every kept page translation; called when a page may no longer be touched as before.</summary>
    public void FlushTranslations()
    {
        _core.Space.ForgetHost();
        _core.Memory.Flush();
        _core.Code.Recheck();
    }

    /// <summary>Someone wrote to the tables that <see cref="Cr3"/> was set to: from now on they are read. May be called at any time.</summary>
    public void IdentityTablesWritten() => _core.Space.LeaveIdentity();

    /// <summary>The physical address behind a linear one, as the page tables stand; false where they have none. Changes nothing.</summary>
    public bool TryTranslate(ulong linear, out ulong physical) => _core.Space.TryPeek(linear, out physical);

    /// <summary>Keeps the registers; not while the processor runs.</summary>
    public ProcessorState Save() => _core.Save();

    /// <summary>Puts the registers back. Translations and decoded code stay: the caller knows what became of memory.</summary>
    public void Restore(ProcessorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _core.Restore(state);
    }

    /// <summary>Forgets all decoded code; called when addresses cease to be gates. Not while the processor runs.</summary>
    public void ForgetCode() => _core.Code.DropAll();

    /// <summary>Forgets code decoded from a range of physical memory; called when the host writes guest memory.</summary>
    public void InvalidateCode(ulong address, ulong length)
    {
        if (length != 0)
        {
            _core.Code.Invalidate(address, length);
        }
    }

    /// <summary>The first instruction of some bytes of 64-bit code as text, for reports; "(bad)" when they are none.</summary>
    public static string Disassemble(ReadOnlySpan<byte> bytes, ulong rip)
    {
        Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes.ToArray()));
        decoder.IP = rip;
        decoder.Decode(out Instruction instruction);
        return InstructionText.Of(in instruction);
    }

    /// <summary>Compiles, beside whatever else the process does, what every processor will need: the first one starts sooner then.</summary>
    public static void Prepare(CancellationToken cancellation)
    {
        Regions.RegionCompiler.Prepare();
        Handlers.HandlerSet.Prepare(cancellation);
    }

    /// <summary>Gives back the native memory; the processor cannot run after it.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _core.Dispose();
        }
    }
}
