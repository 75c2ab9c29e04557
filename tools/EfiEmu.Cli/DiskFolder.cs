namespace EfiEmu.Cli;

/// <summary>Reads the folder of --disk: the files of the boot volume beside the image.</summary>
internal static class DiskFolder
{
    private const string Field = "disk";
    private const int MostFiles = 10_000;
    private const long MostBytes = 1L << 30;

    /// <summary>The files by lower-case path with backslashes, as a FAT volume finds them.</summary>
    /// <param name="folder">As the user wrote it.</param>
    /// <exception cref="InputException">What is wrong with the folder, or with what is in it.</exception>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException(folder.Length == 0 ? "''" : folder, $"{Field}: no such directory");
        }

        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (FileSystemInfo entry in Entries(new DirectoryInfo(folder)))
        {
            // A link may lead out of the folder, or round in it.
            if (entry.LinkTarget is not null)
            {
                throw new InputException(entry.FullName, $"{Field}: is a link; a volume has files and directories");
            }

            if (entry is not FileInfo file)
            {
                continue;
            }

            bytes += file.Length;
            if (files.Count == MostFiles || bytes > MostBytes)
            {
                throw new InputException(folder, $"{Field}: holds more than {MostFiles} files or 1 GiB");
            }

            string path = @"\" + Path.GetRelativePath(folder, file.FullName).Replace('/', '\\').ToLowerInvariant();
            if (!files.TryAdd(path, file.Length == 0 ? ReadOnlyMemory<byte>.Empty : InputFile.Read(file.FullName, Field)))
            {
                throw new InputException(folder, $"{Field}: two files are called {path}; a volume does not tell upper from lower case");
            }
        }

        return files;
    }

    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new InputException(folder.FullName, $"{Field}: cannot be read: {fault.Message}");
        }

        foreach (FileSystemInfo entry in entries.OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            yield return entry;
            if (entry is DirectoryInfo { LinkTarget: null } below)
            {
                foreach (FileSystemInfo nested in Entries(below))
                {
                    yield return nested;
                }
            }
        }
    }
}
