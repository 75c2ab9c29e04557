namespace EfiEmu.Loaders.Lua;

/// <summary>The files that a script may read: those of one folder, wherever links and dots seem to lead.</summary>
/// <param name="folder">The folder, or null for none.</param>
internal sealed class ScriptFiles(string? folder)
{
    private const int LargestFile = 1 << 30;
    private const int MostLinks = 40;

    /// <summary>Reads a file of the folder.</summary>
    /// <param name="path">As the script wrote it: relative to the folder, or absolute and inside it.</param>
    /// <exception cref="RequestException">It may not or cannot be read.</exception>
    public byte[] Read(string path)
    {
        if (folder is null)
        {
            throw new RequestException($"{path}: scripts read files only where --allow-read DIR names their folder");
        }

        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new RequestException("the path is empty or holds a NUL");
        }

        try
        {
            string root = Resolve(Path.GetFullPath(folder));
            string file = Resolve(Path.GetFullPath(Path.Combine(root, path)));
            if (!file.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new RequestException($"{path}: lies outside of the folder that --allow-read names");
            }

            return ReadWhole(file, path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RequestException($"{path}: no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new RequestException($"{path}: permission denied");
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or NotSupportedException)
        {
            throw new RequestException($"{path}: cannot be read");
        }
    }

    private static byte[] ReadWhole(string file, string path)
    {
        if (Directory.Exists(file))
        {
            throw new RequestException($"{path}: is a directory");
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (!stream.CanSeek || stream.Length > LargestFile)
        {
            throw new RequestException($"{path}: is no plain file of at most 1 GiB");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // Follows the links of each component, as the system does when it opens the file.
    private static string Resolve(string path)
    {
        int links = 0;
        string done = Path.GetPathRoot(path) ?? "/";
        var left = new Stack<string>(Parts(path[done.Length..]));
        while (left.TryPop(out string? part))
        {
            if (part is "..")
            {
                done = Path.GetDirectoryName(done) ?? done;
                continue;
            }

            string next = Path.Combine(done, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                done = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException("too many links");
            }

            string targetRoot = Path.GetPathRoot(target) ?? "";
            done = targetRoot.Length > 0 ? targetRoot : done;
            foreach (string component in Parts(target[targetRoot.Length..]))
            {
                left.Push(component);
            }
        }

        return done;
    }

    // Last component first, so that a stack gives the first one.
    private static IEnumerable<string> Parts(string path) => path
        .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part != ".")
        .Reverse();
}
