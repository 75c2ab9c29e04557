using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>The guests that EfiEmu brings along, one line each: those that do it right first, then those that real machines met.</summary>
public static class BuiltInGuests
{
    /// <summary>The guests, in the order of a listing.</summary>
    public static IReadOnlyList<GuestDefinition> All { get; } =
    [
        GuestDefinition.Of(_ => new UnenlightenedKernel()),
        GuestDefinition.Of(_ => new EnlightenedKernel()),
        GuestDefinition.Of(_ => new TdxKernel()),
        GuestDefinition.Of(_ => new Bootloader()),
        GuestDefinition.Of(_ => new ChoosingBootloader()),
        GuestDefinition.Of(_ => new AcceptingLoader()),
        GuestDefinition.Of(_ => new Grub206()),
        GuestDefinition.Of(_ => new NeverRetries()),
        GuestDefinition.Of(_ => new AllocatesAfterMap()),
        GuestDefinition.Of(_ => new WrongStride()),
        GuestDefinition.Of(_ => new RetriesForEver()),
        GuestDefinition.Of(_ => new TimerAfterMap()),
        GuestDefinition.Of(_ => new KeepsCalling()),
    ];
}
