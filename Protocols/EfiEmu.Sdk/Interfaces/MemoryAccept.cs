namespace EfiEmu.Sdk;

/// <summary>EdkiiMemoryAccept: accepts a range of memory now.</summary>
/// <remarks>MdePkg/Include/Protocol/MemoryAccept.h.</remarks>
public readonly record struct MemoryAccept : IProtocolInterface<MemoryAccept>
{
    private readonly IGuestContext _guest;

    private MemoryAccept(IGuestContext guest, GuestAddress address)
    {
        _guest = guest;
        Address = address;
    }

    /// <inheritdoc/>
    public static Guid ProtocolGuid => KnownGuids.EdkiiMemoryAcceptProtocol;

    /// <summary>Where the interface lies.</summary>
    public GuestAddress Address { get; }

    /// <inheritdoc/>
    public static MemoryAccept At(IGuestContext guest, GuestAddress address) => new(guest, address);

    /// <summary>AcceptMemory. The memory map keeps calling the range unaccepted: only firmware's own acceptance changes it. On SEV-SNP no page may be accepted twice.</summary>
    /// <param name="start">First byte, 4 KiB aligned.</param>
    /// <param name="bytes">Length, a multiple of 4 KiB.</param>
    /// <returns>SUCCESS; what the platform says otherwise.</returns>
    public EfiStatus AcceptMemory(GuestAddress start, ulong bytes) =>
        new(_guest.Call(_guest.Memory.ReadPointer(Address), Address.Value, start.Value, bytes));
}
