using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Sdk;

namespace EfiEmu.Boots.Guests;

/// <summary>Boots of the built-in guests on a machine with 16 GiB, of which 14 lie above 4 GiB.</summary>
internal static class GuestBoots
{
    /// <summary>What lies above 4 GiB, and is unaccepted on confidential platforms.</summary>
    public const ulong High = 14 * Emulator.GiB;

    public static GuestDefinition Guest(string name) => BuiltInGuests.All.Single(g => g.Name == name);

    public static BootReport Boot(string guest, string platform, Func<BootRequest, BootRequest>? change = null)
    {
        var request = new BootRequest
        {
            Guest = ManagedImage.ToGuestFile(Guest(guest)),
            Platform = platform,
            MemoryBytes = 16 * Emulator.GiB,
            Firmware = FirmwareProfiles.Default,
        };
        return Emulator.Boot(change is null ? request : change(request));
    }
}
