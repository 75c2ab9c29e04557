namespace EfiEmu.Platforms;

/// <summary>The platforms, by name; one line each.</summary>
public static class PlatformCatalogue
{
    /// <summary>The names, in the order of a listing.</summary>
    public static IReadOnlyList<string> Names { get; } = ["plain", "sev-snp", "tdx"];
}
