using EfiEmu.Boots.Support;
using EfiEmu.Firmware.Reports;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Guests that execute what they should not.</summary>
public sealed class WildExecutionTests
{
    [Theory]
    [InlineData(0x3_0000_0000UL, "no RAM or device there")]
    [InlineData(0xc000_0000UL, "no RAM or device there")]
    [InlineData(0xffff_ffff_ffff_f000UL, "")]
    public void Guest_ThatJumpsIntoNothing_FaultsAtThatAddress(ulong address, string reason)
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rax, address);
            code.Assembler.jmp(rax);
        });

        FaultReport fault = report.Tells(BootEnd.Fault, reason);
        Assert.Equal(address, fault.Rip);
        Assert.Contains("outside every image", fault.InstructionText, StringComparison.Ordinal);
        Assert.Contains("bs.Stall(", Assert.Single(fault.LastServices), StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_ThatJumpsToAnAddressThatIsNotCanonical_FaultsAtTheJump()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rax, 0x8000_0000_0000_0000UL);
            code.Assembler.jmp(rax);
        });

        FaultReport fault = report.Tells(BootEnd.Fault, "");
        Assert.StartsWith("jmp rax ", fault.InstructionText, StringComparison.Ordinal);
        Assert.Contains("bs.Stall(", Assert.Single(fault.LastServices), StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_ThatCallsNull_FaultsThereOrRunsWhatLiesThere()
    {
        // Address 0 is RAM full of zeros: ADD [RAX],AL over and over, until something stops it.
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.xor(rax, rax);
            code.Assembler.call(rax);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Fault, BootEnd.Budget });
        Assert.NotEmpty(Assert.IsType<FaultReport>(report.Fault).LastServices);
    }

    [Fact]
    public void Guest_ThatExecutesAnUndefinedOpcode_Faults()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.ud2();
        });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "#UD", "ud2");
        Assert.Equal([0x0f, 0x0b], fault.InstructionBytes.Take(2));
        Assert.Equal(1, report.Outcome.ExitCode);
    }

    [Fact]
    public void Guest_ThatDividesByZero_Faults()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.xor(rcx, rcx);
            code.Assembler.div(rcx);
        });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "#DE", "div rcx");
        Assert.Equal("bs.Stall(0x1) -> EFI_SUCCESS", Assert.Single(fault.LastServices));
    }

    [Fact]
    public void Guest_ThatExecutesWhatIsNotModelled_IsToldSoByName()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.rdpmc();
        });

        report.TellsAt(BootEnd.NotModelled, "rdpmc", "rdpmc");
        Assert.Equal(3, report.Outcome.ExitCode);
    }

    [Fact]
    public void Guest_ThatExecutesWhatCpuidDoesNotReport_IsToldWhichFeatureIsMissing()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.vaddps(ymm0, ymm1, ymm2);
        });

        report.TellsAt(BootEnd.Fault, "#UD invalid opcode: vaddps ymm0,ymm1,ymm2 needs AVX, which this processor lacks", "vaddps");
        Assert.Equal(1, report.Outcome.ExitCode);
    }

    [Theory]
    [InlineData("default", false)]
    [InlineData("default,-popcnt", true)]
    [InlineData("x86-64", true)]
    public void Guest_OnAProcessorWithoutAFeature_FaultsAndTheReportNamesTheProcessor(string processor, bool faults)
    {
        BootReport report = GuestBoot.Run(GuestBoot.Request(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.popcnt(rax, rcx);
            code.Assembler.ud2();
        }) with { Processor = processor });

        Assert.StartsWith(faults ? "popcnt" : "ud2", report.Fault?.InstructionText, StringComparison.Ordinal);
        Assert.Equal(faults, Emulator.Text(report).Contains($"cpu       {processor}\n", StringComparison.Ordinal));
        Assert.Equal(faults, Emulator.Json(report).Contains($"\"cpu\": \"{processor}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Guest_ThatReadsAPortThatIsNotModelled_IsToldSo()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(dx, 0x1234);
            code.Assembler.@in(al, dx);
        });

        report.TellsAt(BootEnd.NotModelled, "0x1234", "in al, dx");
    }

    [Fact]
    public void Guest_ThatReadsAnMsrThatIsNotModelled_IsToldSo()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(ecx, 0x12345678);
            code.Assembler.rdmsr();
        });

        report.TellsAt(BootEnd.NotModelled, "0x12345678", "rdmsr");
    }

    [Fact]
    public void Guest_ThatOverflowsItsStackIntoNothing_Faults()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rsp, 0x100000010);
            code.Forever(() => code.Assembler.push(rax));
        });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "#PF write", "push rax");
        Assert.Equal(0x100000008UL, fault.Address);
    }

    [Fact]
    public void Guest_ThatRecursesForEver_IsStopped()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            Iced.Intel.Label self = code.Assembler.CreateLabel();
            code.Assembler.Label(ref self);
            code.Assembler.sub(rsp, 0x10000);
            code.Assembler.call(self);
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Fault, BootEnd.Budget });
        Assert.NotNull(report.Fault);
    }

    [Fact]
    public void Guest_ThatReadsAcrossTheEndOfRam_FaultsAtTheFirstByteThatIsNotThere()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rbx, (128 * Emulator.MiB) - 4);
            code.Assembler.mov(rax, __[rbx]);
        });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "#PF read of", "mov rax, [rbx]");
        Assert.InRange(fault.Address ?? 0, (128 * Emulator.MiB) - 4, 128 * Emulator.MiB);
        Assert.NotEmpty(fault.AddressHistory);
    }

}
