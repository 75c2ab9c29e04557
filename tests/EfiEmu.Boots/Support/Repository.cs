namespace EfiEmu.Boots.Support;

/// <summary>Files of the source tree, and those that lie beside the tests.</summary>
internal static class Repository
{
    /// <summary>The folder with EfiEmu.sln.</summary>
    public static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "EfiEmu.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"EfiEmu.sln lies nowhere above {AppContext.BaseDirectory}");
    }

    /// <summary>A file that the build put beside the tests.</summary>
    public static string Beside(params ReadOnlySpan<string> path) => Path.Combine([AppContext.BaseDirectory, .. path]);
}
