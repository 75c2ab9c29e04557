using EfiEmu.Sdk;

namespace Samples;

/// <summary>Greets, through the protocol of the other sample where it is installed.</summary>
[Guest("hello", "says hello, through the Greeter protocol where it is installed")]
public sealed class HelloGuest : IGuestImage
{
    private static readonly Guid Greeter = new("6d0c2cf6-2ac5-4f0c-8f4e-5d1a2a4be0a1");

    /// <inheritdoc/>
    public EfiStatus Run(IGuestContext guest)
    {
        if (!guest.BootServices.LocateProtocol(Greeter).TryGet(out GuestAddress greeter))
        {
            return guest.Print("Hello, nobody greets here.\r\n");
        }

        using var stack = new StackScope(guest);
        return new EfiStatus(guest.Call(guest.Memory.ReadPointer(greeter), greeter.Value, stack.Place("guest").Value));
    }
}
