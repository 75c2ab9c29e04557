using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>The guests that EfiEmu brings along, one line each.</summary>
public static class BuiltInGuests
{
    /// <summary>The guests, in the order of a listing.</summary>
    public static IReadOnlyList<GuestDefinition> All { get; } =
    [
        GuestDefinition.Of(_ => new UnenlightenedKernel()),
        GuestDefinition.Of(_ => new EnlightenedKernel()),
    ];
}
