using System.Reflection;

namespace EfiEmu.Sdk;

/// <summary>Names a guest. A class that implements <see cref="IGuestImage"/> and carries this can be booted by its name.</summary>
/// <param name="name">What follows "guest:" on the command line: lower-case words with hyphens.</param>
/// <param name="description">One line for a listing and for the report.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class GuestAttribute(string name, string description) : Attribute
{
    /// <summary>What follows "guest:" on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>One line for a listing and for the report.</summary>
    public string Description { get; } = description;
}

/// <summary>A guest that can be made: once for each time that its image is started.</summary>
/// <param name="Name">What follows "guest:" on the command line.</param>
/// <param name="Description">One line for a listing and for the report.</param>
/// <param name="Create">Makes the guest; the provider has what <see cref="IFirmwareContext"/> offers constructors.</param>
public sealed record GuestDefinition(string Name, string Description, Func<IServiceProvider, IGuestImage> Create)
{
    /// <summary>What a report calls the guest's code: its class, and for a plugin from a file that file.</summary>
    public string Origin { get; init; } = Name;

    /// <summary>A guest class that carries <see cref="GuestAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The class does not carry the attribute.</exception>
    public static GuestDefinition Of<TGuest>(Func<IServiceProvider, TGuest> create)
        where TGuest : class, IGuestImage
    {
        GuestAttribute attribute = typeof(TGuest).GetCustomAttribute<GuestAttribute>()
            ?? throw new ArgumentException($"{typeof(TGuest).Name} carries no [Guest] attribute");
        return new GuestDefinition(attribute.Name, attribute.Description, create) { Origin = typeof(TGuest).Name };
    }
}
