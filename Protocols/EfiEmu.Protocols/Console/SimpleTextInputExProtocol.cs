using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>SimpleTextInputEx: key strokes with the state of the shift and toggle keys, which are never down here.</summary>
/// <remarks>
/// UEFI 2.10 section 12.2. Differs from the specification: a function registered with RegisterKeyNotify is never called,
/// because scripted keys are not pressed before a guest asks for them.
/// </remarks>
internal sealed class SimpleTextInputExProtocol(Keyboard keyboard) : IEfiProtocol
{
    internal const uint Reset = 0;
    internal const uint ReadKeyStrokeEx = 8;
    internal const uint WaitForKeyEx = 16;
    internal const uint SetState = 24;
    internal const uint RegisterKeyNotify = 32;
    internal const uint UnregisterKeyNotify = 40;
    internal const uint Size = 48;

    /// <summary>EFI_KEY_DATA: the key, then KeyShiftState, KeyToggleState and padding.</summary>
    internal const uint KeyDataSize = 12;

    private const byte ToggleStateValid = 0x80;
    private const uint NotifyHandleSize = 8;

    private readonly HashSet<ulong> _notifyHandles = [];

    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("dd9e7534-7762-4698-8c14-f58517a625aa");

    /// <inheritdoc/>
    public static string ProtocolName => "SimpleTextInputEx";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        if (!keyboard.CreateWaitEvent(firmware, ProtocolName).TryGet(out EfiEvent wait))
        {
            return;
        }

        Parameter self = InterfaceBuilder.This;
        var keyData = new Parameter("KeyData", ParameterKind.Pointer);
        EfiResult<GuestAddress> input = new InterfaceBuilder(firmware, ProtocolName, Size)
            .Function(Reset, "Reset", _ => EfiStatus.Success, self, new("ExtendedVerification"))
            .Function(ReadKeyStrokeEx, "ReadKeyStrokeEx", call => Read(firmware, call.Pointer(1)), self, keyData)
            .Field(WaitForKeyEx, wait.Value)
            .Function(SetState, "SetState", call => SetToggles(firmware, call.Pointer(1)), self, new("KeyToggleState", ParameterKind.Pointer))
            .Function(
                RegisterKeyNotify, "RegisterKeyNotify", call => Register(firmware, call),
                self, keyData, new("KeyNotificationFunction", ParameterKind.Pointer), new("NotifyHandle", ParameterKind.Out))
            .Function(UnregisterKeyNotify, "UnregisterKeyNotify", call => Unregister(firmware, call.Pointer(1)), self, new("NotificationHandle"))
            .Build();
        if (input.TryGet(out GuestAddress address))
        {
            keyboard.InstallOn(firmware, ProtocolGuid, address);
        }
    }

    private EfiStatus Read(IFirmwareContext firmware, GuestAddress keyData)
    {
        if (keyData.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        bool found = keyboard.TryRead(firmware.Console, out InputKey stroke);
        firmware.Memory.Fill(keyData, KeyDataSize, 0);
        firmware.Memory.WriteUInt16(keyData, stroke.ScanCode);
        firmware.Memory.WriteUInt16(keyData + 2, stroke.Unicode);
        return found ? EfiStatus.Success : EfiStatus.NotReady;
    }

    private static EfiStatus SetToggles(IFirmwareContext firmware, GuestAddress state)
    {
        if (state.IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        return (firmware.Memory.ReadByte(state) & ToggleStateValid) != 0 ? EfiStatus.Success : EfiStatus.Unsupported;
    }

    private EfiStatus Register(IFirmwareContext firmware, IGuestCall call)
    {
        if (call.Pointer(1).IsNull || call.Pointer(2).IsNull || call.Pointer(3).IsNull)
        {
            return EfiStatus.InvalidParameter;
        }

        EfiResult<GuestAddress> handle = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, NotifyHandleSize);
        if (!handle.TryGet(out GuestAddress address))
        {
            return EfiStatus.OutOfResources;
        }

        _notifyHandles.Add(address.Value);
        firmware.Memory.WritePointer(call.Pointer(3), address);
        return EfiStatus.Success;
    }

    private EfiStatus Unregister(IFirmwareContext firmware, GuestAddress handle) =>
        _notifyHandles.Remove(handle.Value) ? firmware.BootServices.FreePool(handle) : EfiStatus.InvalidParameter;
}
