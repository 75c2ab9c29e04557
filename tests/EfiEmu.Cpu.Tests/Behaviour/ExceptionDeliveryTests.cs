using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using M = EfiEmu.Cpu.Tests.Behaviour.PagedMachine;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>Exceptions and software interrupts through the guest's own interrupt table (Intel SDM Vol. 3A chapter 6).</summary>
public sealed class ExceptionDeliveryTests
{
    // MOV RAX, CR3; then LIDT: what PagedMachine runs before a program.
    private const ulong Prologue = 5;
    private const ulong InterruptFlag = 0x200;

    [Fact]
    public void SoftwareInterrupt_ReachesItsHandlerAndReturnsBehindIt()
    {
        using M machine = new();
        machine.Gate(0x41, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.mov(rbx, __[rsp + 24]);
            c.mov(rdx, __[rsp + 16]);
            c.add(rcx, 5);
            c.iretq();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(ecx, 1);
            c.sti();
            c.stc();
            c.@int((byte)0x41);
            c.setc(al);
            c.pushfq();
            c.pop(rsi);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(6ul, machine[Register.Rcx]);
        Assert.Equal(M.Stack, machine[Register.Rbx]);
        Assert.Equal(M.Stack, machine[Register.Rsp]);
        Assert.Equal(InterruptFlag | 1, machine[Register.Rdx] & (InterruptFlag | 1));
        Assert.Equal(InterruptFlag | 1, machine[Register.Rsi] & (InterruptFlag | 1));
        Assert.Equal(Prologue + 12, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [InlineData(14, 0ul)]
    [InlineData(15, InterruptFlag)]
    public void Gate_OfAnInterruptOrATrap_DecidesOverTheInterruptFlag(int type, ulong expected)
    {
        using M machine = new();
        machine.Gate(3, M.Handlers, type);
        machine.Load(M.Handlers, c =>
        {
            c.pushfq();
            c.pop(rbx);
            c.hlt();
        });
        machine.Run(c =>
        {
            c.sti();
            c.int3();
        });
        Assert.Equal(expected, machine[Register.Rbx] & InterruptFlag);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(2, 3, false)]
    [InlineData(3, 6, false)]
    [InlineData(4, 13, true)]
    [InlineData(5, 13, true)]
    public void Fault_OrTrap_BringsTheFrameThatItsVectorHas(int cause, int vector, bool hasCode)
    {
        using M machine = new();
        machine.Gate(vector, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.mov(r8, rsp);
            c.pop(r9);
            c.hlt();
        });
        machine.Run(c =>
        {
            c.xor(edx, edx);
            c.mov(eax, 1);
            c.mov(rsp, M.Stack - 5);
            Cause(c, cause);
        });
        (ulong at, ulong behind) = LastInstruction(machine, cause);
        ulong frame = machine[Register.R8];
        Assert.Equal((M.Stack - 5) & ~0xFul, frame + (hasCode ? 48ul : 40));
        ulong first = frame + (hasCode ? 8ul : 0);
        Assert.Equal(cause is 1 or 2 ? behind : at, machine.Read(first));
        Assert.Equal((ulong)M.CodeSelector, machine.Read(first + 8));
        Assert.Equal(cause is not 1 and not 2, (machine.Read(first + 16) & 0x1_0000) != 0);
        Assert.Equal(M.Stack - 5, machine.Read(first + 24));
        Assert.Equal(0x30ul, machine.Read(first + 32));
        if (hasCode)
        {
            Assert.Equal(0ul, machine.Read(frame));
        }
    }

    [Fact]
    public void PageFault_WhoseHandlerMapsThePage_LeavesWhatARunWithoutItLeaves()
    {
        (ulong[] registers, byte[] memory, ulong retired) expected = Fill(isMapped: true);
        (ulong[] registers, byte[] memory, ulong retired) = Fill(isMapped: false);
        Assert.Equal(expected.registers, registers);
        Assert.Equal(expected.memory, memory);

        // Two pages, and eleven instructions of the handler for each.
        Assert.Equal(expected.retired + 22, retired);
    }

    [Fact]
    public void PageFault_InTheMiddleOfRepMovs_GoesOnWhereItStopped()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data);
        machine.Map(M.Window + 0x1000, M.Data + 0x1000);
        machine.Map(M.Window + 0x10_0000, M.Data + 0x4000);
        ulong missing = machine.Map(M.Window + 0x10_1000, M.Data + 0x5000, flags: 0);
        byte[] text = [.. Enumerable.Range(0, 0x1800).Select(i => (byte)(i * 7))];
        text.CopyTo(machine.Bus.At(M.Data, text.Length));
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.mov(r8, rcx);
            c.mov(r9, cr2);
            c.mov(r10, missing);
            c.or(__qword_ptr[r10], 3);
            c.add(rsp, 8);
            c.iretq();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rsi, M.Window);
            c.mov(rdi, M.Window + 0x10_0000);
            c.mov(ecx, text.Length);
            c.rep.movsb();
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((0x800ul, M.Window + 0x10_1000), (machine[Register.R8], machine[Register.R9]));
        Assert.Equal(text, machine.Bus.At(M.Data + 0x4000, text.Length).ToArray());
        Assert.Equal(Prologue + 5 + 6, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void PageFault_OfAnInstructionFetch_IsHandledAndTheCodeRuns()
    {
        using M machine = new();
        ulong missing = machine.Map(M.Window, M.Data, flags: 0);
        machine.Load(M.Data, c =>
        {
            c.mov(ecx, 3);
            c.ret();
        });
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(r8);
            c.mov(r10, missing);
            c.or(__qword_ptr[r10], 1);
            c.iretq();
        });
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.call(rbx);
            c.hlt();
        });
        Assert.Equal((3ul, 16ul), (machine[Register.Rcx], machine[Register.R8]));
    }

    [Fact]
    public void Handler_ThatFaults_IsInterruptedByAnotherAndGoesOn()
    {
        using M machine = new();
        machine.Gate(6, M.Handlers);
        machine.Gate(0, M.Handlers + 0x100);
        machine.Load(M.Handlers, c =>
        {
            c.xor(edx, edx);
            c.mov(eax, 1);
            c.xor(esi, esi);
            c.div(esi);
            c.add(__qword_ptr[rsp], 2);
            c.add(rcx, 1);
            c.iretq();
        });
        machine.Load(M.Handlers + 0x100, c =>
        {
            c.mov(esi, 1);
            c.add(rcx, 0x100);
            c.iretq();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            c.xor(ecx, ecx);
            c.ud2();
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Halt, 0x101ul), (exit.Kind, machine[Register.Rcx]));
    }

    [Theory]
    [InlineData(true, 11)]
    [InlineData(false, 13)]
    public void SoftwareInterrupt_ThroughAGateThatIsNone_FaultsWithItsNumber(bool hasType, int vector)
    {
        using M machine = new();
        const int Number = 0x50;
        const ulong InInterruptTable = 2;
        machine.Gate(Number, M.Handlers, type: hasType ? 14 : 5, present: false);
        machine.Gate(vector, M.Handlers + 0x100);
        machine.Load(M.Handlers + 0x100, c =>
        {
            c.pop(r9);
            c.mov(r8, __[rsp]);
            c.hlt();
        });
        ProcessorExit exit = machine.Run(c => c.@int((byte)Number));
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((ulong)(Number * 8) + InInterruptTable, machine[Register.R9]);
        Assert.Equal(new byte[] { 0xCD, Number }, machine.Bus.At(machine[Register.R8], 2).ToArray());
        Assert.Equal(Prologue + 3, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void InterruptStack_OfTheTaskSegment_IsWhatTheGateSays()
    {
        using M machine = new();
        machine.Gate(6, M.Handlers, stack: 1);
        machine.Load(M.Handlers, c =>
        {
            c.mov(r8, rsp);
            c.add(__qword_ptr[rsp], 2);
            c.iretq();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            machine.LoadTask(c, M.OtherStack + 7);
            c.ud2();
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Halt, M.Stack), (exit.Kind, machine[Register.Rsp]));
        Assert.Equal(M.OtherStack - 40, machine[Register.R8]);

        // LTR marked the segment busy.
        Assert.Equal(11ul, machine.Read(M.GlobalTable + M.TaskSelector) >> 40 & 0xF);
    }

    [Fact]
    public void PageFault_OnAStackThatIsNotThere_BecomesADoubleFaultOnItsOwnStack()
    {
        using M machine = new();
        machine.Gate(14, M.Handlers);
        machine.Gate(8, M.Handlers + 0x100, stack: 1);
        machine.Load(M.Handlers + 0x100, c =>
        {
            c.pop(r8);
            c.mov(r9, cr2);
            c.mov(r10, __[rsp + 24]);
            c.hlt();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            machine.LoadTask(c, M.OtherStack);
            c.mov(rsp, M.Window);
            c.mov(ecx, __[rsp + 0x123]);
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((0ul, M.Window), (machine[Register.R8], machine[Register.R10]));

        // CR2 is the second fault's: that of the first word of the frame.
        Assert.Equal(M.Window - 8, machine[Register.R9]);
    }

    [Fact]
    public void TripleFault_NamesTheFirstException()
    {
        using M machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(ecx, __[rbx]);
        });
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.DoubleFault), (exit.Kind, exit.Vector));
        Assert.Equal("the first exception was #PF at 0x10000000000 (not present in the guest's page tables)", exit.Detail);
        Assert.Equal(machine.Processor.Rip, exit.Address);
        Assert.Equal(Prologue + 1, machine.Processor.InstructionsRetired);
    }

    [Fact]
    public void Vector_BeyondTheLimitOfTheTable_IsATripleFaultWhereNothingElseFits()
    {
        using M machine = new();
        machine.Load(M.Code, c =>
        {
            machine.LoadInterrupts(c, limit: 0);
            c.int3();
        });
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ExceptionVector.DoubleFault, "the first exception was #BP"), (exit.Vector, exit.Detail));
    }

    [Fact]
    public void Handler_ThatCanNeverStart_EndsTheRunInsteadOfTurningForEver()
    {
        using M machine = new();
        machine.Gate(14, M.Window, stack: 1);
        ProcessorExit exit = machine.Run(c =>
        {
            machine.LoadTask(c, M.OtherStack);
            c.mov(rbx, M.Window);
            c.jmp(rbx);
        });
        Assert.Equal(ProcessorExitKind.Fault, exit.Kind);
        Assert.Equal("exceptions without end: no instruction runs between them", exit.Detail);
    }

    [Fact]
    public void Fault_WithoutATableOfTheGuest_EndsTheRun()
    {
        using M machine = new();
        machine.Load(M.Code, c =>
        {
            machine.LoadTables(c);
            c.mov(rbx, M.Window);
            c.mov(ecx, __[rbx + 8]);
        });
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.PageFault, M.Window + 8), (exit.Kind, exit.Vector, exit.Address));
        Assert.False(exit.IsRefusal);
    }

    [Fact]
    public void InterruptReturn_ToAnotherLevel_IsNotModelled()
    {
        using M machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.push(0x33);
            c.push(0);
            c.push(2);
            c.push(0x3B);
            c.push(0);
            c.iretq();
        });
        Assert.Equal((ProcessorExitKind.NotModelled, "iretq to level 3"), (exit.Kind, exit.Detail));
    }

    [Fact]
    public void TrapFlag_Set_IsNotModelled()
    {
        using M machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.push(0x102);
            c.popfq();
        });
        Assert.Equal((ProcessorExitKind.NotModelled, "single step (RFLAGS.TF)"), (exit.Kind, exit.Detail));
        Assert.Equal(Prologue + 1, machine.Processor.InstructionsRetired);
    }

    [Theory]
    [InlineData(0x33)]
    [InlineData(0x60)]
    [InlineData(0x40)]
    [InlineData(M.CodeSelector)]
    public void StackSelector_OfNoStack_IsAGeneralProtectionFaultWithIt(int bad)
    {
        using M machine = new();
        machine.Gate(13, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.pop(r9);
            c.hlt();
        });
        machine.Run(c =>
        {
            machine.LoadTask(c, M.OtherStack);
            c.mov(eax, 0x30);
            c.mov(ss, ax);
            c.mov(r8d, 1);
            c.mov(eax, bad);
            c.mov(ss, ax);
        });
        Assert.Equal((1ul, (ulong)(bad & ~3)), (machine[Register.R8], machine[Register.R9]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Counts_OfFaultsAndHandlers_DoNotDependOnHowTheRunIsCut(ulong stretch)
    {
        using M machine = new();
        machine.Gate(6, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.add(__qword_ptr[rsp], 2);
            c.inc(rcx);
            c.iretq();
        });
        machine.Load(M.Code, c =>
        {
            Label again = c.CreateLabel();
            machine.LoadTables(c);
            machine.LoadInterrupts(c);
            c.mov(ecx, 0);
            c.Label(ref again);
            c.nop();
            c.ud2();
            c.nop();
            c.int3();
            c.cmp(ecx, 200);
            c.jb(again);
            c.hlt();
        });
        machine.Gate(3, M.Handlers + 0x100);
        machine.Load(M.Handlers + 0x100, c => c.iretq());
        ProcessorExit exit;
        do
        {
            exit = machine.Processor.Run(stretch);
        }
        while (exit.Kind == ProcessorExitKind.BudgetExhausted);
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(Prologue + 1 + (200 * 9) + 1, machine.Processor.InstructionsRetired);
    }

    private static void Cause(Assembler c, int cause)
    {
        switch (cause)
        {
            case 0:
                c.div(edx);
                break;
            case 1:
                c.int1();
                break;
            case 2:
                c.int3();
                break;
            case 3:
                c.ud2();
                break;
            case 4:
                c.mov(cr8, rsp);
                break;
            default:
                c.movaps(xmm0, __[rsp]);
                break;
        }
    }

    // Where the last instruction of the program stands, and what follows it: the program is assembled once more, without it.
    private static (ulong At, ulong Behind) LastInstruction(M machine, int cause)
    {
        ulong end = machine.Load(M.Data, c =>
        {
            machine.LoadTables(c);
            machine.LoadInterrupts(c);
            c.xor(edx, edx);
            c.mov(eax, 1);
            c.mov(rsp, M.Stack - 5);
        });
        ulong behind = machine.Load(end, c => Cause(c, cause));
        return (end - M.Data + M.Code, behind - M.Data + M.Code);
    }

    private static (ulong[] Registers, byte[] Memory, ulong Retired) Fill(bool isMapped)
    {
        using M machine = new();
        ulong flags = isMapped ? M.Present | M.Writable : 0;
        ulong first = machine.Map(M.Window, M.Data, flags);
        machine.Map(M.Window + 0x1000, M.Data + 0x1000, flags);
        machine.Gate(14, M.Handlers);
        machine.Load(M.Handlers, c =>
        {
            c.push(rax);
            c.push(rbx);
            c.mov(rax, cr2);
            c.shr(rax, 12);
            c.and(eax, 0x1FF);
            c.mov(rbx, first);
            c.or(__qword_ptr[rbx + (rax * 8)], 3);
            c.pop(rbx);
            c.pop(rax);
            c.add(rsp, 8);
            c.iretq();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            Label again = c.CreateLabel();
            c.mov(rbx, M.Window + 0xF00);
            c.mov(ecx, 100);
            c.Label(ref again);
            c.add(__[rbx], rcx);
            c.adc(rdx, rbx);
            c.lea(rbx, __[rbx + 8]);
            c.dec(ecx);
            c.jne(again);
            c.sbb(rsi, rsi);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        ulong[] registers = [.. Enum.GetValues<Register>().Select(r => machine[r]), machine.Processor.Rflags];
        return (registers, machine.Bus.At(M.Data, 0x2000).ToArray(), machine.Processor.InstructionsRetired);
    }
}
