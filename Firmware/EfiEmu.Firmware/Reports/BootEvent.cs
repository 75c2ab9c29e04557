using EfiEmu.Sdk;

namespace EfiEmu.Firmware.Reports;

/// <summary>Something that happened in a boot. The stream of these is the boot; every report is a view of it.</summary>
public abstract record BootEvent
{
    /// <summary>When it happened; the recorder stamps it.</summary>
    public BootTime At { get; init; }
}

/// <summary>A point in a boot.</summary>
/// <param name="Nanoseconds">Virtual time since power-on.</param>
/// <param name="Instructions">Guest instructions retired before it.</param>
public readonly record struct BootTime(ulong Nanoseconds, ulong Instructions);

/// <summary>Firmware is up and about to load the guest.</summary>
public sealed record FirmwareStarted(ulong MapKey) : BootEvent;

/// <summary>Memory was accepted.</summary>
/// <param name="Acceptor">On whose behalf.</param>
/// <param name="Range">What.</param>
/// <param name="CostNanoseconds">The virtual time it took.</param>
public sealed record MemoryAccepted(MemoryAcceptor Acceptor, MemoryRange Range, ulong CostNanoseconds) : BootEvent;

/// <summary>An image was put into memory.</summary>
public sealed record ImageLoaded(string Name, GuestAddress Base, ulong Bytes, GuestAddress EntryPoint)
    : BootEvent;

/// <summary>An image was started.</summary>
public sealed record ImageStarted(string Name, GuestAddress EntryPoint)
    : BootEvent;

/// <summary>An image returned or called Exit.</summary>
public sealed record ImageExited(string Name, EfiStatus Status)
    : BootEvent;

/// <summary>The guest called a function behind a gate. Recorded when the call returns.</summary>
/// <param name="Function">bs.LocateProtocol.</param>
/// <param name="Arguments">Name and value as a trace shows them.</param>
/// <param name="Result">The value in RAX; a status prints by name.</param>
/// <param name="ReturnsStatus">Whether the result is a status.</param>
/// <param name="Caller">The caller's return address.</param>
/// <param name="Repeats">How many equal calls in a row this record stands for.</param>
public sealed record ServiceCalled(
    FunctionSignature Function,
    IReadOnlyList<string> Arguments,
    ulong Result,
    bool ReturnsStatus,
    GuestAddress Caller,
    ulong Repeats) : BootEvent;

/// <summary>The guest fetched the memory map.</summary>
/// <param name="MapKey">The key it got.</param>
/// <param name="Descriptors">Descriptors in the map.</param>
/// <param name="BufferBytes">The size of the guest's buffer.</param>
/// <param name="DescriptorSize">The stride.</param>
/// <param name="Status">SUCCESS, or BUFFER_TOO_SMALL with the key alone.</param>
public sealed record MemoryMapFetched(
    ulong MapKey, int Descriptors, ulong BufferBytes, uint DescriptorSize, EfiStatus Status)
    : BootEvent
{
    /// <summary>The size in bytes that firmware asks for: on edk2 an over-estimate.</summary>
    public ulong RequiredBytes { get; init; }
}

/// <summary>The map key moved.</summary>
/// <param name="MapKey">The new key.</param>
/// <param name="Cause">AllocatePages LoaderData 2 pages at 0x..., pool growth, accept-all, ...</param>
public sealed record MemoryMapChanged(ulong MapKey, string Cause)
    : BootEvent;

/// <summary>An event group was signalled.</summary>
/// <param name="Group">Its GUID.</param>
/// <param name="Members">How many events belong to it.</param>
public sealed record EventGroupSignalled(Guid Group, int Members)
    : BootEvent;

/// <summary>The guest called ExitBootServices.</summary>
public sealed record ExitBootServicesCalled(ExitBootServicesAttempt Attempt)
    : BootEvent;

/// <summary>A configuration table was installed, replaced or (with address 0) removed.</summary>
public sealed record ConfigurationTableInstalled(Guid Table, GuestAddress Address)
    : BootEvent;

/// <summary>Something worth a line that no other record says: a guest's mistake that firmware tolerates.</summary>
public sealed record Remark(string Text) : BootEvent;
