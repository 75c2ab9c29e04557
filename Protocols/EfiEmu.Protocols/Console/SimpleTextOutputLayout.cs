namespace EfiEmu.Protocols;

/// <summary>EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL and SIMPLE_TEXT_OUTPUT_MODE.</summary>
/// <remarks>UEFI 2.10 section 12.4.1.</remarks>
internal static class SimpleTextOutputLayout
{
    public const uint Reset = 0;
    public const uint OutputString = 8;
    public const uint TestString = 16;
    public const uint QueryMode = 24;
    public const uint SetMode = 32;
    public const uint SetAttribute = 40;
    public const uint ClearScreen = 48;
    public const uint SetCursorPosition = 56;
    public const uint EnableCursor = 64;
    public const uint Mode = 72;
    public const uint Size = 80;

    public const uint ModeMaxMode = 0;
    public const uint ModeNumber = 4;
    public const uint ModeAttribute = 8;
    public const uint ModeCursorColumn = 12;
    public const uint ModeCursorRow = 16;
    public const uint ModeCursorVisible = 20;
    public const uint ModeSize = 24;
}
