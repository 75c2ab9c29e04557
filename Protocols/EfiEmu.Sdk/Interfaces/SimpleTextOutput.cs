namespace EfiEmu.Sdk;

/// <summary>EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.</summary>
/// <remarks>UEFI 2.10 section 12.4.</remarks>
public readonly record struct SimpleTextOutput : IProtocolInterface<SimpleTextOutput>
{
    private const uint OutputStringOffset = 8;

    private readonly IGuestContext _guest;

    private SimpleTextOutput(IGuestContext guest, GuestAddress address)
    {
        _guest = guest;
        Address = address;
    }

    /// <inheritdoc/>
    public static Guid ProtocolGuid => KnownGuids.SimpleTextOutputProtocol;

    /// <summary>Where the interface lies.</summary>
    public GuestAddress Address { get; }

    /// <inheritdoc/>
    public static SimpleTextOutput At(IGuestContext guest, GuestAddress address) => new(guest, address);

    /// <summary>OutputString.</summary>
    /// <returns>SUCCESS; WARN_UNKNOWN_GLYPH where a character cannot be shown.</returns>
    public EfiStatus OutputString(string text)
    {
        using var stack = new StackScope(_guest);
        return new EfiStatus(_guest.Call(
            _guest.Memory.ReadPointer(Address + OutputStringOffset), Address.Value, stack.Place(text).Value));
    }
}
