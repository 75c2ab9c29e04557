using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>What became of a boot. Every view (text, JSON, snapshot) shows this and computes nothing of its own.</summary>
public sealed record BootReport
{
    /// <summary>The platform's name: plain, sev-snp, tdx.</summary>
    public required string Platform { get; init; }

    /// <summary>The processor, where it lacks something that EfiEmu executes: default,-bmi2. Null for the default.</summary>
    public string? Processor { get; init; }

    /// <summary>RAM of the machine in bytes, accepted or not.</summary>
    public required ulong MemoryBytes { get; init; }

    /// <summary>The firmware profile: edk2-202502.</summary>
    public required string Firmware { get; init; }

    /// <summary>The acceptance policy: negotiated, lazy, accept-all, lazy-without-negotiation.</summary>
    public required string Acceptance { get; init; }

    /// <summary>The image that was booted.</summary>
    public required GuestSummary Guest { get; init; }

    /// <summary>How the boot ended.</summary>
    public required BootOutcome Outcome { get; init; }

    /// <summary>Each ExitBootServices call, in order.</summary>
    public required IReadOnlyList<ExitBootServicesAttempt> ExitBootServices { get; init; }

    /// <summary>The memory map at each stage, in order: guest-start, exit-boot-services-1, ..., final.</summary>
    public required IReadOnlyList<StagedMemoryMap> MemoryMaps { get; init; }

    /// <summary>Where the machine's RAM ended up.</summary>
    public required RamAccount Ram { get; init; }

    /// <summary>What the guest told its kernel of the memory, or null where the boot did not see it hand over to a Linux kernel.</summary>
    public KernelMemory? KernelMemory { get; init; }

    /// <summary>The guest's table of unaccepted memory, or null where it installed none.</summary>
    public UnacceptedTable? UnacceptedTable { get; init; }

    /// <summary>How often each function was called, in the order of the first call.</summary>
    public required IReadOnlyList<ServiceCount> Services { get; init; }

    /// <summary>The protocols that the guest asked for and that no handle had, in the order in which it asked first.</summary>
    /// <remarks>
    /// Asked for with LocateProtocol, LocateHandle, LocateHandleBuffer, LocateDevicePath, HandleProtocol or OpenProtocol. A protocol
    /// that a handle got later, or still had at the end, is not among them.
    /// </remarks>
    public IReadOnlyList<Guid> ProtocolsNotFound { get; init; } = [];

    /// <summary>Whether the boot ended before the guest left boot services, and the guest had asked for protocols in vain.</summary>
    internal bool LacksProtocols => ProtocolsNotFound.Count > 0 && Outcome.End is not (BootEnd.ExitBootServices or BootEnd.HandOff);

    /// <summary>What happened, in order.</summary>
    public required IReadOnlyList<BootEvent> Events { get; init; }

    /// <summary>What the guest printed.</summary>
    public required string Console { get; init; }

    /// <summary>What stopped the guest, or null where nothing did.</summary>
    public FaultReport? Fault { get; init; }

    /// <summary>Guest instructions retired.</summary>
    public required ulong Instructions { get; init; }

    /// <summary>Page faults that handlers of the guest's own were started for; in no view.</summary>
    internal ulong PageFaults { get; init; }

    /// <summary>Guest memory that the host held at the end, in bytes. A cost of the emulator's: no view of the report shows it.</summary>
    public ulong GuestBytesTouched { get; init; }

    /// <summary>Virtual time since power-on.</summary>
    public required ulong VirtualNanoseconds { get; init; }
}

/// <summary>The image that was booted.</summary>
/// <param name="Name">Its file name, without the host's path.</param>
/// <param name="Sha256">Of the file, in lower-case hexadecimal; empty for a guest that is no file.</param>
/// <param name="Description">What it is: Linux 6.1.0-56-cloud-amd64, PE32+ x86-64.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record GuestSummary(string Name, string Sha256, string Description, ulong Bytes);

/// <summary>How a boot ended.</summary>
/// <param name="End">The kind of end.</param>
/// <param name="ExitCode">The command's exit code.</param>
/// <param name="Verdict">One sentence for people.</param>
/// <param name="Status">Where the guest returned a status: that status.</param>
public sealed record BootOutcome(BootEnd End, int ExitCode, string Verdict, EfiStatus? Status = null);

/// <summary>The kinds of end, in the words of the JSON schema.</summary>
public enum BootEnd
{
    /// <summary>exit-boot-services: the guest left boot services, and the boot was asked to end there.</summary>
    ExitBootServices,

    /// <summary>hand-off: the loader jumped to the kernel.</summary>
    HandOff,

    /// <summary>returned: the guest returned, called Exit, or reset the machine.</summary>
    Returned,

    /// <summary>fault: the guest did what a real machine answers with an exception.</summary>
    Fault,

    /// <summary>not-modelled: the guest did what EfiEmu does not model.</summary>
    NotModelled,

    /// <summary>budget: a budget ran out.</summary>
    Budget,

    /// <summary>gave-up: the guest returned after ExitBootServices had failed.</summary>
    GaveUp,

    /// <summary>waits-for-input: the guest waits for a key, or polls for one and does nothing else, and nobody types.</summary>
    WaitsForInput,
}

/// <summary>One ExitBootServices call.</summary>
/// <param name="Attempt">Counted from 1.</param>
/// <param name="MapKey">The key that the guest gave.</param>
/// <param name="CurrentMapKey">The key that firmware compared it with.</param>
/// <param name="Status">What the call returned.</param>
/// <param name="Cause">Why: what changed the map since the guest fetched it, or that nothing did.</param>
public sealed record ExitBootServicesAttempt(int Attempt, ulong MapKey, ulong CurrentMapKey, EfiStatus Status, string Cause);

/// <summary>The memory map at one stage.</summary>
/// <param name="Stage">guest-start, exit-boot-services-N (as the guest would have fetched it when the N-th call returned), final.</param>
/// <param name="Descriptors">In firmware's order.</param>
public sealed record StagedMemoryMap(string Stage, IReadOnlyList<MemoryDescriptor> Descriptors);

/// <summary>Where the machine's RAM ended up; all in bytes.</summary>
/// <param name="Total">All RAM.</param>
/// <param name="AcceptedBeforeGuest">Accepted (or never in need of it) when the guest started.</param>
/// <param name="AcceptedAtExitBootServices">Accepted by firmware inside ExitBootServices.</param>
/// <param name="AcceptedByGuest">Accepted by the guest.</param>
/// <param name="Unaccepted">Still unaccepted at the end.</param>
/// <param name="LostToGuest">
/// Memory that its kernel will never use: what is missing in <see cref="BootReport.KernelMemory"/>; in boots that end before that is
/// known, unaccepted memory that this guest shows no way to find.
/// </param>
public sealed record RamAccount(
    ulong Total,
    ulong AcceptedBeforeGuest,
    ulong AcceptedAtExitBootServices,
    ulong AcceptedByGuest,
    ulong Unaccepted,
    ulong LostToGuest);

/// <summary>LINUX_EFI_UNACCEPTED_MEM_TABLE, decoded from guest memory.</summary>
/// <param name="Version">1.</param>
/// <param name="UnitSize">Bytes per bit.</param>
/// <param name="PhysBase">The address of bit 0.</param>
/// <param name="SizeBytes">Bytes of the bitmap.</param>
/// <param name="UnacceptedUnits">Bits set.</param>
public sealed record UnacceptedTable(uint Version, uint UnitSize, ulong PhysBase, ulong SizeBytes, ulong UnacceptedUnits);

/// <summary>How often a function was called.</summary>
/// <param name="Interface">bs, rt, dxe, or the protocol's name.</param>
/// <param name="Name">The specification's name.</param>
/// <param name="Calls">How often.</param>
public sealed record ServiceCount(string Interface, string Name, ulong Calls);

/// <summary>What stopped the guest.</summary>
/// <param name="Summary">One line: #PF write to 0x12345678: nothing there.</param>
/// <param name="Rip">The instruction.</param>
/// <param name="InstructionBytes">Its bytes, as many as could be read, at most 15.</param>
/// <param name="InstructionText">Its disassembly, or empty; for a guest in C#, which has no instruction, its name.</param>
/// <param name="Address">The address touched, or null.</param>
/// <param name="AddressHistory">What the memory map says of that address, and who accepted or never accepted it.</param>
/// <param name="LastServices">The last calls before, oldest first.</param>
/// <param name="Registers">Name and value, in the order to print; none for a guest in C#.</param>
public sealed record FaultReport(
    string Summary,
    ulong Rip,
    IReadOnlyList<byte> InstructionBytes,
    string InstructionText,
    ulong? Address,
    string AddressHistory,
    IReadOnlyList<string> LastServices,
    IReadOnlyList<(string Name, ulong Value)> Registers);
