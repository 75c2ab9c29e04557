namespace EfiEmu.Sdk;

/// <summary>Lays a protocol interface out in guest memory: a zeroed pool buffer, with functions and fields at their offsets.</summary>
/// <param name="host">Whose functions they are.</param>
/// <param name="protocol">The protocol's name in traces.</param>
/// <param name="size">The interface's size in bytes.</param>
public sealed class InterfaceBuilder(IFunctionHost host, string protocol, uint size)
{
    private readonly List<(uint Offset, ulong Value)> _fields = [];

    /// <summary>The parameter that almost every member begins with.</summary>
    public static Parameter This => new("This", ParameterKind.Pointer);

    /// <summary>A member that returns a status.</summary>
    /// <param name="offset">Bytes from the start of the interface.</param>
    /// <param name="name">The specification's name.</param>
    /// <param name="body">What it does.</param>
    /// <param name="parameters">What a trace shows of its arguments, in order.</param>
    public InterfaceBuilder Function(uint offset, string name, Func<IGuestCall, EfiStatus> body, params Parameter[] parameters) =>
        Field(offset, host.CreateFunction(new FunctionSignature(protocol, name, parameters), call => body(call).Value).Value);

    /// <summary>A member that returns a pointer, a size or a truth value.</summary>
    /// <inheritdoc cref="Function"/>
    public InterfaceBuilder ValueFunction(uint offset, string name, GuestFunction body, params Parameter[] parameters) =>
        Field(offset, host.CreateFunction(new FunctionSignature(protocol, name, parameters) { ReturnsStatus = false }, body).Value);

    /// <summary>An 8-byte field.</summary>
    public InterfaceBuilder Field(uint offset, ulong value)
    {
        if (offset > size || size - offset < 8)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{protocol}: a field of 8 bytes does not fit into {size}");
        }

        _fields.Add((offset, value));
        return this;
    }

    /// <summary>Puts the interface into BootServicesData pool.</summary>
    /// <returns>Its address; OUT_OF_RESOURCES.</returns>
    public EfiResult<GuestAddress> Build()
    {
        EfiResult<GuestAddress> buffer = host.AllocatePool(MemoryType.BootServicesData, size);
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
        host.Memory.Fill(address, size, 0);
        foreach ((uint offset, ulong value) in _fields)
        {
            host.Memory.WriteUInt64(address + offset, value);
        }
    }
}
