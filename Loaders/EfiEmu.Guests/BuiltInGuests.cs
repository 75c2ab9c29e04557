using EfiEmu.Sdk;

namespace EfiEmu.Guests;

/// <summary>The guests that EfiEmu brings along, one line each.</summary>
public static class BuiltInGuests
{
    /// <summary>Fresh guests, in the order of a listing.</summary>
    public static IReadOnlyList<IGuestImage> Create() =>
    [
        new UnenlightenedKernel(),
        new EnlightenedKernel(),
    ];
}
