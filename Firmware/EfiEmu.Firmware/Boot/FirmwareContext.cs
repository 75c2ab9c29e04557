using EfiEmu.Firmware.Gates;
using EfiEmu.Sdk;

namespace EfiEmu.Firmware;

/// <summary>What a plugin gets of one boot's firmware.</summary>
internal sealed class FirmwareContext(GateTable gates, PluginBoundary boundary) : IFirmwareContext
{
    public required IBootServices BootServices { get; init; }

    public required IDxeServices DxeServices { get; init; }

    public required IGuestMemory Memory { get; init; }

    public required IMemoryAcceptance Acceptance { get; init; }

    public required IConsole Console { get; init; }

    public required IEntropySource Entropy { get; init; }

    public required ReadOnlyMemory<byte>? Initrd { get; init; }

    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> BootVolume { get; init; }

    public required EfiHandle BootDevice { get; init; }

    public GuestAddress CreateFunction(FunctionSignature signature, GuestFunction body) => gates.Add(signature, boundary.Guard(signature, body));
}
