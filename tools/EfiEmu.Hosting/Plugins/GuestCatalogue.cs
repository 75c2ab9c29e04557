using EfiEmu.Firmware;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <inheritdoc cref="IGuestCatalogue"/>
internal sealed class GuestCatalogue(IEnumerable<GuestDefinition> registered) : IGuestCatalogue
{
    /// <summary>What the name of a guest in C# starts with where it stands in the place of a file.</summary>
    public const string Prefix = "guest:";

    /// <inheritdoc/>
    public IReadOnlyList<GuestDefinition> Guests { get; } = [.. BuiltInGuests.All, .. registered];

    /// <summary>Names that more than one guest has.</summary>
    public IEnumerable<string> Ambiguous => Guests.GroupBy(g => g.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);

    /// <inheritdoc/>
    public GuestFile? Find(string name) =>
        Guests.FirstOrDefault(g => Prefix + g.Name == name) is { } guest ? ManagedImage.ToGuestFile(guest) : null;
}
