using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>Lays a protocol interface out in guest memory: a zeroed pool buffer, with functions and fields at their offsets.</summary>
internal sealed class InterfaceBuilder(IFirmwareContext firmware, string protocol, uint size)
{
    private readonly List<(uint Offset, ulong Value)> _fields = [];

    /// <summary>The parameter that almost every member begins with.</summary>
    public static Parameter This => new("This", ParameterKind.Pointer);

    /// <summary>A member that returns a status.</summary>
    public InterfaceBuilder Function(uint offset, string name, Func<IGuestCall, EfiStatus> body, params Parameter[] parameters) =>
        Field(offset, firmware.CreateFunction(new FunctionSignature(protocol, name, parameters), call => body(call).Value).Value);

    /// <summary>A member that returns a pointer, a size or a truth value.</summary>
    public InterfaceBuilder ValueFunction(uint offset, string name, GuestFunction body, params Parameter[] parameters) =>
        Field(offset, firmware.CreateFunction(new FunctionSignature(protocol, name, parameters) { ReturnsStatus = false }, body).Value);

    /// <summary>An 8-byte field.</summary>
    public InterfaceBuilder Field(uint offset, ulong value)
    {
        _fields.Add((offset, value));
        return this;
    }

    /// <summary>Puts the interface into BootServicesData pool.</summary>
    /// <returns>Its address; OUT_OF_RESOURCES.</returns>
    public EfiResult<GuestAddress> Build()
    {
        EfiResult<GuestAddress> buffer = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, size);
        if (!buffer.TryGet(out GuestAddress address))
        {
            return buffer.Status;
        }

        WriteTo(address);
        return address;
    }

    /// <summary>Writes the interface to a buffer that the caller has.</summary>
    public void WriteTo(GuestAddress address)
    {
        firmware.Memory.Fill(address, size, 0);
        foreach ((uint offset, ulong value) in _fields)
        {
            firmware.Memory.WriteUInt64(address + offset, value);
        }
    }
}
