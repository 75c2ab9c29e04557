using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Xunit;

namespace EfiEmu.Boots.Hostile;

/// <summary>What a boot that a guest spoilt must tell.</summary>
internal static class FaultChecks
{
    /// <summary>A fault report with place, instruction, last call and one clear line.</summary>
    public static FaultReport Tells(this BootReport report, BootEnd end, string line)
    {
        Assert.Equal(end, report.Outcome.End);
        FaultReport fault = Assert.IsType<FaultReport>(report.Fault);
        Assert.Contains(line, fault.Summary, StringComparison.Ordinal);
        Assert.Contains(fault.Summary, report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Equal(fault.Rip, fault.Registers.Single(r => r.Name == "RIP").Value);
        string text = Emulator.Text(report);
        Assert.Contains($"0x{fault.Rip:x}", text, StringComparison.Ordinal);
        return fault;
    }

    /// <summary>The same, where the instruction itself could be read.</summary>
    public static FaultReport TellsAt(this BootReport report, BootEnd end, string line, string instruction)
    {
        FaultReport fault = report.Tells(end, line);
        Assert.NotEmpty(fault.InstructionBytes);
        Assert.StartsWith(instruction, fault.InstructionText, StringComparison.Ordinal);
        Assert.Contains("in guest.efi+0x", fault.InstructionText, StringComparison.Ordinal);
        return fault;
    }
}
