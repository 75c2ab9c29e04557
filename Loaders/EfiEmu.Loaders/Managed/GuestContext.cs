using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Loaders;

/// <summary>The machine as a guest in C# sees it.</summary>
internal sealed class GuestContext : IGuestContext
{
    private readonly IGuestCaller _caller;

    public GuestContext(IGuestCaller caller, EfiHandle image, GuestAddress systemTable)
    {
        _caller = caller;
        ImageHandle = image;
        SystemTable = systemTable;
        BootServices = new GuestBootServices(this);
    }

    public EfiHandle ImageHandle { get; }

    public GuestAddress SystemTable { get; }

    public GuestBootServices BootServices { get; }

    public IGuestMemory Memory => _caller.Memory;

    public GuestAddress StackPointer
    {
        get => _caller.StackPointer;
        set => _caller.StackPointer = value;
    }

    public ulong Call(GuestAddress function, params ReadOnlySpan<ulong> arguments) => _caller.Call(function, arguments);

    public ulong HandOver(GuestAddress entry, GuestAddress bootParameters) => _caller.HandOver(entry, bootParameters);

    public GuestAddress CreateFunction(FunctionSignature signature, GuestFunction body) => _caller.CreateFunction(signature, body);
}
