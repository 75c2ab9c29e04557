namespace EfiEmu.Sdk;

/// <summary>Pages that are freed where the scope ends.</summary>
public sealed class OwnedPages : IDisposable
{
    private readonly GuestBootServices _services;

    internal OwnedPages(GuestBootServices services, GuestAddress address, ulong pages)
    {
        _services = services;
        Address = address;
        Pages = pages;
    }

    /// <summary>The first byte.</summary>
    public GuestAddress Address { get; }

    /// <summary>How many, of 4 KiB.</summary>
    public ulong Pages { get; }

    /// <summary>Frees them; the status that firmware answers with is in the report.</summary>
    public void Dispose() => _services.FreePages(Address, Pages);
}
