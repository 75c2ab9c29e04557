using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>What code may do wrong, each with the exception that a processor raises for it.</summary>
public sealed class BadCodeTests
{
    [Theory]
    [InlineData("0F0B")]
    [InlineData("06")]
    [InlineData("0F04")]
    [InlineData("D6")]
    [InlineData("F00F0B")]
    [InlineData("F04889C8")]
    [InlineData("0F0F00FF")]
    [InlineData("8FC8FF")]
    [InlineData("FEF8")]
    public void Code_UndefinedOpcode_IsInvalidOpcode(string hex) => AssertFault(ExceptionVector.InvalidOpcode, hex);

    [Fact]
    public void Code_AvxInstruction_IsInvalidOpcode() => AssertFault(ExceptionVector.InvalidOpcode, "C5F458C2");

    [Theory]
    [InlineData("6666666666666666666666666666664889C8")]
    [InlineData("2E2E2E2E2E2E2E2E2E48B8887766554433221190")]
    public void Code_LongerThan15Bytes_IsGeneralProtection(string hex) => AssertFault(ExceptionVector.GeneralProtection, hex);

    [Fact]
    public void Code_TruncatedAtTheEndOfMemory_IsAFetchFaultAtTheFirstByteBeyond()
    {
        using Machine machine = new();

        // MOV RAX, imm64 with three of its bytes.
        new byte[] { 0x48, 0xB8, 1 }.CopyTo(machine.Bus.At(Machine.Code + 0x1FFD, 3));
        machine.Processor.Rip = Machine.Code + 0x1FFD;
        ProcessorExit exit = machine.Processor.Run(10);

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault, MemoryAccess.Execute), (exit.Kind, exit.Vector, exit.Access));
        Assert.Equal(Machine.Code + 0x2000, exit.Address);
        Assert.Equal(Machine.Code + 0x1FFD, machine.Processor.Rip);
    }

    [Theory]
    [InlineData(Register.Rbx, ExceptionVector.GeneralProtection)]
    [InlineData(Register.Rbp, ExceptionVector.StackFault)]
    public void Access_NonCanonicalAddress_IsTheFaultOfItsSegment(Register based, ExceptionVector expected)
    {
        using Machine machine = new();
        machine.Processor[based] = 0x8000_0000_0000_0000;
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, based == Register.Rbp ? __[rbp] : __[rbx]);
            c.hlt();
        });

        Assert.Equal((ProcessorExitKind.Fault, expected), (exit.Kind, exit.Vector));
        Assert.Equal(Machine.Code, machine.Processor.Rip);
    }

    [Fact]
    public void Access_MisalignedVector_IsGeneralProtection()
    {
        using Machine machine = new();
        machine.Processor[Register.Rbx] = Machine.Data + 8;
        ProcessorExit exit = machine.Run(c => c.movaps(xmm0, __[rbx]));

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.GeneralProtection), (exit.Kind, exit.Vector));
    }

    [Fact]
    public void Stack_GrownIntoNothing_IsAWriteFaultAndKeepsRsp()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label loop = c.CreateLabel();
            c.Label(ref loop);
            c.call(loop);
        });

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault, MemoryAccess.Write), (exit.Kind, exit.Vector, exit.Access));
        Assert.Equal(Machine.Stack - 0x1000, machine.Processor[Register.Rsp]);
        Assert.Equal(Machine.Stack - 0x1008, exit.Address);
        Assert.Equal(Machine.Code, machine.Processor.Rip);
    }

    [Fact]
    public void Jump_IntoData_IsAFetchFaultThere()
    {
        using Machine machine = new();
        machine.Bus.NoExecute.Add(Machine.Data);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, Machine.Data);
            c.jmp(rax);
        });

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault, MemoryAccess.Execute), (exit.Kind, exit.Vector, exit.Access));
        Assert.Equal((Machine.Data, Machine.Data), (exit.Address, machine.Processor.Rip));
    }

    [Theory]
    [InlineData("0F22D0", "mov cr2")]
    [InlineData("0F01C8", "monitor")]
    [InlineData("0F01D8", "vmrun")]
    [InlineData("0FAA", "rsm")]
    [InlineData("0F3700", "getsec")]
    public void Privilege_Misused_EndsWithAnExitAndNoHostException(string hex, string name)
    {
        using Machine machine = new();
        ProcessorExit exit = Run(machine, hex);

        Assert.True(exit.Kind is ProcessorExitKind.Fault or ProcessorExitKind.NotModelled or ProcessorExitKind.Halt, $"{name}: {exit}");
    }

    [Fact]
    public void RdFsBase_WithoutCr4FsGsBase_IsInvalidOpcode() => AssertFault(ExceptionVector.InvalidOpcode, "F3480FAEC0");

    [Fact]
    public void Simd_UnmaskedException_IsRaisedAndTheFlagsTellWhich()
    {
        using Machine machine = new();
        machine.Processor.Mxcsr = 0x1F80 & ~0x200u;
        ProcessorExit exit = machine.Run(c =>
        {
            c.xorps(xmm1, xmm1);
            c.mov(eax, 0x3F80_0000);
            c.movd(xmm0, eax);
            c.divss(xmm0, xmm1);
            c.hlt();
        });

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.SimdFloatingPoint), (exit.Kind, exit.Vector));
        Assert.Equal(4u, machine.Processor.Mxcsr & 0x3F);
        Assert.Equal(3ul, machine.Processor.InstructionsRetired);
    }

    private static void AssertFault(ExceptionVector expected, string hex)
    {
        using Machine machine = new();
        ProcessorExit exit = Run(machine, hex);

        Assert.Equal((ProcessorExitKind.Fault, expected), (exit.Kind, exit.Vector));
        Assert.Equal(Machine.Code, machine.Processor.Rip);
        Assert.Equal(0ul, machine.Processor.InstructionsRetired);
    }

    private static ProcessorExit Run(Machine machine, string hex)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), 0xF4];
        bytes.CopyTo(machine.Bus.At(Machine.Code, bytes.Length));
        return machine.Processor.Run(10);
    }
}
