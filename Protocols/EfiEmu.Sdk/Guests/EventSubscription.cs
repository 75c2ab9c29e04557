namespace EfiEmu.Sdk;

/// <summary>An event that runs C# when it is signalled; closed where the scope ends.</summary>
public sealed class EventSubscription : IDisposable
{
    private readonly GuestBootServices _services;

    internal EventSubscription(GuestBootServices services, EfiEvent identity)
    {
        _services = services;
        Event = identity;
    }

    /// <summary>The event.</summary>
    public EfiEvent Event { get; }

    /// <summary>Closes the event; the status that firmware answers with is in the report.</summary>
    public void Dispose() => _services.CloseEvent(Event);
}
