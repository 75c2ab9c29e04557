using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Guests;
using EfiEmu.Loaders;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Lab;

/// <summary>What loaders survive of map changes before their ExitBootServices.</summary>
public sealed class SlackLabTests
{
    private const ulong DescriptorBytes = 48;

    private static SlackLimits Few => new(Changes: 2, Growth: 8, CellInstructions: 100_000);

    [RealImageTheory("linux-6.1-cloud", "linux-6.12-cloud")]
    [InlineData("linux-6.1-cloud", "plain", 8)]
    [InlineData("linux-6.1-cloud", "sev-snp", 8)]
    [InlineData("linux-6.12-cloud", "plain", 32)]
    public void Kernel_KeepsSlackForOneRetry_AndSurvivesExactlyWhatIsLeftOfIt(string image, string platform, int slack)
    {
        SlackReport report = Measure(LabBoot.Kernel(image, platform), new SlackLimits(Growth: slack + 8));

        Assert.True(report.IsForked);
        SlackRoom room = Assert.IsType<SlackRoom>(report.Room);
        Assert.Equal(slack, room.Slack);
        // The buffer holds the answer and the slack; the kernel's own allocations take their part of it, firmware's acceptance another.
        int used = room.Retry!.Required - room.Probe!.Required;
        Assert.InRange(used, 0, 3);
        Assert.Equal(slack - used, room.Left);
        Assert.Equal(room.Left, report.Survives(1));
        Assert.Null(report.Survives(2));
        Assert.True(room.Retry.Required > room.Retry.Descriptors, "edk2 asks for more than the map has");
        Assert.Equal($"This loader survives one change of the map by up to {room.Left} descriptors; a second change ends it.", report.Answer);
        Assert.All(
            report.Cells.Where(c => c.Changes == 1 && c.Growth > room.Left),
            cell => Assert.Equal((SlackOutcome.GivesUp, EfiStatus.BufferTooSmall, true), (cell.Outcome, cell.Status, cell.LacksRoom)));
        Assert.All(
            report.Cells.Where(c => c.Changes == 2 && c.Growth <= room.Left),
            cell => Assert.Equal((SlackOutcome.GivesUp, EfiStatus.InvalidParameter, 2), (cell.Outcome, cell.Status, cell.Attempts)));
    }

    [RealImageFact("linux-6.1-cloud")]
    public void Kernel_WhoseCellsAreBootsOfTheirOwn_GivesTheSameAnswers()
    {
        var limits = new SlackLimits(Changes: 2, Growth: 1);

        SameBothWays(LabBoot.Kernel("linux-6.1-cloud", "sev-snp"), limits);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Loader_WithSlackAndOneRetry_SurvivesOneChangeThatFitsTheSlack(int slack)
    {
        SlackReport report = SameBothWays(GuestBoot.Request(code => Leave(code, slack, retries: 1)), Few);

        // Its one page for the map takes a descriptor of the slack, or two where it splits a free range.
        Assert.Equal(slack, report.Room!.Slack);
        Assert.Equal(report.Room.Left is < 0 ? null : report.Room.Left, report.Survives(1));
        Assert.Null(report.Survives(2));
    }

    [Fact]
    public void Loader_ThatAllocatesAfterItsFetch_DoesNotLeaveEvenUndisturbed()
    {
        SlackReport report = SameBothWays(
            GuestBoot.Request(code =>
            {
                Label key = Fetch(code, slack: 8).Key;
                code.Boot(BootService.AllocatePages, 0, MemoryType.LoaderData.Value, 1, code.Space(8));
                Exit(code, key);
                code.Return(rax);
            }),
            Few with { Growth = 0 });

        Assert.Null(report.Survives(0));
        Assert.Equal(0, report.ExitCode);
        Assert.Equal("This loader does not leave boot services even where nothing changes behind its back.", report.Answer);
    }

    [Fact]
    public void Loader_ThatNeverRetries_SurvivesNoChange()
    {
        SlackReport report = SameBothWays(GuestBoot.Request(code => Leave(code, slack: 20, retries: 0)), Few);

        Assert.Equal(0, report.Survives(0));
        Assert.Null(report.Survives(1));
        Assert.Null(report.Room!.Retry);
        Assert.Equal("This loader survives no change of the map between its GetMemoryMap and its ExitBootServices.", report.Answer);
        Assert.Contains("After a failed attempt the loader never fetches the map again.", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Loader_WithRoomAndRetriesEnough_SurvivesAllThatWasTried()
    {
        SlackReport report = SameBothWays(GuestBoot.Request(code => Leave(code, slack: 40, retries: 5)), Few);

        Assert.All(report.Cells, cell => Assert.Equal((SlackOutcome.Leaves, cell.Changes + 1), (cell.Outcome, cell.Attempts)));
        Assert.Equal("This loader survives everything that was tried: two changes of the map by up to 8 descriptors each.", report.Answer);
    }

    [Fact]
    public void Loader_ThatTriesWithTheSameKeyForEver_IsStoppedAfterAHundredAttempts()
    {
        SlackReport report = SameBothWays(
            GuestBoot.Request(code =>
            {
                Label key = Fetch(code, slack: 8).Key;
                code.Forever(() => Exit(code, key));
            }),
            Few with { Changes = 1, Growth = 1 });

        Assert.All(report.Cells.Where(c => c.Changes == 1), cell => Assert.Equal((SlackOutcome.RunsOn, 100), (cell.Outcome, cell.Attempts)));
        Assert.Contains("is stopped: the guest called ExitBootServices more than 100 times", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Loader_ThatHangsAfterAFailure_IsStoppedByTheBudgetOfItsCell()
    {
        SlackReport report = SameBothWays(GuestBoot.Request(code => OnFailure(code, () => code.Forever(() => { }))), Few with { Growth = 0 });

        Assert.Equal(
            [SlackOutcome.Leaves, SlackOutcome.RunsOn, SlackOutcome.RunsOn], report.Cells.Select(c => c.Outcome));
        Assert.Contains("is stopped after attempt 1: it still runs after 100,000 instructions", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Loader_ThatFaultsAfterAFailure_IsReportedWithItsFault()
    {
        SlackReport report = SameBothWays(
            GuestBoot.Request(code => OnFailure(code, () => code.Assembler.mov(__[rax], rbx))), Few with { Growth = 0 });

        Assert.Equal(SlackOutcome.Faults, report.Cells[1].Outcome);
        Assert.Contains("#GP", report.Cells[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Loader_ThatNeverLeaves_IsSaidInOneLine()
    {
        SlackReport report = Measure(GuestBoot.Request(_ => { }), Few);

        Assert.False(report.IsMeasured);
        Assert.Equal(1, report.ExitCode);
        Assert.Equal("guest.efi never calls ExitBootServices: the guest returned EFI_SUCCESS.", report.Answer);
        Assert.DoesNotContain("CHANGES", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_ThatALoaderStarts_IsMeasuredBeneathTheLoader()
    {
        byte[] kernel = GuestCode.Image(code => Leave(code, slack: 5, retries: 1));
        SlackReport report = SameBothWays(
            GuestBoot.Request(code =>
            {
                Label image = code.Space(8);
                code.Boot(BootService.LoadImage, 0, r13, 0, code.Data(kernel), (ulong)kernel.Length, image);
                code.Load(rbx, image);
                code.Boot(BootService.StartImage, rbx, 0, 0);
                code.Return(rax);
            }),
            Few);

        Assert.True(report.IsForked);
        Assert.Equal(report.Room!.Left, report.Survives(1));
        Assert.Equal(5, report.Room.Slack);
    }

    [Fact]
    public void Loader_ThatLeavesInsideANotifyFunction_IsBootedAnewForEachCell()
    {
        SlackReport report = Measure(
            GuestBoot.Request(code =>
            {
                Label signalled = code.Space(8);
                Label notify = code.Function(() => Leave(code, slack: 6, retries: 1));
                code.Boot(BootService.CreateEvent, 0x200, 8, notify, 0, signalled);
                code.Load(rbx, signalled);
                code.Boot(BootService.SignalEvent, rbx);
            }),
            Few with { Changes = 1 });

        Assert.False(report.IsForked);
        Assert.Equal(report.Room!.Left, report.Survives(1));
    }

    [Fact]
    public void Guest_WrittenInCSharp_IsBootedAnewForEachCell()
    {
        SlackReport report = Measure(
            GuestBoot.Request(_ => { }) with { Guest = ManagedImage.ToGuestFile(BuiltInGuests.All.Single(g => g.Name == "unenlightened-kernel")) }, new SlackLimits(Changes: 2, Growth: 9));

        Assert.False(report.IsForked);
        Assert.Equal(8, report.Room!.Slack);
        Assert.Equal(report.Room.Left, report.Survives(1));
        Assert.Null(report.Survives(2));
    }

    [Fact]
    public void Report_OfTheSameLoader_IsTheSameToTheByte()
    {
        BootRequest request = GuestBoot.Request(code => Leave(code, slack: 4, retries: 1));

        Assert.Equal(Json(Measure(request, Few)), Json(Measure(request, Few)));
    }

    private static SlackReport Measure(BootRequest request, SlackLimits limits) =>
        new SlackLab(LabBoot.Runner()).Measure(request, limits, CancellationToken.None);

    // From a checkpoint, and with a boot for each cell.
    private static SlackReport SameBothWays(BootRequest request, SlackLimits limits)
    {
        SlackReport forked = Measure(request, limits);
        SlackReport replayed = new SlackLab(LabBoot.Runner()).Replay(request, limits, CancellationToken.None);
        Assert.Equal((true, false), (forked.IsForked, replayed.IsForked));
        Assert.Equal(replayed.Cells, forked.Cells);
        Assert.Equal(replayed.Room, forked.Room);
        return forked;
    }

    // Leaves boot services as Linux does: size, buffer, map, exit; when that fails, the map once more into the same buffer.
    private static void Leave(GuestCode code, int slack, int retries)
    {
        (Label size, Label bytes, Label buffer, Label key) = Fetch(code, slack);
        Exit(code, key);
        for (int i = 0; i < retries; i++)
        {
            Label left = code.Assembler.CreateLabel();
            code.Assembler.test(rax, rax);
            code.Assembler.jns(left);
            code.Load(rbx, bytes);
            code.Store(size, rbx);
            code.Load(rbx, buffer);
            code.Boot(BootService.GetMemoryMap, size, rbx, key, 0, 0);
            code.Assembler.test(rax, rax);
            code.Assembler.js(left);
            Exit(code, key);
            code.Assembler.Label(ref left);
            code.Assembler.nop();
        }

        code.Return(rax);
    }

    private static (Label Size, Label Bytes, Label Buffer, Label Key) Fetch(GuestCode code, int slack)
    {
        Label size = code.Space(8);
        Label bytes = code.Space(8);
        Label buffer = code.Space(8);
        Label key = code.Space(8);
        Label descriptorSize = code.Space(8);
        code.Boot(BootService.GetMemoryMap, size, 0, key, descriptorSize, 0);
        code.Load(rbx, size);
        code.Assembler.add(rbx, (int)((ulong)slack * DescriptorBytes));
        code.Store(size, rbx);
        code.Store(bytes, rbx);
        code.Boot(BootService.AllocatePages, 0, MemoryType.LoaderData.Value, 8, buffer);
        code.Load(rbx, buffer);
        code.Boot(BootService.GetMemoryMap, size, rbx, key, 0, 0);
        return (size, bytes, buffer, key);
    }

    private static void Exit(GuestCode code, Label key)
    {
        code.Load(rbx, key);
        code.Boot(BootService.ExitBootServices, r13, rbx);
    }

    private static void OnFailure(GuestCode code, Action body)
    {
        Label left = code.Assembler.CreateLabel();
        Exit(code, Fetch(code, slack: 8).Key);
        code.Assembler.test(rax, rax);
        code.Assembler.jns(left);
        body();
        code.Assembler.Label(ref left);
        code.Assembler.nop();
    }

    private static string Text(SlackReport report)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        SlackText.Write(report, writer, ReportStyle.Plain);
        return writer.ToString();
    }

    private static byte[] Json(SlackReport report)
    {
        using var stream = new MemoryStream();
        SlackJson.Write(report, stream);
        return stream.ToArray();
    }
}
