using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>SimpleTextInput: key strokes from the boot's scripted input.</summary>
/// <remarks>
/// UEFI 2.10 section 12.3. A scripted key counts as pressed when a guest asks for it, so Reset has no keys to forget.
/// </remarks>
internal sealed class SimpleTextInputProtocol(Keyboard keyboard) : IEfiProtocol
{
    internal const uint Reset = 0;
    internal const uint ReadKeyStroke = 8;
    internal const uint WaitForKey = 16;
    internal const uint Size = 24;

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("387477c1-69c7-11d2-8e39-00a0c969723b");

    /// <inheritdoc/>
    public static string ProtocolName => "SimpleTextInput";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        if (!keyboard.CreateWaitEvent(firmware, ProtocolName).TryGet(out EfiEvent wait))
        {
            return;
        }

        EfiResult<GuestAddress> input = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(Reset, "Reset", _ => EfiStatus.Success, InterfaceBuilder.This, new("ExtendedVerification"))
            .Function(ReadKeyStroke, "ReadKeyStroke", call => Read(firmware, call.Pointer(1)), InterfaceBuilder.This, new("Key", ParameterKind.Pointer))
            .Field(WaitForKey, wait.Value)
            .Build();
        if (input.TryGet(out GuestAddress address))
        {
            keyboard.InstallOn(firmware, ProtocolGuid, address);
        }
    }

    private EfiStatus Read(IFirmwareContext firmware, GuestAddress key)
    {
        if (key.IsNull)
        {
            // edk2 looks for a key before it looks at the pointer; a guest that has none to fill is told that there is no key.
            return EfiStatus.NotReady;
        }

        // Without a key, edk2 clears the caller's structure and says NOT_READY.
        bool found = keyboard.TryRead(firmware.Console, out InputKey stroke);
        firmware.Memory.WriteUInt16(key, stroke.ScanCode);
        firmware.Memory.WriteUInt16(key + 2, stroke.Unicode);
        return found ? EfiStatus.Success : EfiStatus.NotReady;
    }
}
