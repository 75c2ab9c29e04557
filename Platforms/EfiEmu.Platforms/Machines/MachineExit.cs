using EfiEmu.Sdk;

namespace EfiEmu.Platforms;

/// <summary>Why the machine stopped running guest code.</summary>
public enum MachineExitKind
{
    /// <summary>RIP reached a gate.</summary>
    Gate,

    /// <summary>The instruction budget of this run is spent.</summary>
    BudgetExhausted,

    /// <summary>The guest jumped out of the ranges to which execution is confined; RIP is where it jumped to.</summary>
    LeftCode,

    /// <summary>HLT: the guest waits for an interrupt.</summary>
    Halted,

    /// <summary>The guest did what a real machine answers with an exception.</summary>
    Fault,

    /// <summary>The guest did what this machine does not model; the detail names it.</summary>
    NotModelled,
}

/// <summary>One stop of the machine.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Address">The gate, or the address that the fault touched, or RIP.</param>
/// <param name="Detail">The fault or the missing thing in words (#PF write, page not accepted); empty for a gate.</param>
/// <param name="MemoryReason">For a refused touch of memory: why.</param>
/// <param name="IsLinear">True where the address is one that the guest's page tables lead nowhere: no address of memory.</param>
public readonly record struct MachineExit(
    MachineExitKind Kind, GuestAddress Address, string Detail, MemoryFaultReason? MemoryReason = null, bool IsLinear = false);
