namespace EfiEmu.Loaders.Tests.Support;

/// <summary>The small real images that lie beside the tests.</summary>
internal static class Probes
{
    public static IEnumerable<string> Names { get; } = ["events", "exitboot3", "image", "memory", "misc", "protocol"];

    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "probes", name + ".efi"));
}
