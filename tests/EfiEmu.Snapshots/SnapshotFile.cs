using System.Globalization;
using System.Reflection;
using System.Text;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>The files of one test's snapshot: a class per source file, named alike.</summary>
internal sealed class SnapshotFile(string sourceFile, string method)
{
    private readonly string _class = Path.GetFileNameWithoutExtension(sourceFile);

    /// <summary>{Class}.{Method}.</summary>
    public string Name => $"{_class}.{method}";

    /// <summary>The names of the test method's parameters.</summary>
    public string[] ParameterNames(Assembly tests) => tests.GetTypes()
        .Where(type => type.Name == _class)
        .Select(type => type.GetMethod(method))
        .FirstOrDefault(found => found is not null)?
        .GetParameters().Select(parameter => parameter.Name ?? string.Empty).ToArray() ?? [];

    /// <summary>A parameter's value as a part of a file name.</summary>
    public static string FileNamePart(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null";
        return string.Concat(text.Select(c => c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or < ' ' ? '-' : c));
    }

    /// <summary>Compares; what does not match is written beside the verified file.</summary>
    /// <param name="text">What the test got.</param>
    /// <param name="suffix">What the parameters add to the file's name.</param>
    /// <param name="directory">The folder, relative to the source file's; empty for that folder itself.</param>
    /// <exception cref="XunitException">The text is not what was verified.</exception>
    public void Compare(string text, string suffix, string directory)
    {
        string stem = Path.Combine(Directory.CreateDirectory(Path.Combine(SourceDirectory(), directory)).FullName, Name + suffix);
        string verified = stem + ".verified.txt";
        string received = stem + ".received.txt";
        string actual = Normal(text);
        string? expected = File.Exists(verified) ? Normal(File.ReadAllText(verified)) : null;
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        throw new XunitException(Explain(expected, actual, verified, received));
    }

    private static string Explain(string? expected, string actual, string verified, string received)
    {
        if (expected is null)
        {
            return $"Nothing is verified yet. Read {received}; if it is right, rename it to {Path.GetFileName(verified)}.";
        }

        string[] expectedLines = expected.Split('\n');
        string[] actualLines = actual.Split('\n');
        int line = 0;
        while (line < expectedLines.Length && line < actualLines.Length && expectedLines[line] == actualLines[line])
        {
            line++;
        }

        return $"{received} differs from {Path.GetFileName(verified)} first in line {line + 1}:\n"
            + $"  verified: {expectedLines.ElementAtOrDefault(line) ?? "(ends)"}\n"
            + $"  received: {actualLines.ElementAtOrDefault(line) ?? "(ends)"}";
    }

    private static string Normal(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    // The compiler records where the source was; a tree that moved since is found again from where the tests run.
    private string SourceDirectory()
    {
        string recorded = Path.GetDirectoryName(sourceFile) ?? string.Empty;
        if (Directory.Exists(recorded))
        {
            return recorded;
        }

        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "EfiEmu.sln")))
        {
            root = Path.GetDirectoryName(root)
                ?? throw new XunitException($"{recorded} is not there, nor is the source tree above {AppContext.BaseDirectory}");
        }

        string[] parts = recorded.Split('/', '\\');
        return Enumerable.Range(0, parts.Length)
            .Select(skip => Path.Combine([root, .. parts.Skip(skip)]))
            .FirstOrDefault(Directory.Exists) ?? root;
    }
}
