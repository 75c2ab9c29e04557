namespace EfiEmu.Sdk;

/// <summary>A pool buffer that is freed where the scope ends.</summary>
public sealed class OwnedPool : IDisposable
{
    private readonly GuestBootServices _services;

    internal OwnedPool(GuestBootServices services, GuestAddress address, ulong bytes)
    {
        _services = services;
        Address = address;
        Bytes = bytes;
    }

    /// <summary>The first byte.</summary>
    public GuestAddress Address { get; }

    /// <summary>How many bytes were asked for.</summary>
    public ulong Bytes { get; }

    /// <summary>Frees it; the status that firmware answers with is in the report.</summary>
    public void Dispose() => _services.FreePool(Address);
}
