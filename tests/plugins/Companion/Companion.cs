namespace Companion;

/// <summary>What a plugin uses of its library.</summary>
public static class Words
{
    /// <summary>A word.</summary>
    public static string Word => "companion";
}
