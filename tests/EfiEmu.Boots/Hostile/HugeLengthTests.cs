using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Guests that ask services for enormous work, on a machine where the memory for it exists.</summary>
public sealed class HugeLengthTests
{
    private const ulong FourPiB = 1UL << 52;
    private const ulong Start = 1UL << 32;

    [Theory]
    [InlineData(BootService.SetMem)]
    [InlineData(BootService.CopyMem)]
    [InlineData(BootService.CalculateCrc32)]
    public void Service_OverAPebibyte_IsStopped(int service)
    {
        BootReport report = Boot(code => code.Boot(
            service,
            Start,
            service == BootService.CopyMem ? 1UL << 51 : 1UL << 50,
            service switch
            {
                BootService.CalculateCrc32 => code.Space(8),
                BootService.CopyMem => 1UL << 50,
                _ => 0x55,
            }));

        Assert.Equal((BootEnd.Budget, 4), (report.Outcome.End, report.Outcome.ExitCode));
    }

    [Fact]
    public void SetMem_WithZeroOverAPebibyte_IsStopped()
    {
        BootReport report = Boot(code => code.Boot(BootService.SetMem, Start, 1UL << 50, 0));

        Assert.Equal((BootEnd.Budget, 4), (report.Outcome.End, report.Outcome.ExitCode));
    }

    [Fact]
    public void LoadImage_OfATebibyte_IsRefused()
    {
        BootReport report = Boot(code =>
        {
            code.Boot(BootService.LoadImage, 0, r13, 0, Start, 1UL << 40, code.Space(8));
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.Unsupported), (report.Outcome.End, report.Outcome.Status));
    }

    [Theory]
    [InlineData(1UL << 31)]
    [InlineData(1UL << 40)]
    public void SetVariable_OfMoreThanFits_IsRefused(ulong bytes)
    {
        BootReport report = Boot(code =>
        {
            code.Runtime(RuntimeService.SetVariable, code.Text("Large"), code.Data(new byte[16]), 7, bytes, Start);
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, 1), (report.Outcome.End, report.Outcome.ExitCode));
    }

    [Theory]
    [InlineData(1UL << 31)]
    [InlineData(1UL << 50)]
    [InlineData(1UL << 63)]
    public void GetRng_OfMoreThanThereIsTime_IsRefusedOrStopped(ulong bytes)
    {
        BootReport report = Boot(code =>
        {
            Label rng = code.Space(8);
            code.Boot(BootService.LocateProtocol, code.Data(KnownGuids.RngProtocol.ToByteArray()), 0, rng);
            code.Load(rbx, rng);
            code.Call(__qword_ptr[rbx + 8], rbx, 0, bytes, Start);
            code.Return(rax);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Budget, BootEnd.Fault });
        Assert.NotEqual(0, report.Outcome.ExitCode);
    }

    [Fact]
    public void WaitForEvent_WithCountlessEvents_Answers()
    {
        BootReport report = Boot(code =>
        {
            Label handles = code.Space(64);
            code.Boot(BootService.WaitForEvent, 1UL << 60, handles, code.Space(8));
            code.Return(rax);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.InvalidParameter), (report.Outcome.End, report.Outcome.Status));
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(1UL << 40)]
    public void Stall_ForAges_EndsInTheWatchdog(ulong microseconds)
    {
        BootReport report = Boot(code =>
        {
            code.Boot(BootService.Stall, microseconds);
            code.Boot(BootService.Stall, microseconds);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Returned, BootEnd.Budget });
        Assert.Contains("watchdog", report.Outcome.Verdict, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(2, ulong.MaxValue)]
    [InlineData(1, 1UL << 62)]
    public void SetTimer_FarAhead_IsNoTrouble(ulong kind, ulong trigger)
    {
        BootReport report = Boot(code =>
        {
            Label handle = code.Space(8);
            Label notify = code.Function(() => code.Assembler.nop());
            code.Boot(BootService.CreateEvent, 0x80000200, 8, notify, 0, handle);
            code.Load(rbx, handle);
            code.Boot(BootService.SetTimer, rbx, kind, trigger);
            code.Boot(BootService.Stall, 1000);
        });

        Assert.Equal((BootEnd.Returned, EfiStatus.Success), (report.Outcome.End, report.Outcome.Status));
    }

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 40)]
    public void AllocatePool_OfAges_IsRefused(ulong bytes)
    {
        BootReport report = Boot(code =>
        {
            code.Boot(BootService.AllocatePool, 2, bytes, code.Space(8));
            code.Return(rax);
        });

        // On this machine a tebibyte can be had.
        Assert.Equal(bytes == 1UL << 40 ? EfiStatus.Success : EfiStatus.OutOfResources, report.Outcome.Status);
    }

    [Fact]
    public void OutputString_WithoutAnEnd_IsStopped()
    {
        BootReport report = Boot(code =>
        {
            code.Assembler.mov(rdi, Start);
            code.Assembler.mov(eax, 0x00410041);
            code.Assembler.mov(ecx, 0x400000);
            code.Assembler.rep.stosd();
            code.Assembler.mov(rbx, __[r14 + 64]);
            code.Call(__qword_ptr[rbx + 8], rbx, Start);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Budget, BootEnd.Returned });
    }

    private static BootReport Boot(Action<GuestCode> write) => GuestBoot.Run(GuestBoot.Request(write) with { MemoryBytes = FourPiB });
}
