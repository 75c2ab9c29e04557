namespace EfiEmu.Protocols;

/// <summary>EFI_FILE_PROTOCOL, revision 1.</summary>
/// <remarks>UEFI 2.10 section 13.5.1.</remarks>
internal static class FileProtocolLayout
{
    public const uint Revision = 0;
    public const uint Open = 8;
    public const uint Close = 16;
    public const uint Delete = 24;
    public const uint Read = 32;
    public const uint Write = 40;
    public const uint GetPosition = 48;
    public const uint SetPosition = 56;
    public const uint GetInfo = 64;
    public const uint SetInfo = 72;
    public const uint Flush = 80;
    public const uint Size = 88;

    public const ulong Revision1 = 0x10000;
}
