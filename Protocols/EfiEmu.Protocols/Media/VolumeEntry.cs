namespace EfiEmu.Protocols;

/// <summary>A file or directory of the boot volume.</summary>
internal sealed class VolumeEntry
{
    private const int ShortNameLength = 8;
    private const int ShortExtensionLength = 3;

    private readonly SortedDictionary<string, VolumeEntry>? _children;

    private VolumeEntry(string key, VolumeEntry? parent, bool isDirectory, ReadOnlyMemory<byte> content)
    {
        Key = key;
        Parent = parent;
        Content = content;
        _children = isDirectory ? new(StringComparer.Ordinal) : null;
    }

    /// <summary>The name in lower case, by which it is found.</summary>
    public string Key { get; }

    /// <summary>The directory that holds it; null for the root.</summary>
    public VolumeEntry? Parent { get; }

    public ReadOnlyMemory<byte> Content { get; }

    public bool IsDirectory => _children is not null;

    /// <summary>The length of its path, each name with the backslash before it.</summary>
    public int FullPathLength => Parent is null ? 0 : Parent.FullPathLength + 1 + Key.Length;

    /// <summary>The name that guests see: one that fits 8.3 is upper case, as FAT keeps it.</summary>
    public string Name => HasShortName ? Key.ToUpperInvariant() : Key;

    /// <summary>Whether the name fits 8.3.</summary>
    public bool HasShortName => FitsShortName(Key);

    /// <summary>What a directory holds, by name; the dot entries of a directory below the root are not among it.</summary>
    public IReadOnlyCollection<VolumeEntry> Children => _children is null ? [] : _children.Values;

    /// <summary>Builds the tree from paths such as \efi\boot\bootx64.efi.</summary>
    public static VolumeEntry BuildTree(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        var root = Directory("", null);
        foreach ((string path, ReadOnlyMemory<byte> content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            root.Add(path.Split('\\', StringSplitOptions.RemoveEmptyEntries), content);
        }

        return root;
    }

    public VolumeEntry? Find(string name) => _children?.GetValueOrDefault(name.ToLowerInvariant());

    private static VolumeEntry Directory(string key, VolumeEntry? parent) =>
        new(key, parent, isDirectory: true, ReadOnlyMemory<byte>.Empty);

    private void Add(string[] components, ReadOnlyMemory<byte> content)
    {
        VolumeEntry directory = this;
        for (int i = 0; i < components.Length; i++)
        {
            string key = components[i].ToLowerInvariant();
            if (directory._children is not { } children)
            {
                // A file stands where a directory would have to be: it hides what would lie below.
                return;
            }

            if (!children.TryGetValue(key, out VolumeEntry? entry))
            {
                entry = i == components.Length - 1
                    ? new VolumeEntry(key, directory, isDirectory: false, content)
                    : Directory(key, directory);
                children.Add(key, entry);
            }

            directory = entry;
        }
    }

    private static bool FitsShortName(string key)
    {
        string[] parts = key.Split('.');
        return parts.Length <= 2
            && parts[0].Length is > 0 and <= ShortNameLength
            && (parts.Length == 1 || parts[1].Length is > 0 and <= ShortExtensionLength)
            && key.All(unit => char.IsAsciiLetterOrDigit(unit) || "_-~!#$%&'()@^`{}.".Contains(unit, StringComparison.Ordinal));
    }
}
