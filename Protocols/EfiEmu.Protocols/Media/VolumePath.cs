using EfiEmu.Sdk;

namespace EfiEmu.Protocols;

/// <summary>Finds files by the names that guests give.</summary>
/// <remarks>UEFI 2.10 section 13.5.2; FatPkg/EnhancedFatDxe for the statuses.</remarks>
internal static class VolumePath
{
    private const int MaximumComponentLength = 255;

    // FAT bounds a full path with drive letter, colon, separator and NUL at 260.
    private const int MaximumPathLength = 256;
    private const string IllegalUnits = "\\/:*?\"<>|";
    private const ulong DirectoryAttribute = 0x10;

    /// <summary>Finds an entry.</summary>
    /// <param name="start">Where a name without a leading backslash begins.</param>
    /// <param name="name">The name.</param>
    /// <param name="attributes">The Attributes argument of Open.</param>
    /// <returns>
    /// The entry; INVALID_PARAMETER for an empty, overlong or illegal name, for the parent of the root, and for an absent
    /// name that ends with a backslash unless the attributes say directory; NOT_FOUND.
    /// </returns>
    public static EfiResult<VolumeEntry> Locate(VolumeEntry start, string name, ulong attributes)
    {
        if (name.Length == 0)
        {
            return EfiStatus.InvalidParameter;
        }

        bool wantsDirectory = name[^1] == '\\';
        bool isAbsolute = name[0] == '\\';
        VolumeEntry entry = isAbsolute ? RootOf(start) : start;
        int nameLength = isAbsolute ? name.Length - 1 : name.Length;
        if (entry.FullPathLength + nameLength > MaximumPathLength)
        {
            return EfiStatus.InvalidParameter;
        }

        string[] components = name.Split('\\', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < components.Length; i++)
        {
            EfiResult<VolumeEntry> next = Step(entry, components[i]);
            if (next.Status == EfiStatus.NotFound && entry.IsDirectory && i == components.Length - 1
                && wantsDirectory && (attributes & DirectoryAttribute) == 0)
            {
                return EfiStatus.InvalidParameter;
            }

            if (!next.TryGet(out entry))
            {
                return next.Status;
            }
        }

        return wantsDirectory && !entry.IsDirectory ? EfiStatus.NotFound : entry;
    }

    private static VolumeEntry RootOf(VolumeEntry entry)
    {
        while (entry.Parent is { } parent)
        {
            entry = parent;
        }

        return entry;
    }

    private static EfiResult<VolumeEntry> Step(VolumeEntry entry, string component)
    {
        switch (component)
        {
            case ".":
                return entry;
            case "..":
                return entry.Parent is { } parent ? parent : EfiStatus.InvalidParameter;
        }

        // FAT does not keep blanks around a name, nor periods behind it.
        string name = component.TrimStart(' ').TrimEnd(' ', '.');
        if (name.Length is 0 or > MaximumComponentLength
            || name.Any(unit => unit < ' ' || IllegalUnits.Contains(unit, StringComparison.Ordinal)))
        {
            return EfiStatus.InvalidParameter;
        }

        return entry.Find(name) is { } found ? found : EfiStatus.NotFound;
    }
}
