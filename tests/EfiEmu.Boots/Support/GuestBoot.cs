using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;

namespace EfiEmu.Boots.Support;

/// <summary>Boots of small guests with small budgets.</summary>
internal static class GuestBoot
{
    public static BootReport Run(Action<GuestCode> write) => Run(Request(write));

    public static BootReport Run(BootRequest request)
    {
        BootReport report = Emulator.Boot(request);
        // Whatever happened, both forms can be written.
        Emulator.Json(report);
        Emulator.Text(report);
        return report;
    }

    public static BootRequest Request(Action<GuestCode> write) => new()
    {
        Guest = GuestCode.Guest(write),
        Platform = "plain",
        MemoryBytes = 128 * Emulator.MiB,
        Firmware = FirmwareProfiles.Default,
        Budget = new BootBudget(
            Instructions: 20_000_000, GuestBytesTouched: 64 * Emulator.MiB, Events: 100_000, ConsoleCharacters: 100_000),
    };
}
