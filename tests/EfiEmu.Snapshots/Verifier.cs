using System.Reflection;
using System.Runtime.CompilerServices;

namespace VerifyXunit;

/// <summary>Compares text with the file {Class}.{Method}.verified.txt beside the test.</summary>
/// <remarks>
/// The calls and the file convention are Verify.Xunit's; -p:UseVerifyPackage=true builds the tests against that package.
/// On a mismatch, and where nothing is verified yet, the text goes to .received.txt and the test fails.
/// </remarks>
public static class Verifier
{
    /// <summary>Compares a text with what was verified for the calling test.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static SettingsTask Verify(
        string? target, [CallerFilePath] string sourceFile = "", [CallerMemberName] string method = "") =>
        new(target ?? "null", new SnapshotFile(sourceFile, method), Assembly.GetCallingAssembly());
}

/// <summary>A comparison that runs when it is awaited.</summary>
public sealed class SettingsTask
{
    private readonly string _text;
    private readonly SnapshotFile _file;
    private readonly Assembly _tests;
    private string _parameters = string.Empty;
    private string _directory = string.Empty;

    internal SettingsTask(string text, SnapshotFile file, Assembly tests)
    {
        _text = text;
        _file = file;
        _tests = tests;
    }

    /// <summary>Gives each row of a theory a file of its own: {Class}.{Method}_{name}={value}.verified.txt.</summary>
    public SettingsTask UseParameters(params object?[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        string[] names = _file.ParameterNames(_tests);
        if (parameters.Length != names.Length)
        {
            throw new ArgumentException($"{_file.Name} has {names.Length} parameters, not {parameters.Length}", nameof(parameters));
        }

        _parameters = string.Concat(names.Zip(parameters, (name, value) => $"_{name}={SnapshotFile.FileNamePart(value)}"));
        return this;
    }

    /// <summary>Keeps the files in another folder than the test's.</summary>
    /// <param name="directory">Relative to the folder of the source file.</param>
    public SettingsTask UseDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = directory;
        return this;
    }

    /// <summary>Runs the comparison.</summary>
    public Task ToTask()
    {
        _file.Compare(_text, _parameters, _directory);
        return Task.CompletedTask;
    }

    /// <summary>Makes the comparison awaitable.</summary>
    public TaskAwaiter GetAwaiter() => ToTask().GetAwaiter();
}
