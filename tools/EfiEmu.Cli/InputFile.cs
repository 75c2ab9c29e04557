
namespace EfiEmu.Cli;

/// <summary>Reads whole input files; what cannot be read gives one line.</summary>
internal static class InputFile
{
    private const int Largest = 1 << 30;

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">As the user wrote it.</param>
    /// <param name="field">What the file is to the command: image, initrd, memory map.</param>
    public static byte[] Read(string path, string field)
    {
        if (path.Length == 0)
        {
            throw new InputException("''", $"{field}: the name is empty");
        }

        if (Directory.Exists(path))
        {
            throw new InputException(path, $"{field}: is a directory");
        }

        try
        {
            byte[] bytes = ReadAll(path, field);
            return bytes.Length > 0 ? bytes : throw new InputException(path, $"{field}: the file is empty");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(path, $"{field}: no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new InputException(path, $"{field}: permission denied");
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, $"{field}: cannot be read: {fault.Message}");
        }
    }

    // A pipe or a device has no length and may never end.
    private static byte[] ReadAll(string path, string field)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (file.CanSeek && file.Length is > 0 and <= Largest)
        {
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }

        using var growing = new MemoryStream();
        byte[] chunk = new byte[1 << 20];
        while (file.Read(chunk) is > 0 and var count)
        {
            growing.Write(chunk, 0, count);
            if (growing.Length > Largest)
            {
                throw new InputException(path, $"{field}: larger than 1 GiB");
            }
        }

        return growing.ToArray();
    }
}
