using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Guests;

/// <summary>Guests that poll for a key that nobody presses: told from those that work, and brought to an end with a name.</summary>
public sealed class IdleGuestTests
{
    private const int ConsoleInput = 48;
    private const int ReadKeyStroke = 8;
    private const ulong Second = 1_000_000_000;

    [Fact]
    public void Guest_ThatPollsForAKeyForEver_EndsWaitingForInput()
    {
        BootReport report = RunFor(100_000_000, code =>
        {
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() => Poll(code));
        });

        Assert.Equal((BootEnd.WaitsForInput, 0), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal("The guest waits for a key, and nobody types.", report.Outcome.Verdict);
        Assert.Null(report.Fault);
    }

    [Fact]
    public void Guest_ThatPollsForAKeyForEver_IsGivenEnterEachMinute()
    {
        BootReport report = RunFor(100_000_000, code =>
        {
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() => Poll(code));
        });

        ulong[] pressed = [.. report.Events.OfType<Remark>().Where(r => r.Text.Contains("Enter is pressed", StringComparison.Ordinal)).Select(r => r.At.Nanoseconds)];
        Assert.Equal(16, pressed.Length);
        Assert.InRange(pressed[0], 60 * Second, 61 * Second);
        Assert.All(pressed.Zip(pressed.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 60 * Second, 61 * Second));
    }

    [Fact]
    public void Guest_ThatPollsUnderTheWatchdog_IsResetByIt()
    {
        BootReport report = GuestBoot.Run(code => code.Forever(() => Poll(code)));

        Assert.Equal((BootEnd.Returned, 1, EfiStatus.Timeout), (report.Outcome.End, report.Outcome.ExitCode, report.Outcome.Status));
        Assert.InRange(report.VirtualNanoseconds, 300 * Second, 301 * Second);
    }

    [Fact]
    public void Guest_ThatWaitsForAKeyWithoutEnd_EndsWaitingForInput()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label index = code.Space(8);
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() =>
            {
                code.Assembler.mov(rbx, __[r14 + ConsoleInput]);
                code.Assembler.lea(rdx, __[rbx + 16]);
                code.Boot(BootService.WaitForEvent, 1, rdx, index);
                Poll(code);
            });
        });

        Assert.Equal((BootEnd.WaitsForInput, 0), (report.Outcome.End, report.Outcome.ExitCode));
    }

    [Fact]
    public void Guest_ThatLooksUpFromItsWaitEachSecond_EndsWaitingForInputAfterAnHour()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label events = code.Space(16);
            Label index = code.Space(8);
            Label timer = code.Space(8);
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Boot(BootService.CreateEvent, 0x80000000, 0, 0, 0, timer);
            code.Load(rdi, timer);
            code.Boot(BootService.SetTimer, rdi, 1, 10_000_000);
            code.Assembler.mov(rbx, __[r14 + ConsoleInput]);
            code.Assembler.mov(rax, __[rbx + 16]);
            code.Assembler.mov(__[events], rax);
            code.Assembler.lea(rbx, __[events]);
            code.Assembler.mov(__[rbx + 8], rdi);
            code.Forever(() => code.Boot(BootService.WaitForEvent, 2, events, index));
        });

        Assert.Equal((BootEnd.WaitsForInput, 0), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal("The guest waits for a key, and nobody types for an hour of virtual time.", report.Outcome.Verdict);
    }

    [Fact]
    public void Guest_ThatCountsDownWhileItPolls_SeesTheTimePass()
    {
        // Five seconds of the time-stamp counter, which would be billions of instructions.
        BootReport report = GuestBoot.Run(code =>
        {
            Label again = code.Assembler.CreateLabel();
            code.Assembler.Label(ref again);
            Poll(code);
            code.Assembler.rdtsc();
            code.Assembler.shl(rdx, 32);
            code.Assembler.or(rdx, rax);
            code.Assembler.mov(rcx, 10 * Second);
            code.Assembler.cmp(rdx, rcx);
            code.Assembler.jb(again);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.Success), (report.Outcome.End, report.Outcome.Status));
        Assert.InRange(report.VirtualNanoseconds, 5 * Second, 6 * Second);
        Assert.DoesNotContain(report.Events, e => e is Remark);
    }

    [Fact]
    public void Guest_ThatPrintsBetweenItsPolls_IsNotTakenForIdle()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label dot = code.Text(".");
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() =>
            {
                Poll(code);
                code.Print(dot);
            });
        });

        Assert.Equal(BootEnd.Budget, report.Outcome.End);
        Assert.True(report.Calls("ReadKeyStroke") > 10_000);
        Assert.InRange(report.VirtualNanoseconds, 0UL, Second);
    }

    [Fact]
    public void Guest_ThatComputesBetweenItsPolls_IsNotTakenForIdle()
    {
        BootReport report = RunFor(400_000_000, code =>
        {
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() =>
            {
                Label again = code.Assembler.CreateLabel();
                Poll(code);
                code.Assembler.mov(rbx, 60_000UL);
                code.Assembler.Label(ref again);
                code.Assembler.dec(rbx);
                code.Assembler.jnz(again);
            });
        });

        Assert.Equal(BootEnd.Budget, report.Outcome.End);
        Assert.True(report.Calls("ReadKeyStroke") > 3000);
        Assert.InRange(report.VirtualNanoseconds, 0UL, Second);
    }

    private static BootReport RunFor(ulong instructions, Action<GuestCode> write)
    {
        BootRequest request = GuestBoot.Request(write);
        return GuestBoot.Run(request with { Budget = request.Budget with { Instructions = instructions } });
    }

    private static void Poll(GuestCode code)
    {
        Label key = code.Space(8);
        code.Assembler.mov(rbx, __[r14 + ConsoleInput]);
        code.Call(__qword_ptr[rbx + ReadKeyStroke], rbx, key);
    }
}
