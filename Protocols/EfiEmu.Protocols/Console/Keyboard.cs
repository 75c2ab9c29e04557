using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>EFI_INPUT_KEY.</summary>
internal readonly record struct InputKey(ushort ScanCode, char Unicode);

/// <summary>The one keyboard behind SimpleTextInput and SimpleTextInputEx, and the handle that carries both.</summary>
internal sealed class Keyboard
{
    private InputKey? _next;

    /// <summary>The handle of the console input; NULL until the first protocol is installed.</summary>
    public EfiHandle Handle { get; private set; }

    /// <summary>Installs one of the two protocols on the handle that they share.</summary>
    public void InstallOn(IFirmwareContext firmware, Guid protocol, GuestAddress address)
    {
        if (firmware.BootServices.InstallMultipleProtocolInterfaces(Handle, (protocol, address)).TryGet(out EfiHandle handle))
        {
            Handle = handle;
        }
    }

    /// <summary>Creates the event that guests wait on for a key: checking it looks for a key and signals the event.</summary>
    public EfiResult<EfiEvent> CreateWaitEvent(IFirmwareContext firmware, string protocol)
    {
        var signature = new FunctionSignature(protocol, "WaitForKey notification", new("Event"), new("Context")) { ReturnsStatus = false };
        GuestAddress notify = firmware.CreateFunction(signature, call =>
        {
            if (HasKey(firmware.Console))
            {
                firmware.BootServices.SignalEvent(new EfiEvent(call[0]));
            }

            return 0;
        });
        return firmware.BootServices.CreateEvent(EventType.NotifyWait, Tpl.Notify, notify, GuestAddress.Null);
    }

    public bool TryRead(IConsole console, out InputKey key)
    {
        bool found = HasKey(console);
        key = _next ?? default;
        _next = null;
        return found;
    }

    private bool HasKey(IConsole console)
    {
        if (_next is null && console.TryReadKey(out char unicode, out ushort scanCode))
        {
            _next = new InputKey(scanCode, unicode);
        }

        return _next is not null;
    }
}
