using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>A kind of machine: what makes plain, SEV-SNP and TDX guests differ. Holds no state of a boot.</summary>
public interface IPlatform
{
    /// <summary>The name on the command line: sev-snp.</summary>
    string Name { get; }

    /// <summary>One line for a listing.</summary>
    string Description { get; }

    /// <summary>Whether RAM must be accepted before anyone may touch it; at power-on none is.</summary>
    bool RequiresAcceptance { get; }

    /// <summary>The name of the acceptance policy that OVMF has here since it has one; null where memory needs none.</summary>
    string? NativeAcceptance { get; }

    /// <summary>Whether OVMF ends the guest when it is to accept a page that is accepted already; elsewhere it takes no notice.</summary>
    /// <remarks>
    /// OvmfPkg/Library/BaseMemEncryptSevLib, PvalidateRange: a PVALIDATE that changes nothing ends in a termination request, for
    /// it may be a hypervisor that plays a page twice. OvmfPkg/Library/TdxLib, TdAcceptPages: counted, and no fault.
    /// </remarks>
    bool EndsGuestOnSecondAcceptance { get; }

    /// <summary>
    /// The table in which firmware tells the guest where the launch pages lie, as it lies in memory; empty where there is none.
    /// </summary>
    ReadOnlyMemory<byte> ConfidentialBlob { get; }

    /// <summary>The pages that the launch of the guest fills and firmware keeps reserved; of length 0 where there are none.</summary>
    MemoryRange LaunchRange { get; }

    /// <summary>What the launch of a guest on this processor leaves in memory, by address.</summary>
    internal IReadOnlyList<(ulong Address, ReadOnlyMemory<byte> Contents)> LaunchPagesFor(ProcessorModel processor);

    /// <summary>The bits of a page-table entry that mark private memory and are no part of the address; 0 where there is none.</summary>
    internal ulong PageAttributes => 0;

    /// <summary>What OVMF does differently here.</summary>
    internal OvmfTraits Ovmf { get; }

    /// <summary>What acceptance costs here.</summary>
    internal AcceptanceCosts AcceptanceCosts { get; }

    /// <summary>The platform's side of one machine.</summary>
    internal IPlatformInstructions PowerOn(IPlatformHost host);
}

/// <summary>The platform's side of one machine: CPUID, its own MSRs and its own instructions.</summary>
internal interface IPlatformInstructions
{
    /// <summary>CPUID.</summary>
    CpuidResult Cpuid(uint leaf, uint subleaf);

    /// <summary>RDMSR of a register that only this platform has.</summary>
    bool TryReadMsr(uint index, out ulong value);

    /// <summary>WRMSR of a register that only this platform has.</summary>
    bool TryWriteMsr(uint index, ulong value);

    /// <summary>Does an instruction that belongs to the platform. RIP is the machine's business.</summary>
    PlatformOutcome Execute(PlatformInstruction instruction);

    /// <summary>Keeps what this side holds of its own, and gives what puts it back. Page states are the ledger's.</summary>
    Action Save();
}

/// <summary>What a platform may do to its machine.</summary>
internal interface IPlatformHost
{
    /// <summary>A general-purpose register.</summary>
    ulong this[Register register] { get; set; }

    /// <summary>RFLAGS.</summary>
    ulong Rflags { get; set; }

    /// <summary>The physical address behind a linear one, as the guest's page tables stand; false where they have none.</summary>
    bool TryTranslate(ulong linear, out ulong physical);

    /// <summary>The processor's features.</summary>
    ProcessorModel Processor { get; }

    /// <summary>Where RAM is.</summary>
    RamMap Ram { get; }

    /// <summary>The page states and their books.</summary>
    AcceptanceLedger Ledger { get; }

    /// <summary>IN.</summary>
    bool TryReadPort(ushort port, int bytes, out uint value);

    /// <summary>OUT.</summary>
    bool TryWritePort(ushort port, int bytes, uint value);
}

/// <summary>How a platform instruction ended.</summary>
internal enum PlatformOutcomeKind
{
    /// <summary>It is done; RIP moves on.</summary>
    Completed,

    /// <summary>It faulted, or the platform ended the guest because of it.</summary>
    Fault,

    /// <summary>This platform does not model what it asked for.</summary>
    NotModelled,
}

/// <summary>How a platform instruction ended, and in words where it did not complete.</summary>
internal readonly record struct PlatformOutcome(PlatformOutcomeKind Kind, ulong Address, string Detail)
{
    public static PlatformOutcome Completed => new(PlatformOutcomeKind.Completed, 0, string.Empty);

    public static PlatformOutcome InvalidOpcode(string instruction) =>
        new(PlatformOutcomeKind.Fault, 0, $"#UD {instruction}: not an instruction of this platform");

    public static PlatformOutcome Fault(ulong address, string detail) => new(PlatformOutcomeKind.Fault, address, detail);

    public static PlatformOutcome NotModelled(string detail) => new(PlatformOutcomeKind.NotModelled, 0, detail);
}
