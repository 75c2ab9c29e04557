namespace EfiEmu.Loaders.Tests.Support;

/// <summary>A folder that is gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("efiemu-plugins-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>A file with some contents.</summary>
    public string Put(string name, byte[] contents)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, contents);
        return path;
    }

    /// <summary>A copy of a file.</summary>
    public string Copy(string file, string? name = null) => Put(name ?? System.IO.Path.GetFileName(file), File.ReadAllBytes(file));
}
