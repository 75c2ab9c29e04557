using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>The ways in which a guest leaves.</summary>
public sealed class LeavingTests
{
    private const ulong MapBytes = 48 * 300;

    [Fact]
    public void Guest_ThatReturnsAnError_Fails()
    {
        BootReport report = GuestBoot.Run(code => code.Return(EfiStatus.DeviceError.Value));

        Assert.Equal((BootEnd.Returned, 1, EfiStatus.DeviceError), End(report));
        Assert.Equal("The guest failed with EFI_DEVICE_ERROR.", report.Outcome.Verdict);
        Assert.Null(report.Fault);
    }

    [Fact]
    public void Guest_ThatReturnsAWarning_Succeeds() =>
        Assert.Equal((BootEnd.Returned, 0, new EfiStatus(1)), End(GuestBoot.Run(code => code.Return(1))));

    [Fact]
    public void Guest_ThatCallsExit_EndsWithThatStatus()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Exit, r13, EfiStatus.Aborted.Value, 0, 0);
            code.Assembler.ud2();
        });

        Assert.Equal((BootEnd.Returned, 1, EfiStatus.Aborted), End(report));
    }

    [Fact]
    public void Guest_ThatCallsExitFromDeepInItsStack_EndsWithThatStatus()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label notify = code.Function(() => code.Boot(BootService.Exit, r13, 0, 0, 0));
            code.Boot(BootService.CreateEvent, 0x200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SignalEvent, rbx);
            code.Assembler.ud2();
        });

        Assert.Equal((BootEnd.Returned, 0, EfiStatus.Success), End(report));
    }

    [Fact]
    public void Guest_ThatGivesUpOnExitBootServices_Fails()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.ExitBootServices, r13, 0xbadc0de);
            code.Return(rax);
        });

        Assert.Equal((BootEnd.GaveUp, 1, EfiStatus.InvalidParameter), End(report));
        ExitBootServicesAttempt attempt = Assert.Single(report.ExitBootServices);
        Assert.Equal((0xbadc0deUL, EfiStatus.InvalidParameter), (attempt.MapKey, attempt.Status));
        Assert.Equal("the guest never got this key from GetMemoryMap", attempt.Cause);
        Assert.Contains("it gave up with EFI_INVALID_PARAMETER", report.Outcome.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_WithAStaleKey_IsToldWhatMovedIt()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label key = FetchMap(code);
            code.Boot(BootService.AllocatePages, 0, 2, 3, code.Space(8));
            code.Load(rdx, key);
            code.Boot(BootService.ExitBootServices, r13, rdx);
            code.Return(rax);
        });

        Assert.Equal(BootEnd.GaveUp, report.Outcome.End);
        Assert.Contains("AllocatePages LoaderData, 3 pages", report.ExitBootServices[0].Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_ThatCallsBootServicesAfterwards_ReachesAReport()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label space = code.Space(8);
            code.Assembler.mov(rsi, __[r12 + BootService.AllocatePool]);
            code.Store(space, rsi);
            Label key = FetchMap(code);
            code.Load(rdx, key);
            code.Boot(BootService.ExitBootServices, r13, rdx);
            code.Call(__qword_ptr[space], 2, 100, space);
            code.Return(rax);
        });

        Assert.Equal([EfiStatus.Success], report.Statuses());
        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Fault });
    }

    [Fact]
    public void Guest_ThatCallsThroughTheTableAfterwards_FindsItEmpty()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label key = FetchMap(code);
            code.Load(rdx, key);
            code.Boot(BootService.ExitBootServices, r13, rdx);
            code.Assembler.mov(rax, __[r12 + BootService.AllocatePool]);
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, 0, EfiStatus.Success), End(report));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Guest_ThatResetsTheMachine_Ends(int type)
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Runtime(RuntimeService.ResetSystem, (ulong)type, 0, 0, 0);
            code.Assembler.ud2();
        });

        Assert.Equal((BootEnd.Returned, 0), (report.Outcome.End, report.Outcome.ExitCode));
    }

    [Fact]
    public void Guest_ThatStartsAChildFromMemory_GetsItsStatus()
    {
        byte[] child = GuestCode.Image(code => code.Return(EfiStatus.Timeout.Value));
        BootReport report = GuestBoot.Run(code =>
        {
            Label image = code.Data(child);
            Label handle = code.Space(8);
            code.Boot(BootService.LoadImage, 0, r13, 0, image, (ulong)child.Length, handle);
            code.Load(rcx, handle);
            code.Boot(BootService.StartImage, rcx, 0, 0);
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, 1, EfiStatus.Timeout), End(report));
        Assert.Equal(2, report.Events.OfType<ImageLoaded>().Count());
        Assert.Equal(
            [EfiStatus.Timeout, EfiStatus.Timeout], report.Events.OfType<ImageExited>().Select(e => e.Status));
        Assert.DoesNotContain(report.Events.OfType<Remark>(), remark => remark.Text.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public void Guest_ThatStartsItselfWithoutEnd_IsStopped()
    {
        // The image starts at its own first page: headers and section as loaded are no file, so it keeps a copy of a child that loads itself.
        byte[] child = GuestCode.Image(SelfStarter);
        BootReport report = GuestBoot.Run(code =>
        {
            Label image = code.Data(child);
            Label handle = code.Space(8);
            code.Assembler.lea(rbx, __[image]);
            code.Forever(() =>
            {
                code.Boot(BootService.LoadImage, 0, r13, 0, rbx, (ulong)child.Length, handle);
                code.Load(rcx, handle);
                code.Boot(BootService.StartImage, rcx, 0, 0);
            });
        });

        Assert.Equal((BootEnd.Budget, 4), (report.Outcome.End, report.Outcome.ExitCode));
    }

    // RBX, which no firmware changes, still points to the file that this very image was loaded from.
    private static void SelfStarter(GuestCode code)
    {
        Label handle = code.Space(8);
        code.Boot(BootService.LoadImage, 0, r13, 0, rbx, 0x1000, handle);
        code.Load(rcx, handle);
        code.Boot(BootService.StartImage, rcx, 0, 0);
    }

    // The key of a fresh map lies at the label.
    private static Label FetchMap(GuestCode code)
    {
        Label size = code.Data(BitConverter.GetBytes(MapBytes));
        Label map = code.Space((int)MapBytes);
        Label key = code.Space(8);
        code.Boot(BootService.GetMemoryMap, size, map, key, 0, 0);
        return key;
    }

    private static (BootEnd, int, EfiStatus?) End(BootReport report) =>
        (report.Outcome.End, report.Outcome.ExitCode, report.Outcome.Status);
}
