using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Loaders;
using EfiEmu.Protocols;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Guests that never come to an end by themselves.</summary>
public sealed class EndlessGuestTests
{
    private const int SmallPool = 1000;

    [Fact]
    public void Guest_ThatLoops_IsStoppedByItsBudgetOfInstructions()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Forever(() => { });
        });

        IsStopped(report, "instructions");
        // The one call counted for a few hundred.
        Assert.InRange(report.Instructions, 19_999_000UL, 20_000_000UL);
        Assert.Contains("bs.Stall", report.Fault!.LastServices[0], StringComparison.Ordinal);
        Assert.StartsWith("jmp", report.Fault.InstructionText, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_ThatLoops_GivesSignsOfLifeToAnInstrument()
    {
        var signs = new SignsOfLife();
        BootRequest request = GuestBoot.Request(code => code.Forever(() => { }));
        request = request with { Budget = request.Budget with { Instructions = 175_000_000 } };

        new BootRunner(new PeImageLoader(), _ => BuiltInProtocols.Create()).Boot(request, signs, CancellationToken.None);

        Assert.Equal([50_000_000UL, 100_000_000, 150_000_000], signs.Instructions.Select(i => i / 10_000_000 * 10_000_000).Take(3));
    }

    [Fact]
    public void Guest_ThatPrintsWithoutEnd_IsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label text = code.Text("again and again\r\n");
            code.Forever(() => code.Print(text));
        });

        IsStopped(report, "printed more than 100000 characters");
        Assert.InRange(report.Console.Length, 99_000, 100_000);
    }

    [Fact]
    public void Guest_ThatMakesEventsWithoutEnd_GetsOutOfResourcesOrIsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            code.UntilError(() => code.Boot(BootService.CreateEvent, 0, 0, 0, 0, handle));
            code.Return(rax);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Budget });
        Assert.True(report.Calls("CreateEvent") > 1000);
    }

    [Fact]
    public void Guest_WhoseTimersCannotKeepUp_IsResetByTheWatchdog()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label notify = code.Function(() => code.Boot(BootService.Stall, 100_000));
            code.Boot(BootService.CreateEvent, 0x80000200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SetTimer, rbx, 1, 1);
            code.Forever(() => { });
        });

        // Each notification takes longer than the timer's period, in virtual time that passes without instructions.
        Assert.Equal((BootEnd.Returned, 1), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.Equal("The watchdog reset the machine after 300 s of virtual time.", report.Outcome.Verdict);
        Assert.InRange(report.VirtualNanoseconds, 300_000_000_000UL, 301_000_000_000UL);
    }

    [Fact]
    public void Guest_WhoseEventsSignalThemselvesForEver_IsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label notify = code.Function(() =>
            {
                code.Load(rbx, handle);
                code.Boot(BootService.SignalEvent, rbx);
            });
            code.Boot(BootService.CreateEvent, 0x200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SignalEvent, rbx);
        });

        IsStopped(report, "");
    }

    [Fact]
    public void Guest_WhoseNotifyFunctionsNestWithoutEnd_IsStopped()
    {
        // Each notification raises no TPL of its own: RestoreTPL below it lets the next one in.
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label notify = code.Function(() =>
            {
                code.Load(rbx, handle);
                code.Boot(BootService.SignalEvent, rbx);
                code.Boot(BootService.RestoreTpl, 4);
            });
            code.Boot(BootService.CreateEvent, 0x200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SignalEvent, rbx);
        });

        IsStopped(report, "nest deeper");
    }

    [Fact]
    public void Guest_ThatHaltsWithoutInterrupts_IsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.cli();
            code.Assembler.hlt();
        });

        IsStopped(report, "HLT");
    }

    [Fact]
    public void Guest_ThatHaltsWithATimerArmed_IsWokenByIt()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            Label fired = code.Space(8);
            Label notify = code.Function(() => code.Store(fired, 1));
            code.Boot(BootService.CreateEvent, 0x80000200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            // In one second.
            code.Boot(BootService.SetTimer, rbx, 2, 10_000_000);
            Label again = code.Assembler.CreateLabel();
            code.Assembler.Label(ref again);
            code.Assembler.hlt();
            code.Load(rcx, fired);
            code.Assembler.test(rcx, rcx);
            code.Assembler.je(again);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.Success), (report.Outcome.End, report.Outcome.Status));
        Assert.InRange(report.VirtualNanoseconds, 1_000_000_000UL, 1_020_000_000UL);
    }

    [Theory]
    [InlineData(BootService.Stall)]
    [InlineData(BootService.RaiseTpl)]
    public void Guest_ThatCallsAServiceForEverWithoutAWatchdog_IsStopped(int service)
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Forever(() => code.Boot(service, 4));
        });

        IsStopped(report, "instructions");
        // A call counts for as many instructions as the host could run instead.
        Assert.InRange(report.Services.Single(s => s.Calls > 1).Calls, 10_000UL, 100_000UL);
    }

    [Fact]
    public void Guest_ThatHaltsForEverWithATimerAndWithoutAWatchdog_IsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label handle = code.Space(8);
            code.Boot(BootService.SetWatchdogTimer, 0, 0, 0, 0);
            code.Boot(BootService.CreateEvent, 0x80000000, 8, 0, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SetTimer, rbx, 1, 10_000_000);
            code.Forever(() => code.Assembler.hlt());
        });

        IsStopped(report, "the guest slept for");
    }

    [Fact]
    public void Guest_ThatRetriesExitBootServicesForEver_IsStopped()
    {
        BootReport report = GuestBoot.Run(code => code.Forever(() => code.Boot(BootService.ExitBootServices, r13, 0xbad)));

        IsStopped(report, "called ExitBootServices more than 100 times");
        Assert.All(report.ExitBootServices, attempt => Assert.Equal(EfiStatus.InvalidParameter, attempt.Status));
    }

    [Fact]
    public void Guest_ThatTouchesMoreMemoryThanItsBudget_IsStopped()
    {
        BootRequest request = GuestBoot.Request(code =>
        {
            code.Assembler.mov(rdi, 4 * Emulator.GiB);
            code.Forever(() =>
            {
                code.Assembler.mov(__[rdi], rax);
                code.Assembler.add(rdi, 0x1000);
            });
        });

        BootReport report = GuestBoot.Run(request with { MemoryBytes = 16 * Emulator.GiB });

        IsStopped(report, "memory");
        Assert.InRange(report.Fault!.Registers.Single(r => r.Name == "RDI").Value, 4 * Emulator.GiB, 5 * Emulator.GiB);
    }

    [Theory]
    [InlineData(BootService.AllocatePages)]
    [InlineData(BootService.AllocatePool)]
    public void Guest_ThatTakesAllMemory_GetsOutOfResources(int service)
    {
        BootRequest request = GuestBoot.Request(code =>
        {
            Label address = code.Space(8);
            code.UntilError(() =>
            {
                if (service == BootService.AllocatePages)
                {
                    code.Boot(service, 0, 2, 16, address);
                }
                else
                {
                    code.Boot(service, 2, 64 * SmallPool, address);
                }
            });
            code.Return(rax);
        });

        // Pool writes a header into each buffer: more host memory than a small guest's budget.
        BootReport report = GuestBoot.Run(request with { Budget = request.Budget with { GuestBytesTouched = 256 * Emulator.MiB } });

        Assert.Equal((BootEnd.Returned, EfiStatus.OutOfResources, 1), (report.Outcome.End, report.Outcome.Status, report.Outcome.ExitCode));
        Assert.Contains(report.Events.OfType<Remark>(), remark => remark.Text.Contains("left behind", StringComparison.Ordinal));
    }

    private static void IsStopped(BootReport report, string why)
    {
        Assert.Equal((BootEnd.Budget, 4), (report.Outcome.End, report.Outcome.ExitCode));
        Assert.StartsWith("The boot was stopped: ", report.Outcome.Verdict, StringComparison.Ordinal);
        Assert.Contains(why, report.Outcome.Verdict, StringComparison.Ordinal);
        FaultReport fault = Assert.IsType<FaultReport>(report.Fault);
        Assert.NotEqual(0UL, fault.Rip);
        Assert.NotEmpty(fault.InstructionBytes);
    }

    private sealed class SignsOfLife : IBootInstrument
    {
        public List<ulong> Instructions { get; } = [];

        public void Attach(IBootBench bench)
        {
        }

        public ulong? Calling(FunctionSignature function, IGuestCall call) => null;

        public void Called(FunctionSignature function, ulong result)
        {
        }

        public void Happened(BootEvent happened)
        {
        }

        public void Ran(ulong instructions) => Instructions.Add(instructions);
    }
}
