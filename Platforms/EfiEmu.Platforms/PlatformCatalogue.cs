namespace EfiEmu.Platforms;

/// <summary>The platforms, by name; one line each.</summary>
public static class PlatformCatalogue
{
    /// <summary>All platforms, in the order of a listing.</summary>
    public static IReadOnlyList<IPlatform> All { get; } =
    [
        new PlainPlatform(),
        new SevSnpPlatform(),
        new TdxPlatform(),
    ];

    /// <summary>The names, in the order of a listing.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(platform => platform.Name)];

    /// <summary>The platform with a name, or null.</summary>
    public static IPlatform? Find(string name) =>
        All.FirstOrDefault(platform => string.Equals(platform.Name, name, StringComparison.Ordinal));
}
