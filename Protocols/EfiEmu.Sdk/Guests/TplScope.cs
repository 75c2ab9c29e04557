namespace EfiEmu.Sdk;

/// <summary>A raised task priority; the end of the scope restores the level before, and notifications that waited run.</summary>
public readonly ref struct TplScope
{
    private readonly GuestBootServices _services;

    internal TplScope(GuestBootServices services, Tpl before)
    {
        _services = services;
        Before = before;
    }

    /// <summary>The level that comes back.</summary>
    public Tpl Before { get; }

    /// <summary>Restores it.</summary>
    public void Dispose() => _services.RestoreTpl(Before);
}
