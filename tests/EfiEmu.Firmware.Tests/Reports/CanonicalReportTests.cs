using System.Globalization;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Firmware.Tests.Reports;

public sealed class CanonicalReportTests
{
    [Fact]
    public async Task Write_UnacceptedMemoryLeft_SaysWhatIsLost() => await Verifier.Verify(Text(SampleReport.Lost()));

    [Fact]
    public async Task Write_Fault_LeavesOutWhatMovesWithEveryBuild() => await Verifier.Verify(Text(SampleReport.Faulted()));

    [Fact]
    public void Write_BootThatTookLonger_GivesTheSameText()
    {
        BootReport report = SampleReport.AcceptedAtExit();
        BootReport slower = report with
        {
            Events = [.. report.Events.Select(e => e with { At = new(e.At.Nanoseconds + 5, 3 * e.At.Instructions) })],
            Instructions = 3 * report.Instructions,
            VirtualNanoseconds = report.VirtualNanoseconds + 5,
            Guest = report.Guest with { Sha256 = new string('b', 64), Bytes = 1 },
        };

        Assert.Equal(Text(report), Text(slower));
    }

    [Fact]
    public void Write_MapKeysThatAllMoved_GivesTheSameText() =>
        Assert.Equal(Text(WithKeys(0x10, 0x15)), Text(WithKeys(0x1010, 0x1015)));

    [Fact]
    public void Write_KeyThatFellBehind_SaysByHowMuch() => Assert.Contains("#1 returns EFI_INVALID_PARAMETER: key 5 behind", Text(WithKeys(0x10, 0x15)));

    [Fact]
    public void Write_KeyThatNoMapCameWith_DoesNotMeasureIt()
    {
        ExitBootServicesAttempt wild = new(1, 0xdead, 0x15, EfiStatus.InvalidParameter, "the guest never got this key from GetMemoryMap");

        Assert.Contains("key that no map came with", Text(SampleReport.Plain() with { Events = [new ExitBootServicesCalled(wild)] }));
    }

    [Fact]
    public void Write_OneTypeMoreInTheMap_ChangesLinesOfThatStageAlone()
    {
        BootReport report = SampleReport.AcceptedAtExit();
        StagedMemoryMap final = report.MemoryMaps[^1];
        MemoryDescriptor added = new(MemoryType.Persistent, new(1UL << 40), 3, MemoryAttributes.NonVolatile);
        BootReport changed = report with
        {
            MemoryMaps = [.. report.MemoryMaps.SkipLast(1), final with { Descriptors = [.. final.Descriptors, added] }],
        };

        Assert.Equal(
            [
                $"  {final.Descriptors.Count + 1} descriptors",
                "  Persistent    12 KiB",
                "  0x10000000000-0x10000002fff 12 KiB: new as Persistent",
            ],
            Lines(changed).Except(Lines(report)));
        Assert.Equal(Lines(report).Length + 2, Lines(changed).Length);
    }

    [Fact]
    public void Write_RangesAcceptedOneAfterTheOther_AreOneLine()
    {
        const ulong Unit = 2 << 20;
        BootReport report = Accepting(Enumerable.Range(0, 1000).Select(i => new MemoryRange((ulong)i * Unit, Unit)));

        Assert.Equal(["  the guest accepts 0x0-0x7cffffff 2000 MiB"], Lines(report).Where(l => l.Contains("accepts", StringComparison.Ordinal)));
    }

    [Fact]
    public void Write_RangesAcceptedHereAndThere_AreNamedUpToABoundAndSummed()
    {
        BootReport report = Accepting(Enumerable.Range(0, 20).Select(i => new MemoryRange((ulong)i << 30, 0x1000)));

        Assert.Equal(17, Lines(report).Count(l => l.Contains("the guest accepts", StringComparison.Ordinal)));
        Assert.Contains("  the guest accepts 4 ranges more, 16 KiB", Lines(report));
    }

    [Fact]
    public void Write_GroupSignalledInALoop_IsOneLineWithACount()
    {
        var group = new Guid("7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b");
        BootReport report = SampleReport.Plain() with { Events = [.. Enumerable.Repeat(new EventGroupSignalled(group, 2), 1234)] };

        Assert.Contains("  READY_TO_BOOT signalled to 2 events, 1,234 times", Lines(report));
    }

    [Fact]
    public void Write_Services_CountsWhatDidNotSucceedByStatus()
    {
        var locate = new FunctionSignature("bs", "LocateProtocol");
        BootReport report = SampleReport.Plain() with
        {
            Services = [new("rt", "GetTime", 1), new("bs", "LocateProtocol", 9)],
            Events =
            [
                new ServiceCalled(locate, [], EfiStatus.NotFound.Value, true, default, 4),
                new ServiceCalled(locate, [], EfiStatus.Success.Value, true, default, 1),
                new ServiceCalled(locate, [], EfiStatus.InvalidParameter.Value, true, default, 1),
                new ServiceCalled(locate, [], EfiStatus.NotFound.Value, true, default, 3),
            ],
        };

        int services = Array.IndexOf(Lines(report), "services");
        Assert.Equal(
            ["  bs.LocateProtocol 9, of which 1 EFI_INVALID_PARAMETER, 7 EFI_NOT_FOUND", "  rt.GetTime 1"],
            Lines(report)[(services + 1)..(services + 3)]);
    }

    [Fact]
    public void Write_Console_CannotForgeASection()
    {
        string[] lines = Lines(SampleReport.Plain() with { Console = "hello\r\noutcome\n  end           fault\e[2J\n" });

        int console = Array.IndexOf(lines, "console");
        Assert.Equal(["  | hello", "  | outcome", @"  |   end           fault\u001b[2J"], lines[(console + 1)..(console + 4)]);
        Assert.Single(lines, "outcome");
    }

    [Fact]
    public void Write_ConsoleWithoutEnd_IsCut() =>
        Assert.Contains("  and 23 lines more", Lines(SampleReport.Plain() with { Console = string.Concat(Enumerable.Repeat("again\n", 123)) }));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1025, "1025 bytes")]
    [InlineData(0x80000000, "2 GiB")]
    [InlineData(0x7fffb000, "2097132 KiB")]
    [InlineData(1UL << 52, "4 PiB")]
    public void Exact_Amount_IsWholeInItsUnit(ulong bytes, string expected) => Assert.Equal(expected, CanonicalReport.Exact(bytes));

    [Fact]
    public void Write_InAnotherCulture_GivesTheSameText()
    {
        string expected = Text(SampleReport.AcceptedAtExit());
        CultureInfo before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.CurrentCulture = odd;
        try
        {
            Assert.Equal(expected, Text(SampleReport.AcceptedAtExit()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static BootReport WithKeys(ulong given, ulong current) => SampleReport.Plain() with
    {
        Events =
        [
            new FirmwareStarted(given - 3),
            new MemoryMapFetched(given, 9, 4096, 48, EfiStatus.Success),
            new MemoryMapChanged(current, "AllocatePages LoaderData 1 page"),
            new ExitBootServicesCalled(new(1, given, current, EfiStatus.InvalidParameter, "since the guest fetched the map: AllocatePages")),
        ],
    };

    private static BootReport Accepting(IEnumerable<MemoryRange> ranges) => SampleReport.Plain() with
    {
        Events = [.. ranges.Select(r => new MemoryAccepted(MemoryAcceptor.Guest, r, 1))],
    };

    private static string[] Lines(BootReport report) => Text(report).Split('\n');

    private static string Text(BootReport report)
    {
        using var text = new StringWriter();
        CanonicalReport.Write(report, text);
        return text.ToString();
    }
}
