using System.Buffers.Binary;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

public sealed class ProcessorTests
{
    [Fact]
    public void Halt_Executed_LeavesRipBehindIt()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, 5);
            c.nop();
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(5ul, machine.Processor[Register.Rax]);
        Assert.Equal(3ul, machine.Processor.InstructionsRetired);
        Assert.Equal((byte)0xF4, machine.Bus.At(machine.Processor.Rip - 1, 1)[0]);
    }

    [Fact]
    public void Gate_Called_EndsTheRunThereAndCountsNothingOfIt()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, Machine.Gate);
            c.call(rax);
            c.mov(rbx, 7);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Gate, Machine.Gate), (exit.Kind, exit.Address));
        Assert.Equal(Machine.Gate, machine.Processor.Rip);
        Assert.Equal(2ul, machine.Processor.InstructionsRetired);

        ulong stack = machine.Processor[Register.Rsp];
        machine.Processor.Rip = BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(stack, 8));
        machine.Processor[Register.Rsp] = stack + 8;
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100).Kind);
        Assert.Equal(7ul, machine.Processor[Register.Rbx]);
        Assert.Equal(4ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Gate_InTheMiddleOfStraightCode_EndsTheRun()
    {
        using Machine machine = new();
        machine.Bus.Gates.Add(Machine.Code + 3);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, rbx);
            c.mov(rcx, rbx);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Gate, Machine.Code + 3), (exit.Kind, exit.Address));
        Assert.Equal(1ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Budget_EndlessLoop_EndsAtTheSameInstructionEachTime()
    {
        ulong RunOnce()
        {
            using Machine machine = new();
            ProcessorExit exit = machine.Run(
                c =>
                {
                    Iced.Intel.Label loop = c.CreateLabel();
                    c.Label(ref loop);
                    c.inc(rax);
                    c.dec(rbx);
                    c.jmp(loop);
                },
                1000);
            Assert.Equal(ProcessorExitKind.BudgetExhausted, exit.Kind);
            Assert.Equal(machine.Processor.InstructionsRetired, machine.Processor[Register.Rax] * 3);
            return machine.Processor.InstructionsRetired;
        }

        ulong first = RunOnce();
        Assert.InRange(first, 1000ul, 1064ul);
        Assert.Equal(first, RunOnce());
    }

    [Fact]
    public void Budget_OneInstructionThatJumpsToItself_IsExhausted()
    {
        using Machine machine = new();
        machine.Bus.At(Machine.Code, 2)[0] = 0xEB;
        machine.Bus.At(Machine.Code, 2)[1] = 0xFE;
        Assert.Equal(ProcessorExitKind.BudgetExhausted, machine.Processor.Run(500).Kind);
        Assert.Equal(500ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Fault_InTheMiddleOfABlock_LeavesTheStateBeforeTheInstruction()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rbx, 0xDEAD_0000ul);
            c.xor(eax, eax);
            c.sub(eax, 1);
            c.add(__qword_ptr[rbx + 8], 1);
            c.add(eax, 5);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault), (exit.Kind, exit.Vector));
        Assert.Equal((0xDEAD_0008ul, MemoryAccess.Write), (exit.Address, exit.Access));
        Assert.Equal(0xFFFF_FFFFul, machine.Processor[Register.Rax]);

        // CF and SF of the subtraction, not of what followed.
        Assert.Equal(0x81ul, machine.Processor.Rflags & 0x81);
        Assert.Equal(3ul, machine.Processor.InstructionsRetired);
        Assert.Equal(Machine.Code + 17, machine.Processor.Rip);

        machine.Bus.Map(0xDEAD_0000, 1);
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100).Kind);
        Assert.Equal(4u, (uint)machine.Processor[Register.Rax]);
        Assert.Equal(6ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Fault_StoreAcrossAPageThatCannotBeWritten_WritesNothing()
    {
        using Machine machine = new();
        machine.Bus.ReadOnly.Add(Machine.Data + 0x1000);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rbx, Machine.Data + 0xFFC);
            c.mov(rax, -1);
            c.mov(__qword_ptr[rbx], rax);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Fault, Machine.Data + 0x1000, MemoryAccess.Write), (exit.Kind, exit.Address, exit.Access));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(machine.Bus.At(Machine.Data + 0xFFC, 4)));
    }

    [Fact]
    public void Access_AcrossAPage_ReadsAndWritesBothPages()
    {
        using Machine machine = new();
        machine.Run(c =>
        {
            c.mov(rbx, Machine.Data + 0xFFD);
            c.mov(rax, 0x1122_3344_5566_7788);
            c.mov(__qword_ptr[rbx], rax);
            c.mov(ecx, __dword_ptr[rbx + 1]);
            c.movzx(edx, __word_ptr[rbx + 2]);
            c.hlt();
        });
        Assert.Equal(0x4455_6677ul, machine.Processor[Register.Rcx]);
        Assert.Equal(0x5566ul, machine.Processor[Register.Rdx]);
        Assert.Equal(0x1122_3344_5566_7788ul, BinaryPrimitives.ReadUInt64LittleEndian(machine.Bus.At(Machine.Data + 0xFFD, 8)));
    }

    [Fact]
    public void Fault_DivisionByZero_IsReportedAtTheDivision()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.xor(ecx, ecx);
            c.div(rcx);
        });
        Assert.Equal((ExceptionVector.DivideError, Machine.Code + 2), (exit.Vector, exit.Address));
        Assert.Equal(1ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Fault_JumpToNothing_IsAnExecuteFaultAtTheTarget()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(eax, 0x7000_0000);
            c.jmp(rax);
        });
        Assert.Equal((ExceptionVector.PageFault, MemoryAccess.Execute, 0x7000_0000ul), (exit.Vector, exit.Access, exit.Address));
        Assert.Equal(0x7000_0000ul, machine.Processor.Rip);
        Assert.Equal(2ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Fault_NonCanonicalAddress_IsGeneralProtection()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, 0x8000_0000_0000_0000);
            c.mov(rbx, __qword_ptr[rax]);
        });
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.GeneralProtection), (exit.Kind, exit.Vector));
    }

    [Fact]
    public void Fault_CodeEndsAtAPageThatCannotBeFetched_ComesAfterTheInstructionsBefore()
    {
        using Machine machine = new();
        machine.Bus.NoExecute.Add(Machine.Code + 0x1000);
        machine.Bus.At(Machine.Code + 0xFFE, 2).Fill(0x90);
        machine.Processor.Rip = Machine.Code + 0xFFE;
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ExceptionVector.PageFault, MemoryAccess.Execute, Machine.Code + 0x1000), (exit.Vector, exit.Access, exit.Address));
        Assert.Equal(2ul, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [InlineData(new byte[] { 0xF3, 0x0F, 0x01, 0xD9 }, PlatformInstruction.Vmgexit)]
    [InlineData(new byte[] { 0xF2, 0x0F, 0x01, 0xFF }, PlatformInstruction.Pvalidate)]
    [InlineData(new byte[] { 0xF3, 0x0F, 0x01, 0xFE }, PlatformInstruction.Rmpadjust)]
    [InlineData(new byte[] { 0x66, 0x0F, 0x01, 0xCC }, PlatformInstruction.Tdcall)]
    [InlineData(new byte[] { 0x0F, 0x01, 0xC1 }, PlatformInstruction.Hypercall)]
    [InlineData(new byte[] { 0x0F, 0x01, 0xD9 }, PlatformInstruction.Hypercall)]
    public void PlatformInstruction_Reached_IsHandedToThePlatform(byte[] bytes, PlatformInstruction expected)
    {
        using Machine machine = new();
        machine.Bus.At(Machine.Code, 1)[0] = 0x90;
        bytes.CopyTo(machine.Bus.At(Machine.Code + 1, bytes.Length));
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ProcessorExitKind.PlatformInstruction, expected), (exit.Kind, exit.Instruction));
        Assert.Equal(Machine.Code + 1, machine.Processor.Rip);
        Assert.Equal(1ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void NotModelled_Reached_NamesTheInstruction()
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c => c.rdpmc());
        Assert.Equal((ProcessorExitKind.NotModelled, "rdpmc"), (exit.Kind, exit.Detail));
        Assert.Equal(0ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void ControlRegister_WrittenBackUnchanged_IsAllowedAndLeavingPagingIsNot()
    {
        using Machine machine = new();
        machine.Processor.Cr3 = 0x5000;
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, cr3);
            c.mov(cr3, rax);
            c.mov(rbx, cr0);
            c.mov(cr0, rbx);
            c.mov(rcx, cr4);
            c.mov(eax, 0x33);
            c.mov(cr0, rax);
        });
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.GeneralProtection, 0u), (exit.Kind, exit.Vector, exit.ErrorCode));
        Assert.Equal(0x8001_0033ul, machine.Processor[Register.Rbx]);
        Assert.Equal(0x668ul, machine.Processor[Register.Rcx]);
        Assert.Equal(6ul, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [InlineData(0, 0x1_8001_0033ul)]
    [InlineData(0, 0xA001_0033ul)]
    [InlineData(3, 1ul << 52)]
    [InlineData(4, 0x100_0668ul)]
    [InlineData(8, 0x10ul)]
    public void ControlRegister_WithAValueThatItDoesNotTake_IsAGeneralProtectionFault(int register, ulong value)
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rax, value);
            c.mov(register switch { 0 => cr0, 3 => cr3, 4 => cr4, _ => cr8 }, rax);
        });
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.GeneralProtection), (exit.Kind, exit.Vector));
        Assert.Equal(1ul, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void RunsOfTheBus_CpuidMsrPortCounter_ArePassedThrough()
    {
        using Machine machine = new();
        machine.Bus.Msrs[0x10] = 0x1_0000_0002;
        machine.Bus.Ports[0x61] = 0x1234;
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(eax, 10);
            c.mov(ecx, 20);
            c.cpuid();
            c.mov(esi, eax);
            c.mov(edi, ebx);
            c.mov(ecx, 0x10);
            c.rdmsr();
            c.mov(r8, rdx);
            c.@in(ax, 0x61);
            c.mov(r9, rax);
            c.rdtsc();
            c.rdrand(r10);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((11ul, 22ul, 1ul), (machine.Processor[Register.Rsi], machine.Processor[Register.Rdi], machine.Processor[Register.R8]));
        Assert.Equal(0x1234ul, machine.Processor[Register.R9]);
        Assert.Equal(30ul, machine.Processor[Register.Rax]);
        Assert.Equal(0x0123_4567_89AB_CDEFul, machine.Processor[Register.R10]);
        Assert.Equal(1ul, machine.Processor.Rflags & 1);
    }

    [Fact]
    public void FlushTranslations_PageTakenAway_FaultsAtTheNextTouch()
    {
        using Machine machine = new();
        machine.Load(c =>
        {
            c.mov(rbx, Machine.Data);
            c.mov(rax, __qword_ptr[rbx]);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100).Kind);
        machine.Bus.Unmap(Machine.Data);
        machine.Processor.FlushTranslations();
        machine.Processor.Rip = Machine.Code;
        Assert.Equal(ExceptionVector.PageFault, machine.Processor.Run(100).Vector);
    }

    [Fact]
    public void FlushTranslations_CodePageTakenAway_FaultsAtItsNextBlock()
    {
        using Machine machine = new();
        Action<Iced.Intel.Assembler> program = c => c.hlt();
        machine.Run(program);
        machine.Bus.NoExecute.Add(Machine.Code);
        machine.Processor.FlushTranslations();
        machine.Processor.Rip = Machine.Code;
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ExceptionVector.PageFault, MemoryAccess.Execute), (exit.Vector, exit.Access));
    }

    [Fact]
    public void Disassemble_Bytes_GivesIntelSyntax()
    {
        Assert.Equal("mov rax,rbx", Processor.Disassemble([0x48, 0x89, 0xD8], 0x1000));
        Assert.Equal("(bad)", Processor.Disassemble([0x06], 0x1000));
        Assert.Equal("(bad)", Processor.Disassemble([], 0x1000));
    }
}
