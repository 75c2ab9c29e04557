using EfiEmu.Firmware;
using EfiEmu.Sdk;

namespace EfiEmu.Hosting;

/// <summary>The guests in C# that can be booted by name: the built-in ones, those that are registered, those of plugin assemblies.</summary>
public interface IGuestCatalogue
{
    /// <summary>The guests, in that order.</summary>
    IReadOnlyList<GuestDefinition> Guests { get; }

    /// <summary>A guest by its name with the prefix: guest:NAME.</summary>
    /// <returns>What a boot request needs; null where no guest has the name.</returns>
    GuestFile? Find(string name);
}
