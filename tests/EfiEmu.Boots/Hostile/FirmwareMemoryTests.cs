using EfiEmu.Boots.Support;
using EfiEmu.Firmware;
using EfiEmu.Firmware.Reports;
using EfiEmu.Sdk;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Boots.Hostile;

/// <summary>Guests that write where firmware lives, and that touch what nobody accepted.</summary>
public sealed class FirmwareMemoryTests
{
    [Fact]
    public void Guest_ThatWritesOverFirmwaresCode_FaultsThere()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rbx, __[r12 + BootService.Stall]);
            code.Assembler.mov(__[rbx], rax);
        });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "#PF write to", "mov [rbx], rax");
        Assert.Contains("firmware's own code", fault.Summary, StringComparison.Ordinal);
        Assert.StartsWith("BootServicesCode", fault.AddressHistory, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x00UL)]
    [InlineData(0x4141414141414141UL)]
    [InlineData(0x7000_0000_0000UL)]
    public void Guest_ThatOverwritesTheBootServicesTableAndCallsThroughIt_GetsAReport(ulong rubbish)
    {
        BootReport report = GuestBoot.Run(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rdi, r12);
            code.Assembler.mov(rax, rubbish);
            code.Assembler.mov(ecx, 376 / 8);
            code.Assembler.rep.stosq();
            code.Boot(BootService.AllocatePool, 2, 100, code.Space(8));
        });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Fault, BootEnd.Budget });
        Assert.Contains("bs.Stall", Assert.IsType<FaultReport>(report.Fault).LastServices[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_ThatOverwritesTheSystemTableAndLeaves_GetsAReport()
    {
        BootReport report = GuestBoot.Run(code =>
        {
            Label map = code.Space(8 * 48 * 40);
            Label size = code.Data(BitConverter.GetBytes(8UL * 48 * 40));
            Label key = code.Space(8);
            code.Assembler.mov(rdi, r14);
            code.Assembler.mov(rax, -1);
            code.Assembler.mov(ecx, 120 / 8);
            code.Assembler.rep.stosq();
            code.Boot(BootService.InstallConfigurationTable, code.Space(16), r14);
            code.Boot(BootService.GetMemoryMap, size, map, key, 0, 0);
            code.Load(rdx, key);
            code.Boot(BootService.ExitBootServices, r13, rdx);
            code.Return(rax);
        });

        Assert.Equal(BootEnd.Returned, report.Outcome.End);
        Assert.Equal([EfiStatus.Success], report.Statuses());
    }

    [Fact]
    public void Guest_ThatFillsAllRamWithRubbish_GetsAReport()
    {
        BootReport report = GuestBoot.Run(GuestBoot.Request(code =>
        {
            code.Assembler.mov(rdi, 0x100000);
            code.Assembler.mov(rax, 0x5a5a5a5a5a5a5a5aUL);
            code.Assembler.mov(rcx, (127 * Emulator.MiB) / 8);
            code.Assembler.rep.stosq();
        }) with { Budget = new BootBudget(20_000_000, 256 * Emulator.MiB) });

        Assert.Contains(report.Outcome.End, new[] { BootEnd.Fault, BootEnd.NotModelled });
        Assert.NotNull(report.Fault);
    }

    [Theory]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Guest_ThatTouchesUnacceptedMemory_IsToldWhoShouldHaveAcceptedIt(string platform)
    {
        BootRequest request = GuestBoot.Request(code =>
        {
            code.Boot(BootService.Stall, 1);
            code.Assembler.mov(rbx, 4 * Emulator.GiB);
            code.Assembler.mov(rax, __[rbx]);
        });

        BootReport report = GuestBoot.Run(request with { Platform = platform, MemoryBytes = 8 * Emulator.GiB });

        FaultReport fault = report.TellsAt(BootEnd.Fault, "nobody accepted", "mov rax, [rbx]");
        Assert.Equal(4 * Emulator.GiB, fault.Address);
        Assert.Contains("UnacceptedMemory 0x100000000-0x27fffffff", fault.AddressHistory, StringComparison.Ordinal);
        Assert.Contains("the guest must accept it", fault.AddressHistory, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Guest_ThatGivesAServiceUnacceptedMemory_IsToldTheService(string platform)
    {
        BootRequest request = GuestBoot.Request(code => code.Boot(BootService.SetMem, 4 * Emulator.GiB, 4096, 0));

        BootReport report = GuestBoot.Run(request with { Platform = platform, MemoryBytes = 8 * Emulator.GiB });

        FaultReport fault = report.Tells(BootEnd.Fault, "bs.SetMem writes to");
        Assert.Contains("nobody accepted", fault.Summary, StringComparison.Ordinal);
    }

}
