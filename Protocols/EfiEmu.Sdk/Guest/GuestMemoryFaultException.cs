namespace EfiEmu.Sdk;

/// <summary>Why guest memory could not be touched.</summary>
public enum MemoryFaultReason
{
    /// <summary>No RAM or device at the address.</summary>
    NothingThere,

    /// <summary>RAM that nobody accepted yet.</summary>
    NotAccepted,

    /// <summary>A write to firmware's own code.</summary>
    FirmwareCode,

    /// <summary>The address is not canonical, or lies beyond the processor's physical address width.</summary>
    BeyondAddressSpace,
}

/// <summary>A touch of guest memory that the machine refuses. Caught in one place, which makes the fault report.</summary>
public sealed class GuestMemoryFaultException(GuestAddress address, bool write, MemoryFaultReason reason)
    : Exception($"{(write ? "write to" : "read of")} {address}: {reason}")
{
    /// <summary>The first byte that could not be touched.</summary>
    public GuestAddress Address { get; } = address;

    /// <summary>True for a write.</summary>
    public bool IsWrite { get; } = write;

    /// <summary>Why.</summary>
    public MemoryFaultReason Reason { get; } = reason;
}
