using System.Text;
using EfiEmu.Firmware.Reports;
using EfiEmu.SampleReports;
using EfiEmu.Sdk;
using VerifyXunit;
using Xunit;

namespace EfiEmu.Firmware.Tests.Lab;

/// <summary>The two views of a slack report, on reports written by hand.</summary>
public sealed class SlackViewTests
{
    private const uint Stride = 48;

    [Fact]
    public async Task Text_OfALoaderWithSlackForOneRetry_ShowsTableRoomAndAnswer() => await Verifier.Verify(Text(Sample()));

    [Fact]
    public async Task Json_OfALoaderWithSlackForOneRetry_KeepsThePromisedNames() => await Verifier.Verify(Json(Sample()));

    [Fact]
    public async Task Text_OfEveryOutcome_SaysWhatHappened()
    {
        SlackCell[] cells =
        [
            new(0, 0, SlackOutcome.Leaves, 1, null, false, ""),
            new(1, 0, SlackOutcome.GivesUp, 1, EfiStatus.Aborted, false, ""),
            new(1, 1, SlackOutcome.Faults, 2, null, false, "#PF read of 0x1000: RAM that nobody accepted"),
            new(1, 2, SlackOutcome.RunsOn, 1, null, false, ""),
            new(1, 3, SlackOutcome.RunsOn, 100, null, false, "the guest called ExitBootServices more than 100 times"),
            new(1, 4, SlackOutcome.NotModelled, 1, null, false, "FXSAVE64 [rax]"),
        ];
        await Verifier.Verify(Text(Sample() with { Cells = cells, Room = null }));
    }

    [Theory]
    [InlineData(false, "After a failed attempt the loader never fetches the map again.")]
    [InlineData(true, "After a failed attempt the loader asks again, and makes a buffer for the answer: the map may grow.")]
    public void Text_OfALoaderThatKeepsNoBuffer_SaysWhatItDoes(bool asksAgain, string said)
    {
        SlackRoom room = new(Request(0, 140, 128), Request(148, 142, 130), asksAgain ? Request(0, 143, 131) : null);

        Assert.Contains(said, string.Join(' ', Text(Sample() with { Room = room }).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Null(room.Left);
    }

    [Theory]
    [InlineData(new[] { 64 }, "one change of the map by up to 64 descriptors, the most that was tried; a second change ends it")]
    [InlineData(new[] { 0 }, "one change of the map that moves its key alone; a second change ends it")]
    [InlineData(new[] { 1 }, "one change of the map by one descriptor; a second change ends it")]
    [InlineData(new[] { 6, 6 }, "two changes of the map by up to 6 descriptors each; a third change ends it")]
    [InlineData(new[] { 6, 3 }, "one change of the map by up to 6 descriptors, two changes of the map by up to 3 descriptors each; a third change ends it")]
    [InlineData(new[] { 64, 64, 64, 64 }, "everything that was tried: four changes of the map by up to 64 descriptors each")]
    [InlineData(new[] { 9, 9, 9, 9 }, "four changes of the map by up to 9 descriptors each, as many changes as were tried")]
    public void Answer_OfWhatWasSurvived_IsOneSentence(int[] growth, string survived)
    {
        SlackReport report = Sample() with { Limits = new SlackLimits(), Cells = Cells(new SlackLimits(), growth) };

        Assert.Equal($"This loader survives {survived}.", report.Answer);
    }

    private static SlackReport Sample()
    {
        var limits = new SlackLimits(Changes: 3, Growth: 16);
        return new SlackReport
        {
            Undisturbed = SampleReport.AcceptedAtExit(),
            Limits = limits,
            IsForked = true,
            Cells = Cells(limits, 6),
            Room = new SlackRoom(Request(0, 140, 128), Request(148, 142, 130), Request(148, 142, 130)),
        };
    }

    private static SlackCell[] Cells(SlackLimits limits, params int[] growth) =>
    [
        .. limits.Cells.Select(cell => cell.Changes == 0 || (cell.Changes <= growth.Length && cell.Growth <= growth[cell.Changes - 1])
            ? new SlackCell(cell.Changes, cell.Growth, SlackOutcome.Leaves, cell.Changes + 1, null, false, "")
            : cell.Changes <= growth.Length
                ? new SlackCell(cell.Changes, cell.Growth, SlackOutcome.GivesUp, cell.Changes, EfiStatus.BufferTooSmall, true, "")
                : new SlackCell(cell.Changes, cell.Growth, SlackOutcome.GivesUp, 2, EfiStatus.InvalidParameter, false, "")),
    ];

    private static MapRequest Request(int room, int required, int descriptors) => new(
        (ulong)room * Stride, (ulong)required * Stride, descriptors, Stride, room < required ? EfiStatus.BufferTooSmall : EfiStatus.Success);

    private static string Text(SlackReport report)
    {
        using var text = new StringWriter { NewLine = "\n" };
        SlackText.Write(report, text, ReportStyle.Plain);
        return text.ToString();
    }

    private static string Json(SlackReport report)
    {
        using var stream = new MemoryStream();
        SlackJson.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
