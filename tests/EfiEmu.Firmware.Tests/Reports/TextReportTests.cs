using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

public sealed class TextReportTests
{
    [Fact]
    public async Task Write_MemoryAcceptedInsideExitBootServices_TellsTheStory() =>
        await Verifier.Verify(Text(SampleReport.AcceptedAtExit()));

    [Fact]
    public async Task Write_UnacceptedMemoryLeft_SaysWhatIsLost() => await Verifier.Verify(Text(SampleReport.Lost()));

    [Fact]
    public async Task Write_Fault_NamesInstructionAddressAndHistory() => await Verifier.Verify(Text(SampleReport.Faulted()));

    [Fact]
    public async Task Write_Trace_PrintsEveryEvent() => await Verifier.Verify(Text(SampleReport.AcceptedAtExit(), trace: true));

    private static string Text(BootReport report, bool trace = false)
    {
        using var text = new StringWriter { NewLine = "\n" };
        TextReport.Write(report, text, ReportStyle.Plain, trace);
        return text.ToString();
    }
}
