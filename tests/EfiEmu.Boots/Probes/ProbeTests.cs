using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Probes;

/// <summary>Programs that ask the services hundreds of questions, and what real OVMF of two eras answered them.</summary>
public sealed class ProbeTests
{
    private static readonly string[] Probes = ["events", "exitboot3", "image", "memory", "misc", "protocol"];
    private static readonly string[] Firmware = ["edk2-202211", "edk2-202502"];

    public static TheoryData<string, string> ProbesOnFirmware
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string firmware in Firmware)
            {
                foreach (string probe in Probes)
                {
                    rows.Add(probe, firmware);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(ProbesOnFirmware))]
    public void Boot_OfAProbe_PrintsWhatItPrintsOnRealFirmware(string probe, string firmware)
    {
        string golden = File.ReadAllText(Repository.Beside("probes", $"golden-{firmware}", $"{probe}.txt"));

        BootReport report = Boot(probe, firmware, 8 * Emulator.GiB);

        Assert.Empty(ProbeLines.Differences(report.Console, golden, firmware));
        Assert.Equal(0, report.Outcome.ExitCode);
    }

    [Theory]
    [MemberData(nameof(ProbesOnFirmware))]
    public void Boot_OfAProbeOnASmallMachine_PrintsTheSame(string probe, string firmware)
    {
        BootReport small = Boot(probe, firmware, 256 * Emulator.MiB);
        BootReport large = Boot(probe, firmware, 8 * Emulator.GiB);

        Assert.Equal(large.Console, small.Console);
    }

    [Theory]
    [InlineData("memory.unknown")]
    [InlineData("memory.map_null_key")]
    public void Differences_InACheckThatCounts_AreNamed(string check)
    {
        string difference = Assert.Single(ProbeLines.Differences($"PROBE {check}: 1\n", $"PROBE {check}: 2\n", "edk2-202502"));

        Assert.Equal($"{check}: real firmware: 2; here: 1", difference);
    }

    private static BootReport Boot(string probe, string firmware, ulong memoryBytes) => Emulator.Boot(new BootRequest
    {
        Guest = Emulator.Guest(probe + ".efi", File.ReadAllBytes(Repository.Beside("probes", "bin", probe + ".efi"))),
        Platform = "plain",
        MemoryBytes = memoryBytes,
        Firmware = firmware,
    });
}
