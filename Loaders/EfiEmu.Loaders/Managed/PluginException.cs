using EfiEmu.Firmware;

namespace EfiEmu.Loaders;

/// <summary>A plugin that cannot be used: wrong file, wrong contract, or a class that cannot be made.</summary>
/// <param name="file">The file, as it was asked for.</param>
/// <param name="fault">What is wrong with it, in one line.</param>
public sealed class PluginException(string file, string fault) : BootRequestException("plugin", $"{file}: {fault}")
{
    /// <summary>The file, as it was asked for.</summary>
    public string File { get; } = file;
}
