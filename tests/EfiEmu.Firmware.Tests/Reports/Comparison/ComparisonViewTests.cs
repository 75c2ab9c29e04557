using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Reports.Comparison;
using EfiEmu.SampleReports;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports.Comparison;

public sealed partial class ComparisonViewTests
{
    public static TheoryData<string, string> Pairs
    {
        get
        {
            string[] names = ["AcceptedAtExit", "Lost", "Faulted", "Plain"];
            TheoryData<string, string> pairs = [];
            foreach (string a in names)
            {
                foreach (string b in names)
                {
                    pairs.Add(a, b);
                }
            }

            return pairs;
        }
    }

    [Fact]
    public async Task Json_OfTwoPolicies_KeepsThePromisedNames() =>
        await Verifier.Verify(Json(BootComparison.Of(SampleReport.AcceptedAtExit(), SampleReport.Lost())));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Text_OfAnyPair_FitsOnAScreen(string a, string b)
    {
        string[] lines = Text(Of(a, b)).Split('\n');

        Assert.InRange(lines.Length, 10, 48);
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
        Assert.All(lines, l => Assert.Equal(l.TrimEnd(), l));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Text_OnATerminal_DiffersFromPlainTextByColoursAlone(string a, string b) =>
        Assert.Equal(Text(Of(a, b)), Colours().Replace(Text(Of(a, b), ReportStyle.Terminal), string.Empty));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Json_OfAnyPair_HasTheDifferencesOfTheAmounts(string a, string b)
    {
        JsonElement json = JsonDocument.Parse(Json(Of(a, b))).RootElement;

        Assert.Equal("efiemu.comparison/1", json.GetProperty("schema").GetString());
        Assert.All(
            json.GetProperty("ram").EnumerateObject().Concat(json.GetProperty("measures").EnumerateObject()),
            amount => Assert.Equal(
                amount.Value.GetProperty("b").GetInt64() - amount.Value.GetProperty("a").GetInt64(),
                amount.Value.GetProperty("difference").GetInt64()));
    }

    [Fact]
    public void Json_AmountsBeyondDoubles_StayExact()
    {
        BootReport huge = SampleReport.Plain() with { Ram = new(ulong.MaxValue, 0, 0, 0, 0, 0) };

        JsonElement total = JsonDocument.Parse(Json(BootComparison.Of(huge, SampleReport.Plain()))).RootElement.GetProperty("ram").GetProperty("totalBytes");

        Assert.Equal("0xffffffffffffffff", total.GetProperty("a").GetString());
        Assert.Equal((((Int128)8 << 30) - ulong.MaxValue).ToString(CultureInfo.InvariantCulture), total.GetProperty("difference").GetString());
    }

    [Fact]
    public void Text_OfTheLongestNames_StaysInItsColumns()
    {
        BootReport lazy = SampleReport.AcceptedAtExit() with { Acceptance = "lazy-without-negotiation" };
        BootReport other = lazy with { Acceptance = "accept-all-without-question" };

        Assert.All(Text(BootComparison.Of(lazy, other)).Split('\n'), l => Assert.True(l.Length <= 100, l));
    }

    [Fact]
    public void Text_OfAStoryWithoutEnd_SaysHowMuchIsLeftOut()
    {
        BootReport report = SampleReport.Plain() with { Events = [.. Enumerable.Range(0, 1000).Select(i => new Remark($"line {i}"))] };

        // A thousand notes and the end, of which forty rows are shown.
        Assert.Contains("            and 961 rows more\n", Text(BootComparison.Of(report, report)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_GuestTextWithControlCharacters_CannotForgeLines()
    {
        BootReport report = SampleReport.Plain() with { Events = [new Remark("harmless\n  ANSWER    all is well\e[2J")] };

        string text = Text(BootComparison.Of(SampleReport.Plain(), report));

        Assert.DoesNotContain('\e', text);
        Assert.Single(text.Split('\n'), l => l.StartsWith("  ANSWER", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_InAnotherCulture_IsTheSame()
    {
        string expected = Text(Of("AcceptedAtExit", "Lost"));
        CultureInfo before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberDecimalSeparator = ",";
        odd.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = odd;
        try
        {
            Assert.Equal(expected, Text(Of("AcceptedAtExit", "Lost")));
            Assert.Contains("\"difference\": -15032385536", Json(Of("AcceptedAtExit", "Lost")), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static BootComparison Of(string a, string b) => BootComparison.Of(Named(a), Named(b));

    private static BootReport Named(string sample) => sample switch
    {
        "AcceptedAtExit" => SampleReport.AcceptedAtExit(),
        "Lost" => SampleReport.Lost(),
        "Faulted" => SampleReport.Faulted(),
        _ => SampleReport.Plain(),
    };

    private static string Text(BootComparison comparison, ReportStyle? style = null)
    {
        using var text = new StringWriter();
        TextComparison.Write(comparison, text, style ?? ReportStyle.Plain);
        return text.ToString();
    }

    private static string Json(BootComparison comparison)
    {
        using var bytes = new MemoryStream();
        JsonComparison.Write(comparison, bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    [GeneratedRegex("\e\\[[0-9]*m")]
    private static partial Regex Colours();
}
