using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace EfiEmu.Boots.Support;

/// <summary>Real images out of Debian packages, obtained through tools/images.</summary>
internal static class RealImages
{
    private static readonly ConcurrentDictionary<string, Lazy<(string? Path, string Fault)>> Known = new(StringComparer.Ordinal);

    /// <summary>Where the image lies. Fails the test, saying why, where it cannot be had.</summary>
    public static string Path(string name)
    {
        (string? path, string fault) = Obtain(name);
        Assert.True(path is not null, fault);
        return path!;
    }

    /// <summary>
    /// Why a test that needs the images is skipped, or null. In CI nothing is skipped: there the test runs, and fails with this reason.
    /// </summary>
    public static string? ReasonToSkip(params IEnumerable<string> names) => Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : names.Select(Obtain).FirstOrDefault(image => image.Path is null).Fault;

    private static (string? Path, string Fault) Obtain(string name) =>
        Known.GetOrAdd(name, n => new Lazy<(string?, string)>(() => Fetch(n))).Value;

    private static (string? Path, string Fault) Fetch(string name)
    {
        var start = new ProcessStartInfo("bash", [System.IO.Path.Combine(Repository.Root(), "tools", "images"), "get", name])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string path = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 && File.Exists(path)
            ? (path, string.Empty)
            : (null, $"tools/images get {name} gives no image: {error.GetAwaiter().GetResult().Trim()}");
    }
}

/// <summary>A test that needs real images. Without them it is skipped, saying why, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealImageFactAttribute : FactAttribute
{
    public RealImageFactAttribute(params string[] images)
    {
        Images = images;
        Skip = RealImages.ReasonToSkip(images);
    }

    public IReadOnlyList<string> Images { get; }
}

/// <summary>A theory that needs real images. Without them it is skipped, saying why, except in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealImageTheoryAttribute : TheoryAttribute
{
    public RealImageTheoryAttribute(params string[] images)
    {
        Images = images;
        Skip = RealImages.ReasonToSkip(images);
    }

    public IReadOnlyList<string> Images { get; }
}
