using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Boots.Support;

/// <summary>What every report must hold, whatever the guest did.</summary>
internal static class ReportChecks
{
    public static void Check(BootReport report)
    {
        CheckAccount(report);
        CheckOutcome(report);
        CheckMap(report);
    }

    private static void CheckAccount(BootReport report)
    {
        RamAccount ram = report.Ram;
        Assert.Equal(report.MemoryBytes, ram.Total);
        Assert.Equal(ram.Total, ram.AcceptedBeforeGuest + ram.AcceptedAtExitBootServices + ram.AcceptedByGuest + ram.Unaccepted);
        Assert.InRange(ram.LostToGuest, 0UL, ram.Total);
        Assert.Equal(report.KernelMemory?.MissingBytes ?? ram.LostToGuest, ram.LostToGuest);
    }

    private static void CheckOutcome(BootReport report)
    {
        BootOutcome outcome = report.Outcome;
        int expected = outcome.End switch
        {
            BootEnd.ExitBootServices or BootEnd.HandOff or BootEnd.WaitsForInput => 0,
            BootEnd.Returned => outcome.Status is { IsError: true } ? 1 : 0,
            BootEnd.Fault or BootEnd.GaveUp => 1,
            BootEnd.NotModelled => 3,
            BootEnd.Budget => 4,
            _ => throw new InvalidOperationException($"{outcome.End} is no documented end"),
        };
        Assert.Equal(expected, outcome.ExitCode);
        AssertOneLine(outcome.Verdict);
        if (outcome.End is BootEnd.Fault or BootEnd.NotModelled)
        {
            Assert.NotNull(report.Fault);
            AssertOneLine(report.Fault.Summary);
        }
    }

    // Not sorted, but no byte is described twice.
    private static void CheckMap(BootReport report)
    {
        MemoryDescriptor[] map = [.. report.MemoryMaps[^1].Descriptors.OrderBy(d => d.PhysicalStart.Value)];
        Assert.Equal("final", report.MemoryMaps[^1].Stage);
        for (int i = 1; i < map.Length; i++)
        {
            Assert.True(
                map[i].PhysicalStart.Value > map[i - 1].PhysicalEnd.Value,
                $"{map[i]} overlaps {map[i - 1]}");
        }
    }

    private static void AssertOneLine(string text)
    {
        Assert.NotEmpty(text);
        Assert.DoesNotContain('\n', text);
    }
}
