using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>A machine at power-on: a processor, memory as its layout says, a clock at 0, a platform.</summary>
/// <remarks>
/// Where the platform requires acceptance, no page is accepted yet, below 4 GiB neither: firmware accepts what its layout
/// calls system memory with <see cref="AcceptMemory"/> before it touches any of it.
/// </remarks>
public sealed class Machine : IDisposable
{
    private readonly Processor _processor;
    private readonly MachineBus _bus;
    private readonly ProcessorModel _model;
    private readonly RamMap _ram;
    private readonly GuestMemory _memory;
    private readonly AcceptanceLedger _ledger;
    private readonly InstructionReader _reader;
    private readonly IPlatformInstructions _instructions;
    private readonly SeededRandom _entropy;
    private bool _hasCheckpoint;

    /// <summary>Switches a machine on.</summary>
    public Machine(IPlatform platform, MemoryLayout layout, MachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        Platform = platform;
        Layout = layout;
        var ram = new RamMap(layout);
        _ram = ram;
        var states = new PageStates(platform.RequiresAcceptance ? PageState.Unaccepted : PageState.Private);
        _memory = new GuestMemory(ram, states, options.TouchedMemoryBudgetBytes);
        Clock = new VirtualClock(() => InstructionsRetired);
        _model = options.Processor;
        _bus = new MachineBus(_memory, Clock, options.Seed, platform.PageAttributes) { Processor = _model };
        _processor = new Processor(_bus, (ProcessorTier)options.Tier) { Features = options.Processor.Instructions };
        _ledger = new AcceptanceLedger(states, platform.AcceptanceCosts, Clock, layout.RamBytes)
        {
            PagesWithdrawn = _processor.FlushTranslations,
        };
        _memory.CodeChanged = _processor.InvalidateCode;
        _reader = new InstructionReader(_memory, _processor);
        _instructions = platform.PowerOn(new PlatformHost(this, ram));
        _bus.Platform = _instructions;
        _entropy = new SeededRandom(options.Seed, SeededRandom.ProtocolStream);
        ControlRegisters = PowerOnControlRegisters(ram);
        _processor.Cr3 = ControlRegisters.Cr3;
        _memory.Tables = IdentityTables.At(layout, ControlRegisters.Cr3, ram.Ranges.Select(range => range.End).LastOrDefault(), platform.PageAttributes);
        _memory.TablesWritten = _processor.IdentityTablesWritten;
    }

    /// <summary>
    /// Has what every machine needs compiled on another thread, for a process that is about to make its first machine. Costs a tenth of a
    /// second of that thread; nothing depends on it.
    /// </summary>
    public static void Prepare(CancellationToken cancellation = default) =>
        ThreadPool.UnsafeQueueUserWorkItem(static token => Processor.Prepare(token), cancellation, preferLocal: false);

    /// <summary>The platform.</summary>
    public IPlatform Platform { get; }

    /// <summary>The layout that the machine was made with.</summary>
    public MemoryLayout Layout { get; }

    /// <summary>Guest memory. Writing to firmware's own code is refused here as it is to the guest.</summary>
    /// <remarks>Throws <see cref="TouchedMemoryBudgetException"/> when a touch exceeds the budget.</remarks>
    public IGuestMemory Memory => _memory;

    /// <summary>The machine's time.</summary>
    public VirtualClock Clock { get; }

    /// <summary>Random numbers for firmware's protocols; RDRAND has a stream of its own.</summary>
    public IEntropySource Entropy => _entropy;

    /// <summary>The control registers.</summary>
    public ControlRegisters ControlRegisters { get; }

    /// <summary>The instruction pointer.</summary>
    public GuestAddress Rip
    {
        get => new(_processor.Rip);
        set => _processor.Rip = value.Value;
    }

    /// <summary>Whether 64-bit code runs; else it is code of 32 bits.</summary>
    public bool IsCodeLong => _processor.IsCodeLong;

    /// <summary>RFLAGS.</summary>
    public ulong Rflags
    {
        get => _processor.Rflags;
        set => _processor.Rflags = value;
    }

    /// <summary>Guest instructions retired since power-on.</summary>
    public ulong InstructionsRetired => _processor.InstructionsRetired;

    /// <summary>Page faults that handlers of the guest's own were started for.</summary>
    public ulong PageFaultsDelivered => _processor.PageFaultsDelivered;

    /// <summary>Guest memory that the host holds, in bytes.</summary>
    public ulong BytesTouched => _memory.BytesTouched;

    /// <summary>Where that memory lies, ascending, in pieces of 64 KiB.</summary>
    internal IReadOnlyList<MemoryRange> Touched => _memory.Touched;

    /// <summary>Where there is RAM, ascending.</summary>
    internal IReadOnlyList<MemoryRange> Ram => _ram.Ranges;

    /// <summary>Where the RAM stands: who accepted how much.</summary>
    public AcceptanceAccount Acceptance => _ledger.Account;

    /// <summary>A general-purpose register.</summary>
    public ulong this[GuestRegister register]
    {
        get => _processor[(Register)register];
        set => _processor[(Register)register] = value;
    }

    /// <summary>The vector registers, for code that runs between two instructions of the guest.</summary>
    public VectorState SaveVectors() => VectorState.Of(_processor);

    /// <summary>Puts the vector registers back.</summary>
    public void RestoreVectors(VectorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.ApplyTo(_processor);
    }

    /// <summary>Runs guest code until something stops it, at most about so many instructions.</summary>
    /// <exception cref="TouchedMemoryBudgetException">The guest touched more memory than its budget.</exception>
    public MachineExit Run(ulong maximumInstructions)
    {
        ulong start = InstructionsRetired;
        ulong end = maximumInstructions > ulong.MaxValue - start ? ulong.MaxValue : start + maximumInstructions;
        while (InstructionsRetired < end)
        {
            ProcessorExit exit = _processor.Run(end - InstructionsRetired);
            if (_memory.IsBudgetSpent)
            {
                throw _memory.BudgetException;
            }

            if (exit is { Kind: ProcessorExitKind.Fault, Access: MemoryAccess.Execute, IsRefusal: true } && _bus.IsOutsideCode(exit.Address))
            {
                return new MachineExit(MachineExitKind.LeftCode, new GuestAddress(exit.Address), string.Empty);
            }

            if (exit.Kind == ProcessorExitKind.Gate && !_processor.IsCodeLong)
            {
                return new MachineExit(MachineExitKind.NotModelled, Rip, "call of firmware from 32-bit code");
            }

            // Firmware finds a caller's arguments by their physical addresses.
            if (exit.Kind == ProcessorExitKind.Gate
                && !(_processor.TryTranslate(_processor[Register.Rsp], out ulong stack) && stack == _processor[Register.Rsp]))
            {
                return new MachineExit(MachineExitKind.NotModelled, Rip, "call of firmware from a stack that is not mapped one to one");
            }

            if (exit.Kind != ProcessorExitKind.PlatformInstruction)
            {
                return MachineExits.From(exit, _processor.Rip, _memory);
            }

            PlatformOutcome outcome = _instructions.Execute(exit.Instruction);
            if (outcome.Kind != PlatformOutcomeKind.Completed)
            {
                return MachineExits.From(outcome, _processor.Rip);
            }

            _processor.Rip += (ulong)_reader.LengthAt(Rip);
            _processor.InstructionsRetired++;
        }

        return new MachineExit(MachineExitKind.BudgetExhausted, Rip, string.Empty);
    }

    /// <summary>Makes a range gates: reaching a multiple of 16 in it stops the guest, writing to it is a fault.</summary>
    /// <param name="range">Whole pages of RAM.</param>
    /// <exception cref="ArgumentException">The range is not whole pages of RAM.</exception>
    public void AddGates(MemoryRange range)
    {
        _memory.ProtectFirmwareCode(range);
        _bus.AddGates(range);
        _processor.FlushTranslations();
        _processor.InvalidateCode(range.Start, range.Length);
    }

    /// <summary>Confines execution to ranges of whole pages, and gates: a jump elsewhere stops the guest there.</summary>
    public void ConfineExecution(IReadOnlyList<MemoryRange> code)
    {
        _bus.ConfineExecution(code);
        _processor.FlushTranslations();
    }

    /// <summary>Puts what the platform's launch leaves in memory into pages that firmware has accepted by now.</summary>
    public void WriteLaunchPages()
    {
        foreach ((ulong address, ReadOnlyMemory<byte> contents) in Platform.LaunchPagesFor(_model))
        {
            Memory.Write(new GuestAddress(address), contents.Span);
        }
    }

    /// <summary>Whether reaching an address stops the guest.</summary>
    public bool IsGate(GuestAddress address) => _bus.IsGate(address.Value);

    /// <summary>Makes a range firmware's own code: guests may read and run it; a write by them, or through <see cref="Memory"/>, is a fault.</summary>
    /// <param name="range">Whole pages of RAM.</param>
    /// <exception cref="ArgumentException">The range is not whole pages of RAM.</exception>
    public void ProtectFirmwareCode(MemoryRange range)
    {
        _memory.ProtectFirmwareCode(range);
        _processor.FlushTranslations();
    }

    /// <summary>Writes as firmware itself does, who may change its own code.</summary>
    /// <exception cref="GuestMemoryFaultException">There is no accepted RAM.</exception>
    public void WriteFirmwareCode(GuestAddress address, ReadOnlySpan<byte> source) => _memory.WriteAsFirmware(address, source);

    /// <summary>Accepts every unaccepted page of a range with operations as large as alignment allows; takes virtual time.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="bytes">Length; 0 is a success that does nothing.</param>
    /// <param name="acceptor">On whose behalf.</param>
    /// <returns>
    /// SUCCESS, also where every page was accepted before or the platform has no acceptance; INVALID_PARAMETER when start or
    /// length is not a multiple of 4 KiB; DEVICE_ERROR, and nothing accepted, when a page is not RAM or is shared.
    /// </returns>
    public EfiStatus AcceptMemory(GuestAddress start, ulong bytes, MemoryAcceptor acceptor)
    {
        if (!start.IsPageAligned || bytes % GuestAddress.PageSize != 0)
        {
            return EfiStatus.InvalidParameter;
        }

        if (bytes == 0)
        {
            return EfiStatus.Success;
        }

        // A range is RAM only where all of it lies between two holes, so a length that wraps is refused with the rest.
        var range = new MemoryRange(start.Value, bytes);
        if (!_memory.IsRam(range))
        {
            return EfiStatus.DeviceError;
        }

        return _ledger.Apply(PageTransition.Accept, range, acceptor).IsLegal ? EfiStatus.Success : EfiStatus.DeviceError;
    }

    /// <summary>The first page of a range that is accepted already; null where none is.</summary>
    public GuestAddress? FirstAccepted(GuestAddress start, ulong bytes) =>
        bytes == 0 || start.Value + bytes < start.Value
            ? null
            : _ledger.States.Runs(new MemoryRange(start.Value, bytes)).Where(run => run.State == PageState.Private)
                .Select(run => (GuestAddress?)new GuestAddress(run.Range.Start)).FirstOrDefault();

    /// <summary>Keeps the machine as it stands: registers, memory, page states and their books, time, devices, random numbers.</summary>
    /// <remarks>Not while it runs. It costs little: memory is copied page by page when it is written.</remarks>
    /// <exception cref="InvalidOperationException">There is a checkpoint already that was not disposed of.</exception>
    public MachineCheckpoint Checkpoint()
    {
        if (_hasCheckpoint)
        {
            throw new InvalidOperationException("a machine has one checkpoint at a time");
        }

        _hasCheckpoint = true;
        (Action restoreMemory, Action releaseMemory) = _memory.Save();
        Action[] parts = [_ledger.Save(), Clock.Save(), _bus.Save(), _entropy.Save(), _instructions.Save()];
        ProcessorState processor = _processor.Save();
        int gates = _bus.GateRanges;
        _processor.FlushTranslations();
        return new MachineCheckpoint(Restore, Release);

        void Restore()
        {
            bool hasNewGates = _bus.GateRanges != gates;
            restoreMemory();
            Array.ForEach(parts, restore => restore());
            _processor.Restore(processor);
            _processor.FlushTranslations();
            if (hasNewGates)
            {
                _processor.ForgetCode();
            }
        }

        void Release()
        {
            releaseMemory();
            _hasCheckpoint = false;
        }
    }

    /// <summary>Takes what was accepted since the last call, by whomever, in order.</summary>
    public IReadOnlyList<AcceptanceRecord> DrainAcceptanceRecords() => _ledger.Drain();

    /// <summary>Who accepted the page that holds an address; null where nobody did, or where it is shared with the host.</summary>
    public MemoryAcceptor? AcceptorOf(GuestAddress address) => _ledger.AcceptorOf(address.Value);

    /// <summary>Why memory may not be touched, as a few words: RAM that nobody accepted.</summary>
    public static string Describe(MemoryFaultReason reason) => MachineExits.Describe(reason);

    /// <summary>Takes what the guest wrote to the serial port since the last call; one character per byte.</summary>
    public string DrainSerialText() => _bus.Ports.Serial.Drain();

    /// <summary>The instruction at an address, for a report. Never faults.</summary>
    public InstructionExcerpt DisassembleAt(GuestAddress address) => _reader.Read(address);

    /// <summary>Gives the guest's memory back to the host.</summary>
    public void Dispose()
    {
        _processor.Dispose();
        _memory.Dispose();
    }

    // Protected 64-bit mode with SSE on, as boot services run; the page tables where OVMF's core puts them.
    private static ControlRegisters PowerOnControlRegisters(RamMap ram)
    {
        const ulong FourGiB = 1UL << 32;
        const ulong TablesBelowTop = 0x3ff000;
        ulong lowTop = ram.Ranges.Where(range => range.End <= FourGiB).Select(range => range.End).DefaultIfEmpty(0UL).Max();
        return new ControlRegisters(0x80010033, lowTop > TablesBelowTop ? lowTop - TablesBelowTop : 0, 0x668);
    }

    private sealed class PlatformHost(Machine machine, RamMap ram) : IPlatformHost
    {
        public ulong Rflags
        {
            get => machine._processor.Rflags;
            set => machine._processor.Rflags = value;
        }

        public RamMap Ram => ram;

        public bool TryTranslate(ulong linear, out ulong physical) => machine._processor.TryTranslate(linear, out physical);

        public AcceptanceLedger Ledger => machine._ledger;

        public ulong this[Register register]
        {
            get => machine._processor[register];
            set => machine._processor[register] = value;
        }

        public ProcessorModel Processor => machine._model;

        public bool TryReadPort(ushort port, int bytes, out uint value) => machine._bus.TryReadPort(port, bytes, machine.InstructionsRetired, out value);

        public bool TryWritePort(ushort port, int bytes, uint value) => machine._bus.TryWritePort(port, bytes, machine.InstructionsRetired, value);
    }
}
