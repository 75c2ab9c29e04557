using System.Runtime.CompilerServices;

namespace EfiEmu.Rules.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] NotSource = ["bin", "obj", "artifacts", "TestResults", ".git", ".vs", ".idea"];

    /// <summary>Its top folder.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory) ?? FindRoot(ThisFolder())
        ?? throw new InvalidOperationException("no EfiEmu.sln above the tests");

    /// <summary>Every file, as a path relative to the top with forward slashes, in order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Enumerate(new DirectoryInfo(Root)).Order(StringComparer.Ordinal)];

    /// <summary>The C# files of the product: everything but the tests.</summary>
    public static IEnumerable<string> ProductCode => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && !IsTest(f));

    /// <summary>All C# files.</summary>
    public static IEnumerable<string> Code => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>The lines of a file.</summary>
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>Each line of some files that a rule finds fault with, as file:line: text.</summary>
    public static IReadOnlyList<string> Find(IEnumerable<string> files, Func<string, bool> fault) =>
    [
        .. files.SelectMany(file => Lines(file).Select((text, i) => (text, where: $"{file}:{i + 1}")))
            .Where(line => fault(line.text)).Select(line => $"{line.where}: {line.text.Trim()}"),
    ];

    private static bool IsTest(string file) => file.StartsWith("tests/", StringComparison.Ordinal);

    private static IEnumerable<string> Enumerate(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(f => Path.GetRelativePath(Root, f.FullName).Replace('\\', '/'))
            .Concat(folder.EnumerateDirectories().Where(d => !NotSource.Contains(d.Name)).SelectMany(Enumerate));

    private static string? FindRoot(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "EfiEmu.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }

    private static string? ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file);
}
