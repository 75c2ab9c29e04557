using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Plugins;

/// <summary>The plugins that the build put beside the tests, and boots with them.</summary>
internal static class PluginFiles
{
    public static string Hello => PathOf("HelloGuest");

    public static string Greeter => PathOf("GreeterProtocol");

    public static string Odd => PathOf("OddPlugins");

    public static BootReport Boot(
        GuestDefinition guest, IReadOnlyList<ProtocolDefinition> protocols, IBootInstrument? instrument = null, CancellationToken cancellation = default) =>
        Boot(ManagedImage.ToGuestFile(guest), protocols, instrument, cancellation);

    public static BootReport Boot(
        GuestFile guest, IReadOnlyList<ProtocolDefinition> protocols, IBootInstrument? instrument = null, CancellationToken cancellation = default) =>
        Emulator.Boot(
            GuestBoot.Request(_ => { }) with { Guest = guest, Until = BootUntil.GuestEnd }, protocols, instrument, cancellation);

    /// <summary>A copy of a plugin's folder, in a folder of its own.</summary>
    public static string CopyOf(string plugin, string folder)
    {
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(plugin)!))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, Path.GetFileName(plugin));
    }

    private static string PathOf(string name) => Repository.Beside("plugins", name, name + ".dll");
}
