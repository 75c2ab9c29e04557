using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>SimpleTextOutput: the console that guests print on, and the one for errors.</summary>
/// <remarks>
/// UEFI 2.10 section 12.4. Installed twice, each on a handle of its own: first ConsoleOut, then StandardError, as
/// edk2's ConSplitterDxe does. Both print on the machine's console, a serial terminal. TestString knows the glyphs of
/// edk2's terminals (<see cref="TerminalGlyphs"/>); OutputString prints every UTF-16 unit and never warns.
/// EnableCursor(FALSE) is noted in Mode, yet UNSUPPORTED: a terminal cannot hide its cursor.
/// Differs from edk2: QueryMode skips a NULL pointer where edk2 writes to address 0.
/// </remarks>
internal sealed class SimpleTextOutputProtocol : IEfiProtocol
{
    /// <inheritdoc/>
    public static Guid ProtocolGuid { get; } = new("387477c2-69c7-11d2-8e39-00a0c969723b");

    /// <inheritdoc/>
    public static string ProtocolName => "SimpleTextOutput";

    /// <inheritdoc/>
    public void Install(IFirmwareContext firmware)
    {
        InstallOne(firmware);
        InstallOne(firmware);
    }

    private static void InstallOne(IFirmwareContext firmware)
    {
        EfiResult<GuestAddress> mode = firmware.BootServices.AllocatePool(MemoryType.BootServicesData, SimpleTextOutputLayout.ModeSize);
        if (!mode.TryGet(out GuestAddress modeAddress))
        {
            return;
        }

        var console = new TextConsole(firmware, modeAddress);
        if (console.BuildInterface().TryGet(out GuestAddress output))
        {
            firmware.BootServices.InstallMultipleProtocolInterfaces(EfiHandle.Null, (ProtocolGuid, output));
        }
    }

    /// <summary>One console: its screen, and the Mode structure that shows it to guests.</summary>
    private sealed class TextConsole
    {
        private readonly IFirmwareContext _firmware;
        private readonly GuestAddress _mode;
        private readonly TextScreen _screen = new();
        private bool _midLine;

        public TextConsole(IFirmwareContext firmware, GuestAddress mode)
        {
            _firmware = firmware;
            _mode = mode;
            firmware.Memory.Fill(mode, SimpleTextOutputLayout.ModeSize, 0);
            PublishMode();
        }

        public EfiResult<GuestAddress> BuildInterface()
        {
            Parameter self = InterfaceBuilder.This;
            return new InterfaceBuilder(_firmware, ProtocolName, SimpleTextOutputLayout.Size)
                .Function(SimpleTextOutputLayout.Reset, "Reset", _ => Change(_screen.Reset), self, new("ExtendedVerification"))
                .Function(SimpleTextOutputLayout.OutputString, "OutputString", OutputString, self, new("String", ParameterKind.Text))
                .Function(SimpleTextOutputLayout.TestString, "TestString", TestString, self, new("String", ParameterKind.Text))
                .Function(
                    SimpleTextOutputLayout.QueryMode, "QueryMode", QueryMode,
                    self, new("ModeNumber"), new("Columns", ParameterKind.Out), new("Rows", ParameterKind.Out))
                .Function(SimpleTextOutputLayout.SetMode, "SetMode", call => Try(_screen.TrySetMode(call[1])), self, new("ModeNumber"))
                .Function(
                    SimpleTextOutputLayout.SetAttribute, "SetAttribute", call => Try(_screen.TrySetAttribute(call[1])), self, new("Attribute"))
                .Function(SimpleTextOutputLayout.ClearScreen, "ClearScreen", _ => Change(_screen.Clear), self)
                .Function(
                    SimpleTextOutputLayout.SetCursorPosition, "SetCursorPosition", SetCursorPosition,
                    self, new("Column"), new("Row"))
                .Function(
                    SimpleTextOutputLayout.EnableCursor, "EnableCursor", EnableCursor, self, new("Visible"))
                .Field(SimpleTextOutputLayout.Mode, _mode.Value)
                .Build();
        }

        private EfiStatus OutputString(IGuestCall call)
        {
            string text = _firmware.Memory.ReadUtf16(call.Pointer(1));
            _screen.Print(text);
            PublishMode();
            if (text.Length > 0)
            {
                _firmware.Console.Write(text);
                _midLine = text[^1] is not ('\n' or '\r');
            }

            return EfiStatus.Success;
        }

        // A screen's next row is a transcript's next line: what is drawn row by row stays readable.
        private EfiStatus SetCursorPosition(IGuestCall call)
        {
            int row = _screen.CursorRow;
            EfiStatus status = Try(_screen.TrySetCursor(call[1], call[2]));
            if (_midLine && _screen.CursorRow != row)
            {
                _firmware.Console.Write("\r\n");
                _midLine = false;
            }

            return status;
        }

        private EfiStatus TestString(IGuestCall call) =>
            TerminalGlyphs.HasAll(_firmware.Memory.ReadUtf16(call.Pointer(1))) ? EfiStatus.Success : EfiStatus.Unsupported;

        private EfiStatus EnableCursor(IGuestCall call)
        {
            _screen.CursorVisible = call.Boolean(1);
            return Try(_screen.CursorVisible);
        }

        private EfiStatus QueryMode(IGuestCall call)
        {
            if (!TextScreen.TryGetMode(call[1], out int columns, out int rows))
            {
                return EfiStatus.Unsupported;
            }

            WriteUnlessNull(call.Pointer(2), columns);
            WriteUnlessNull(call.Pointer(3), rows);
            return EfiStatus.Success;
        }

        private void WriteUnlessNull(GuestAddress address, int value)
        {
            if (!address.IsNull)
            {
                _firmware.Memory.WriteUInt64(address, (ulong)value);
            }
        }

        private EfiStatus Change(Action action)
        {
            action();
            PublishMode();
            return EfiStatus.Success;
        }

        private EfiStatus Try(bool accepted)
        {
            PublishMode();
            return accepted ? EfiStatus.Success : EfiStatus.Unsupported;
        }

        private void PublishMode()
        {
            Publish(SimpleTextOutputLayout.ModeMaxMode, TextScreen.ModeCount);
            Publish(SimpleTextOutputLayout.ModeNumber, _screen.Mode);
            Publish(SimpleTextOutputLayout.ModeAttribute, _screen.Attribute);
            Publish(SimpleTextOutputLayout.ModeCursorColumn, _screen.CursorColumn);
            Publish(SimpleTextOutputLayout.ModeCursorRow, _screen.CursorRow);
            _firmware.Memory.WriteByte(_mode + SimpleTextOutputLayout.ModeCursorVisible, _screen.CursorVisible ? (byte)1 : (byte)0);
        }

        private void Publish(uint offset, int value) => _firmware.Memory.WriteUInt32(_mode + offset, (uint)value);
    }
}
