using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Tdx;

public sealed class TdxInstructionsTests
{
    private const ulong GiB = 1UL << 30;
    private const ulong Start = 4 * GiB;

    private readonly FakeHost _host = new(TestLayouts.Of((0, 0x100000), (Start, 2 * GiB + 0x100000)), AcceptanceCosts.Tdx);
    private readonly TdxInstructions _tdx;

    public TdxInstructionsTests() => _tdx = new TdxInstructions(_host);

    [Theory]
    [InlineData(0, 0x1000UL)]
    [InlineData(1, 0x200000UL)]
    public void Accept_OfAPendingPage_AcceptsItForTheGuest(int level, ulong bytes)
    {
        Assert.Equal(TdxInstructions.Success, Accept(Start, level));

        AcceptanceRecord record = Assert.Single(_host.Ledger.Drain());
        Assert.Equal((MemoryAcceptor.Guest, new MemoryRange(Start, bytes)), (record.Acceptor, record.Range));
        Assert.Equal(record.CostNanoseconds, _host.Clock.Nanoseconds);
        Assert.Equal(bytes, _host.Ledger.Account.GuestBytes);
    }

    [Fact]
    public void Accept_OfAnAcceptedPage_SaysSo()
    {
        Accept(Start, 1);

        Assert.Equal(0x00000b0a00000000UL, Accept(Start, 1));
        Assert.Equal(0x00000b0a00000000UL, Accept(Start + 0x1000, 0));
    }

    [Fact]
    public void Accept_OfOneGiB_IsASizeMismatch() => Assert.Equal(0xc0000b0b00000000UL, Accept(Start, 2));

    [Fact]
    public void Accept_OfTwoMiBPartlyAccepted_IsASizeMismatch()
    {
        Accept(Start + 0x3000, 0);

        Assert.Equal(0xc0000b0b00000000UL, Accept(Start, 1));
    }

    [Fact]
    public void Accept_OfTwoMiBAcrossTheEndOfRam_IsASizeMismatch() =>
        Assert.Equal(0xc0000b0b00000000UL, Accept(Start + (2 * GiB), 1));

    [Theory]
    [InlineData(Start | 3)]
    [InlineData(Start | 7)]
    [InlineData(Start | 0x10)]
    [InlineData((Start + 0x1000) | 1)]
    [InlineData(0x100000UL)]
    [InlineData(0xfffffffffffff000UL)]
    public void Accept_OfANonsensicalOperand_IsInvalid(ulong operand)
    {
        _host[Register.Rax] = 6;
        _host[Register.Rcx] = operand;

        Assert.Equal(PlatformOutcomeKind.Completed, _tdx.Execute(PlatformInstruction.Tdcall).Kind);
        Assert.Equal(0xc000010000000000UL, _host[Register.Rax]);
    }

    [Fact]
    public void Accept_AsLinuxDoesIt_TriesLargePagesFirstAndCoversTheRange()
    {
        ulong address = Start;
        ulong end = Start + (2 * GiB) + 0x100000;
        while (address < end)
        {
            ulong accepted = 0;
            for (int level = 2; level >= 0 && accepted == 0; level--)
            {
                ulong bytes = 0x1000UL << (9 * level);
                accepted = address % bytes == 0 && end - address >= bytes && Accept(address, level) == 0 ? bytes : 0;
            }

            Assert.NotEqual(0UL, accepted);
            address += accepted;
        }

        Assert.Equal(end - Start, _host.Ledger.Account.GuestBytes);
        Assert.Equal(new MemoryRange(Start, end - Start), Assert.Single(_host.Ledger.Drain()).Range);
    }

    [Fact]
    public void Vmcall_ForPortOutput_ReachesTheSerialPort()
    {
        foreach (char c in "hi")
        {
            Vmcall(bytes: 1, write: 1, port: 0x3f8, value: c);
            Assert.Equal((0UL, 0UL), (_host[Register.Rax], _host[Register.R10]));
        }

        Assert.Equal("hi", _host.Ports.Serial.Drain());
    }

    [Fact]
    public void Vmcall_ForPortInput_AnswersInR11()
    {
        Vmcall(bytes: 1, write: 0, port: 0x3fd, value: 0);

        Assert.Equal(0x60UL, _host[Register.R11]);
    }

    [Theory]
    [InlineData(0UL, 0x10001UL)]
    [InlineData(1UL, 0UL)]
    [InlineData(99UL, 0UL)]
    public void Tdcall_OfAnotherLeaf_IsNotModelled(ulong leaf, ulong reason)
    {
        _host[Register.Rax] = leaf;
        _host[Register.R11] = reason;

        Assert.Equal(PlatformOutcomeKind.NotModelled, _tdx.Execute(PlatformInstruction.Tdcall).Kind);
    }

    [Fact]
    public void Pvalidate_OnIntel_IsAnInvalidOpcode() =>
        Assert.StartsWith("#UD PVALIDATE", _tdx.Execute(PlatformInstruction.Pvalidate).Detail, StringComparison.Ordinal);

    private ulong Accept(ulong address, int level)
    {
        _host[Register.Rax] = 6;
        _host[Register.Rcx] = address + (ulong)level;
        Assert.Equal(PlatformOutcomeKind.Completed, _tdx.Execute(PlatformInstruction.Tdcall).Kind);
        return _host[Register.Rax];
    }

    private void Vmcall(ulong bytes, ulong write, ulong port, ulong value)
    {
        _host[Register.Rax] = 0;
        _host[Register.R10] = 0;
        _host[Register.R11] = 30;
        _host[Register.R12] = bytes;
        _host[Register.R13] = write;
        _host[Register.R14] = port;
        _host[Register.R15] = value;
        Assert.Equal(PlatformOutcomeKind.Completed, _tdx.Execute(PlatformInstruction.Tdcall).Kind);
    }
}
