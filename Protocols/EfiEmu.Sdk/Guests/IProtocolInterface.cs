namespace EfiEmu.Sdk;

/// <summary>A protocol as a guest calls it: the GUID in the type, the members as C#.</summary>
/// <remarks>Each member follows the function pointer in guest memory, whoever put it there: firmware, a binary or a plugin.</remarks>
public interface IProtocolInterface<TSelf>
    where TSelf : IProtocolInterface<TSelf>
{
    /// <summary>The protocol's GUID.</summary>
    static abstract Guid ProtocolGuid { get; }

    /// <summary>The interface at an address.</summary>
    static abstract TSelf At(IGuestContext guest, GuestAddress address);
}
