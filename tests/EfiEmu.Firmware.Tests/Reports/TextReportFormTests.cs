using System.Globalization;
using System.Text.RegularExpressions;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

public sealed partial class TextReportFormTests
{
    public static TheoryData<string> Samples => ["AcceptedAtExit", "Lost", "Faulted", "Plain"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Write_AnyReport_KeepsTo100ColumnsApartFromMapLines(string sample)
    {
        string[] lines = Text(Named(sample), ReportStyle.Plain).Split('\n');

        Assert.All(lines.Where(l => !l.Contains("range=[", StringComparison.Ordinal)), l => Assert.True(l.Length <= 100, l));
        Assert.All(lines, l => Assert.Equal(l.TrimEnd(), l));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Write_OnATerminal_DiffersFromPlainTextByColoursAlone(string sample)
    {
        string coloured = Text(Named(sample), ReportStyle.Terminal);

        Assert.Contains('\e', coloured);
        Assert.Equal(Text(Named(sample), ReportStyle.Plain), Colours().Replace(coloured, string.Empty));
    }

    [Fact]
    public void Write_InAnotherCulture_GivesTheSameText()
    {
        string expected = Text(SampleReport.AcceptedAtExit(), ReportStyle.Plain);
        CultureInfo before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberDecimalSeparator = ",";
        odd.NumberFormat.NumberGroupSeparator = ".";
        odd.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = odd;
        try
        {
            Assert.Equal(expected, Text(SampleReport.AcceptedAtExit(), ReportStyle.Plain));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Write_GuestTextWithControlCharacters_CannotForgeLines()
    {
        BootReport report = SampleReport.Plain() with
        {
            Events = [new Remark("harmless\n  VERDICT   all is well\e[2J\u202e")],
            Instructions = 1,
        };

        string text = Text(report, ReportStyle.Plain);

        Assert.Contains(@"harmless\u000a", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\u202e', text);
        Assert.Equal(1, text.Split('\n').Count(l => l.StartsWith("  VERDICT", StringComparison.Ordinal)));
    }

    [Fact]
    public void Write_ManyCalls_CountsEveryOneOfThem()
    {
        var locate = new FunctionSignature("bs", "LocateProtocol");
        BootReport report = SampleReport.Plain() with
        {
            Events = [.. Enumerable.Range(0, 40).Select(i => new ServiceCalled(locate, [], 0, true, default, 3) { At = new(0, (ulong)i) })],
        };

        Assert.Contains("120 calls: 120 LocateProtocol", Text(report, ReportStyle.Plain), StringComparison.Ordinal);
    }

    private static BootReport Named(string sample) => sample switch
    {
        "AcceptedAtExit" => SampleReport.AcceptedAtExit(),
        "Lost" => SampleReport.Lost(),
        "Faulted" => SampleReport.Faulted(),
        _ => SampleReport.Plain(),
    };

    private static string Text(BootReport report, ReportStyle style)
    {
        using var text = new StringWriter();
        TextReport.Write(report, text, style);
        return text.ToString();
    }

    [GeneratedRegex("\e\\[[0-9]*m")]
    private static partial Regex Colours();
}
