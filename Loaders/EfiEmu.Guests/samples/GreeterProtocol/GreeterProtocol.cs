using EfiEmu.Sdk;

namespace Samples;

/// <summary>A protocol with one member: Greet(This, CHAR16 *Name) prints a greeting.</summary>
public sealed class GreeterProtocol(IConsole console) : IEfiProtocol
{
    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("6d0c2cf6-2ac5-4f0c-8f4e-5d1a2a4be0a1");

    /// <inheritdoc/>
    public static string ProtocolName => "Greeter";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware) => firmware.InstallProtocol<GreeterProtocol>(
        new InterfaceBuilder(firmware, ProtocolName, size: 8)
            .Function(0, "Greet", call => Greet(firmware.Memory.ReadUtf16(call.Pointer(1), 64)), InterfaceBuilder.This, new("Name", ParameterKind.Text))
            .Build());

    private EfiStatus Greet(string name)
    {
        console.Write($"Hello, {name}!\r\n");
        return EfiStatus.Success;
    }
}
