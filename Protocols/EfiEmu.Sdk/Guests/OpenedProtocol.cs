namespace EfiEmu.Sdk;

/// <summary>How OpenProtocol opens.</summary>
/// <remarks>UEFI 2.10 section 7.3.9.</remarks>
[Flags]
public enum OpenProtocolAttributes : uint
{
    /// <summary>No attribute, which the specification forbids.</summary>
    None = 0,

    /// <summary>BY_HANDLE_PROTOCOL.</summary>
    ByHandleProtocol = 1,

    /// <summary>GET_PROTOCOL.</summary>
    GetProtocol = 2,

    /// <summary>TEST_PROTOCOL.</summary>
    TestProtocol = 4,

    /// <summary>BY_CHILD_CONTROLLER.</summary>
    ByChildController = 8,

    /// <summary>BY_DRIVER.</summary>
    ByDriver = 16,

    /// <summary>EXCLUSIVE.</summary>
    Exclusive = 32,
}

/// <summary>A protocol that this image has opened; closed where the scope ends.</summary>
public sealed class OpenedProtocol<TInterface> : IDisposable
    where TInterface : IProtocolInterface<TInterface>
{
    private readonly GuestBootServices _services;

    internal OpenedProtocol(GuestBootServices services, EfiHandle handle, TInterface @interface)
    {
        _services = services;
        Handle = handle;
        Interface = @interface;
    }

    /// <summary>Whose protocol.</summary>
    public EfiHandle Handle { get; }

    /// <summary>The interface.</summary>
    public TInterface Interface { get; }

    /// <summary>Closes it; the status that firmware answers with is in the report.</summary>
    public void Dispose() => _services.CloseProtocol(Handle, TInterface.ProtocolGuid);
}
