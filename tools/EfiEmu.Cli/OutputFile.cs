namespace EfiEmu.Cli;

/// <summary>The file of --out: opened before the boot, so that a long run does not end with nowhere to write to.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    private OutputFile(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Opens the file and leaves what it holds until there is something to put in its place.</summary>
    /// <param name="path">As the user wrote it.</param>
    /// <param name="inputs">The files that the command reads.</param>
    public static OutputFile Open(string path, IEnumerable<string> inputs)
    {
        if (path.Length == 0)
        {
            throw new InputException("--out", "the name is empty");
        }

        if (inputs.Any(input => input.Length > 0 && Path.GetFullPath(input) == Path.GetFullPath(path)))
        {
            throw new InputException(path, "out: is an input of the same boot");
        }

        if (Directory.Exists(path))
        {
            throw new InputException(path, "out: is a directory");
        }

        return Guarded(path, () => new OutputFile(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0)));
    }

    /// <summary>Replaces the file's content.</summary>
    public void Write(Action<Stream> write) => Guarded(_path, () =>
    {
        if (_file.CanSeek)
        {
            _file.SetLength(0);
        }

        write(_file);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static T Guarded<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = fault switch
            {
                DirectoryNotFoundException => "no such directory",
                UnauthorizedAccessException => "permission denied",
                _ => fault.Message,
            };
            throw new InputException(path, $"out: cannot be written: {reason}");
        }
    }
}
