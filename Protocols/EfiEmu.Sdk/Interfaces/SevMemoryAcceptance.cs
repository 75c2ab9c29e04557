namespace EfiEmu.Sdk;

/// <summary>SevMemoryAcceptance: how a guest that understands unaccepted memory asks firmware to leave it so.</summary>
/// <remarks>OvmfPkg/Include/Protocol/SevMemoryAcceptance.h.</remarks>
public readonly record struct SevMemoryAcceptance : IProtocolInterface<SevMemoryAcceptance>
{
    private readonly IGuestContext _guest;

    private SevMemoryAcceptance(IGuestContext guest, GuestAddress address)
    {
        _guest = guest;
        Address = address;
    }

    /// <inheritdoc/>
    public static Guid ProtocolGuid => KnownGuids.SevMemoryAcceptanceProtocol;

    /// <summary>Where the interface lies.</summary>
    public GuestAddress Address { get; }

    /// <inheritdoc/>
    public static SevMemoryAcceptance At(IGuestContext guest, GuestAddress address) => new(guest, address);

    /// <summary>AllowUnacceptedMemory: firmware accepts nothing at ExitBootServices. Cannot be undone.</summary>
    /// <returns>SUCCESS.</returns>
    public EfiStatus AllowUnacceptedMemory() => new(_guest.Call(_guest.Memory.ReadPointer(Address), Address.Value));
}
