using EfiEmu.Cpu.Execution;
using EfiEmu.Cpu.Translation;

namespace EfiEmu.Cpu.Paging;

/// <summary>
/// From linear to guest-physical pages. While paging is off, and as long as CR3 names firmware's tables and nobody wrote to them, both
/// are the same and no table is read; from then on the guest's tables decide, through a cache that stands for the TLB.
/// </summary>
/// <remarks>
/// What the guest can see of caching is decided here alone: the faster tables of <see cref="GuestMemory"/> hold nothing that this
/// cache has lost, and may be forgotten at any time. Global pages are flushed with the others.
/// </remarks>
internal sealed class AddressSpace
{
    private const int Mappings = 4096;
    private const ulong PageMask = ~0xFFFul;
    private const ulong NoPage = 1;

    private readonly SystemState _system;
    private readonly Func<ulong> _flags;
    private readonly PageWalker _walker;
    private readonly Mapping[] _mappings = new Mapping[Mappings];
    private GuestMemory? _memory;
    private CodeCache? _code;
    private bool _isEmpty;

    public AddressSpace(IProcessorBus bus, SystemState system, Func<ulong> flags)
    {
        _system = system;
        _flags = flags;
        _walker = new PageWalker(bus, system);
        Forget();
    }

    /// <summary>Whether linear addresses are physical ones.</summary>
    public bool IsIdentity { get; private set; } = true;

    /// <summary>Whom lost mappings and writes into tables are told to.</summary>
    public void Attach(GuestMemory memory, CodeCache code)
    {
        _memory = memory;
        _code = code;
    }

    /// <summary>CR3, CR4, a bit of CR0 or EFER changed, or other registers were put in place: every mapping is asked for anew.</summary>
    public void Flush()
    {
        SystemRegisters registers = _system.Registers;
        IsIdentity = !registers.IsPaging || (!registers.IdentityTablesWritten && ((registers.Cr3 ^ registers.IdentityTables) & PageEntry.Address) == 0);
        Forget();
        _memory!.Flush();
        _code!.Recheck();
    }

    /// <summary>Someone wrote to firmware's tables: they are read from now on. Mappings in use stay, as they do in a TLB.</summary>
    public void LeaveIdentity()
    {
        _system.Registers.IdentityTablesWritten = true;
        IsIdentity = !_system.Registers.IsPaging;
    }

    /// <summary>The host's memory moved: where tables lie there is asked for anew.</summary>
    public void ForgetHost() => _walker.Forget();

    /// <summary>Whether a translation may be kept where no right is checked any more: not of a page that depends on RFLAGS.AC.</summary>
    public bool MayKeep(ulong address)
    {
        Mapping mapping = _mappings[IndexOf(address)];
        return IsIdentity || mapping.Page != (address & PageMask) || !Guards(mapping.Rights);
    }

    /// <summary>The physical page behind a linear address, for an access of the guest; sets A and D.</summary>
    /// <exception cref="GuestStopException">#PF; or the bus refuses a table.</exception>
    public ulong PageOf(ulong address, MemoryAccess access) =>
        TryPageOf(address, access, out ulong page, out ProcessorExit fault) ? page : throw new GuestStopException(fault);

    /// <summary>As <see cref="PageOf"/>, with the fault as a value.</summary>
    public bool TryPageOf(ulong address, MemoryAccess access, out ulong page, out ProcessorExit fault)
    {
        fault = default;
        page = address & PageMask;
        if (IsIdentity)
        {
            return true;
        }

        ref Mapping known = ref _mappings[IndexOf(address)];
        if (known.Page == page && Allows(known.Rights, access)
            && (access != MemoryAccess.Write || (known.Rights & PageRights.Dirty) != 0))
        {
            page = known.Frame;
            return true;
        }

        return TryWalk(address, access, ref known, out page, out fault);
    }

    /// <summary>Where an address leads as the tables stand, whoever may go there; changes nothing.</summary>
    public bool TryPeek(ulong address, out ulong physical)
    {
        physical = address;
        if (IsIdentity)
        {
            return true;
        }

        PageWalk walk = _walker.Walk(address);
        physical = walk.Frame | (address & ~PageMask);
        return GuestMemory.IsCanonical(address) && walk.End == PageWalkEnd.Page;
    }

    private static int IndexOf(ulong address) => (int)(address >> 12) & (Mappings - 1);

    private bool TryWalk(ulong address, MemoryAccess access, ref Mapping known, out ulong page, out ProcessorExit fault)
    {
        page = 0;
        PageWalk walk = _walker.Walk(address);
        if (walk.End == PageWalkEnd.Refused)
        {
            fault = GuestStopException.Refusal(TableOf(in walk), MemoryAccess.Read);
            return false;
        }

        if (walk.End != PageWalkEnd.Page || !Allows(walk.Rights, access))
        {
            // A fault drops what the TLB has of the page.
            Lose(ref known);
            fault = FaultOf(address, access, walk.End);
            return false;
        }

        if (!_walker.TryMark(ref walk, access == MemoryAccess.Write, WroteTable, out ulong refused))
        {
            fault = GuestStopException.Refusal(refused, MemoryAccess.Write);
            return false;
        }

        fault = default;
        page = walk.Frame;
        Lose(ref known);
        known = new Mapping(address & PageMask, walk.Frame, walk.Rights);
        _isEmpty = false;
        return true;
    }

    private static unsafe ulong TableOf(in PageWalk walk) => walk.At[walk.Level];

    // The writer is the processor itself, so that code in the page of a table is dropped as by any other store.
    private void WroteTable(ulong physical) => _code!.OnWrite(physical, 8);

    private void Lose(ref Mapping mapping)
    {
        if (mapping.Page != NoPage)
        {
            _memory!.Forget(mapping.Page);
            mapping = new Mapping(NoPage, 0, PageRights.None);
        }
    }

    private void Forget()
    {
        _walker.Forget();
        if (!_isEmpty)
        {
            Array.Fill(_mappings, new Mapping(NoPage, 0, PageRights.None));
            _isEmpty = true;
        }
    }

    // All accesses are those of a supervisor: no guest runs at another level.
    private bool Allows(PageRights rights, MemoryAccess access)
    {
        SystemRegisters registers = _system.Registers;
        bool isUser = (rights & PageRights.User) != 0;
        return access switch
        {
            MemoryAccess.Execute => (rights & PageRights.NoExecute) == 0
                && !(isUser && (registers.Cr4 & SystemRegisters.Cr4Smep) != 0),
            MemoryAccess.Write when (rights & PageRights.Writable) == 0 && (registers.Cr0 & SystemRegisters.Cr0WriteProtect) != 0 => false,
            _ => !Guards(rights) || (_flags() & Flags.AlignmentCheck) != 0,
        };
    }

    private bool Guards(PageRights rights) =>
        (rights & PageRights.User) != 0 && (_system.Registers.Cr4 & SystemRegisters.Cr4Smap) != 0;

    private ProcessorExit FaultOf(ulong address, MemoryAccess access, PageWalkEnd end)
    {
        SystemRegisters registers = _system.Registers;
        bool marksFetches = (registers.Efer & SystemRegisters.EferNoExecute) != 0 || (registers.Cr4 & SystemRegisters.Cr4Smep) != 0;
        PageFaultCode code = end == PageWalkEnd.NotPresent ? 0 : PageFaultCode.Present;
        code |= end == PageWalkEnd.Reserved ? PageFaultCode.Reserved : 0;
        code |= access == MemoryAccess.Write ? PageFaultCode.Write : 0;
        code |= access == MemoryAccess.Execute && marksFetches ? PageFaultCode.Fetch : 0;
        string detail = end switch
        {
            PageWalkEnd.NotPresent => "not present in the guest's page tables",
            PageWalkEnd.Reserved => "a reserved bit is set in the guest's page tables",
            _ => "the guest's page tables do not allow it",
        };
        return GuestStopException.PageFault(address, access, code, detail);
    }

    /// <param name="Page">The linear page.</param>
    /// <param name="Frame">The physical one.</param>
    /// <param name="Rights">What may be done with it, and whether D is set.</param>
    private readonly record struct Mapping(ulong Page, ulong Frame, PageRights Rights);
}
