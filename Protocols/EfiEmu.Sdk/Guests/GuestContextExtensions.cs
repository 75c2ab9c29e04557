namespace EfiEmu.Sdk;

/// <summary>What most guests do.</summary>
public static class GuestContextExtensions
{
    private const uint ConsoleOutOffset = 64;

    /// <summary>Prints on ConOut.</summary>
    /// <returns>SUCCESS; WARN_UNKNOWN_GLYPH where a character cannot be shown.</returns>
    public static EfiStatus Print(this IGuestContext guest, string text)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return SimpleTextOutput.At(guest, guest.Memory.ReadPointer(guest.SystemTable + ConsoleOutOffset)).OutputString(text);
    }

    /// <summary>The image's own EFI_LOADED_IMAGE_PROTOCOL.</summary>
    public static LoadedImage Self(this IGuestContext guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return guest.BootServices.HandleProtocol<LoadedImage>(guest.ImageHandle).Value;
    }
}
