using System.Buffers.Binary;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Cpu.Tests.Behaviour;

/// <summary>32-bit code: how it comes about and ends, and what its addresses are.</summary>
public sealed class NarrowCodeTests
{
    [Fact]
    public void LongMode_LeftAndEnteredAgain_RunsEachPartInItsOwnWidth()
    {
        using NarrowMachine machine = new();
        machine.Inner.Load(NarrowMachine.Back, c =>
        {
            c.mov(rbx, 0x1234_5678_9ABC_DEF0);
            c.hlt();
        });
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(esi, cr0);
            c.mov(ecx, 0xC000_0080);
            c.rdmsr();
            c.mov(edi, eax);

            // In 64-bit code these bytes are a prefix of the next instruction.
            c.mov(ebp, 6);
            c.inc(ebp);
            machine.EnterLongMode(c);
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(0x1234_5678_9ABC_DEF0ul, machine[Register.Rbx]);
        Assert.Equal((0ul, 0ul), (machine[Register.Rsi] >> 31, machine[Register.Rdi] & 0x500));
        Assert.Equal(7ul, machine[Register.Rbp]);
        Assert.True(machine.Processor.IsCodeLong);
    }

    [Fact]
    public void SameBytes_RunAsLongAndAsNarrowCode_AreDecodedAnewEachTime()
    {
        using NarrowMachine machine = new();
        const ulong Shared = 0x17_0000;

        // 40: REX to 64-bit code, INC EAX to 32-bit code.
        new byte[] { 0x40, 0x90, 0xF4 }.CopyTo(machine.Inner.Bus.At(Shared, 3));
        machine.Inner.Load(NarrowMachine.Back, c =>
        {
            c.mov(eax, 10);
            c.jmp(Shared);
        });
        ProcessorExit first = machine.RunCompatible(c =>
        {
            c.mov(eax, 5);
            c.jmp(Shared);
        });
        ulong narrow = machine[Register.Rax];
        machine.Load32(Shared + 3, c => NarrowMachine.FarJump(c, NarrowMachine.LongCode, NarrowMachine.Back));
        ProcessorExit second = machine.Processor.Run(1000);

        Assert.Equal((ProcessorExitKind.Halt, ProcessorExitKind.Halt), (first.Kind, second.Kind));
        Assert.Equal((6ul, 10ul), (narrow, machine[Register.Rax]));
    }

    [Theory]
    [InlineData(0, ExceptionVector.GeneralProtection, 0)]
    [InlineData(0x200, ExceptionVector.GeneralProtection, 0x200)]
    [InlineData(NarrowMachine.Data, ExceptionVector.GeneralProtection, NarrowMachine.Data)]
    [InlineData(NarrowMachine.Code | 3, ExceptionVector.GeneralProtection, NarrowMachine.Code)]
    [InlineData(NarrowMachine.UserCode, ExceptionVector.GeneralProtection, NarrowMachine.UserCode)]
    [InlineData(NarrowMachine.AbsentCode, ExceptionVector.SegmentNotPresent, NarrowMachine.AbsentCode)]
    [InlineData(NarrowMachine.Task, ExceptionVector.GeneralProtection, NarrowMachine.Task)]
    [InlineData(0x14, ExceptionVector.GeneralProtection, 0x14)]
    public void FarJump_ToASelectorThatIsNoCode_FaultsWithItsErrorCode(int selector, ExceptionVector vector, int code)
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.JumpTo((ushort)selector);

        Assert.Equal((ProcessorExitKind.Fault, vector, (uint)code), (exit.Kind, exit.Vector, exit.ErrorCode));
        Assert.True(machine.Processor.IsCodeLong);
    }

    [Theory]
    [InlineData(NarrowMachine.ShortCode, "jmp far fword ptr [rax] to 16-bit code")]
    [InlineData(NarrowMachine.SmallCode, "jmp far fword ptr [rax] to 32-bit code of less than 4 GiB")]
    [InlineData(NarrowMachine.CallGate, "jmp far fword ptr [rax] through a gate or task")]
    public void FarJump_ToWhatIsNotModelled_SaysSo(int selector, string detail)
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.JumpTo((ushort)selector);

        Assert.Equal((ProcessorExitKind.NotModelled, detail), (exit.Kind, exit.Detail));
    }

    [Fact]
    public void FarCall_AndReturn_LeaveTheStackAsItWas()
    {
        using NarrowMachine machine = new();
        machine.Load32(NarrowMachine.Back, c =>
        {
            c.mov(ebx, __dword_ptr[esp]);
            c.mov(edx, __dword_ptr[esp + 4]);
            c.retf();
        });
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(esp, 0x40_0000);
            c.db(0x9A, 0x00, 0x00, 0x16, 0x00, 0x10, 0x00);
            c.hlt();
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(machine.Processor.Rip - 1, machine[Register.Rbx]);
        Assert.Equal((0x10ul, 0x40_0000ul), (machine[Register.Rdx], machine[Register.Rsp]));
    }

    [Theory]
    [InlineData("ss", 0, ExceptionVector.GeneralProtection, 0)]
    [InlineData("ss", NarrowMachine.Absent, ExceptionVector.StackFault, NarrowMachine.Absent)]
    [InlineData("ss", NarrowMachine.ReadOnly, ExceptionVector.GeneralProtection, NarrowMachine.ReadOnly)]
    [InlineData("ss", NarrowMachine.Data | 1, ExceptionVector.GeneralProtection, NarrowMachine.Data)]
    [InlineData("ds", NarrowMachine.Absent, ExceptionVector.SegmentNotPresent, NarrowMachine.Absent)]
    [InlineData("ds", NarrowMachine.ExecuteOnly, ExceptionVector.GeneralProtection, NarrowMachine.ExecuteOnly)]
    [InlineData("ds", NarrowMachine.Task, ExceptionVector.GeneralProtection, NarrowMachine.Task)]
    [InlineData("ds", 0x400, ExceptionVector.GeneralProtection, 0x400)]
    public void SegmentRegister_LoadedWithWhatItDoesNotTake_FaultsWithTheSelector(string register, int selector, ExceptionVector vector, int code)
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, selector);
            c.mov(register == "ss" ? ss : ds, ax);
        });

        Assert.Equal((ProcessorExitKind.Fault, vector, (uint)code), (exit.Kind, exit.Vector, exit.ErrorCode));
    }

    [Fact]
    public void Segment_ThatWasLoaded_IsMarkedInItsTable()
    {
        using NarrowMachine machine = new();
        machine.RunProtected(c => c.hlt());

        Assert.Equal(1ul, (machine.Inner.Read(PagedMachine.GlobalTable + NarrowMachine.Data) >> 40) & 1);
        Assert.Equal(1ul, (machine.Inner.Read(PagedMachine.GlobalTable + NarrowMachine.Code) >> 40) & 1);
        Assert.Equal(0ul, (machine.Inner.Read(PagedMachine.GlobalTable + NarrowMachine.ReadOnly) >> 40) & 1);
    }

    [Fact]
    public void TaskRegister_LoadedByProtectedCode_MarksTheTaskBusy()
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, NarrowMachine.Task);
            c.ltr(ax);
            c.ltr(ax);
        });

        Assert.Equal((ExceptionVector.GeneralProtection, (uint)NarrowMachine.Task), (exit.Vector, exit.ErrorCode));
        Assert.Equal(11ul, (machine.Inner.Read(PagedMachine.GlobalTable + NarrowMachine.Task) >> 40) & 15);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Stack_ThatWraps_GoesOnAtTheTopOfFourGigabytes(bool isProtected)
    {
        using NarrowMachine machine = new();
        machine.Inner.Bus.Map(0xFFFF_F000, 1);
        machine.Inner.Map(0xFFFF_F000, 0xFFFF_F000);
        void Program(Assembler c)
        {
            c.mov(esp, 2);
            c.mov(eax, 0x4433_2211);
            c.push(eax);
            c.mov(ebx, esp);
            c.pop(ecx);
            c.hlt();
        }

        ProcessorExit exit = isProtected ? machine.RunProtected(Program) : machine.RunCompatible(Program);

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(0x2211, BinaryPrimitives.ReadUInt16LittleEndian(machine.Inner.Bus.At(0xFFFF_FFFE, 2)));
        Assert.Equal(0x4433, BinaryPrimitives.ReadUInt16LittleEndian(machine.Inner.Bus.At(0, 2)));
        Assert.Equal((0xFFFF_FFFEul, 0x4433_2211ul, 2ul), (machine[Register.Rbx], machine[Register.Rcx], machine[Register.Rsp]));
    }

    [Fact]
    public void Address_ThatOverflows_WrapsWithin32Bits()
    {
        using NarrowMachine machine = new();
        machine.Inner.Write(PagedMachine.Data, 0x1122_3344);
        machine.RunProtected(c =>
        {
            c.mov(ebx, 0xF000_0000);
            c.mov(ecx, 0x1000_0000 + (int)PagedMachine.Data);
            c.mov(eax, __dword_ptr[ebx + ecx]);
            c.hlt();
        });

        Assert.Equal(0x1122_3344ul, machine[Register.Rax]);
    }

    [Fact]
    public void AddressOf16Bits_WrapsWithin16Bits()
    {
        using NarrowMachine machine = new();
        machine.Inner.Write(0x1234, 0x5566_7788);
        machine.RunProtected(c =>
        {
            c.mov(ebx, 0x7777_F000);
            c.mov(esi, 0x5555_2234);
            c.mov(eax, __dword_ptr[bx + si]);
            c.lea(edx, __dword_ptr[bx + si + 2]);
            c.add(__dword_ptr[bx + si], 1);
            c.hlt();
        });

        Assert.Equal((0x5566_7788ul, 0x1236ul), (machine[Register.Rax], machine[Register.Rdx]));
        Assert.Equal(0x5566_7789ul, machine.Inner.Read(0x1234));
    }

    [Fact]
    public void Segment_WithABase_MovesWhatGoesThroughIt()
    {
        using NarrowMachine machine = new();
        machine.Inner.Write(NarrowMachine.SmallBase + 0x10, 0x0000_0002_0000_0001);
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, NarrowMachine.Small);
            c.mov(ds, ax);
            c.mov(ss, ax);
            c.mov(esp, 0x800);
            c.push(__dword_ptr[0x10]);
            c.mov(ebx, 0x10);
            c.add(__dword_ptr[ebx + 4], 7);
            c.pop(ecx);
            c.mov(esi, 0x14);
            c.mov(edi, (uint)NarrowMachine.SmallBase + 0x100);
            c.movsd();
            c.mov(fs, ax);
            c.mov(edx, __dword_ptr.fs[0x10]);
            c.hlt();
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((1ul, 1ul), (machine[Register.Rcx], machine[Register.Rdx]));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(machine.Inner.Bus.At(NarrowMachine.SmallBase + 0x7FC, 4)));
        Assert.Equal(9u, BinaryPrimitives.ReadUInt32LittleEndian(machine.Inner.Bus.At(NarrowMachine.SmallBase + 0x14, 4)));
        Assert.Equal(9u, BinaryPrimitives.ReadUInt32LittleEndian(machine.Inner.Bus.At(NarrowMachine.SmallBase + 0x100, 4)));
    }

    [Theory]
    [InlineData(NarrowMachine.Small, 0xFFC, true)]
    [InlineData(NarrowMachine.Small, 0xFFD, false)]
    [InlineData(NarrowMachine.Down, 0x1000, true)]
    [InlineData(NarrowMachine.Down, 0xFFC, false)]
    [InlineData(0, 0x1000, false)]
    public void Limit_OfASegment_IsChecked(int selector, int offset, bool isAllowed)
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, selector);
            c.mov(ds, ax);
            c.mov(ebx, offset);
            c.mov(ecx, __dword_ptr[ebx]);
            c.hlt();
        });

        ProcessorExit expected = isAllowed
            ? new ProcessorExit(ProcessorExitKind.Halt, exit.Address)
            : new ProcessorExit(ProcessorExitKind.Fault, exit.Address, ExceptionVector.GeneralProtection, Detail: exit.Detail);
        Assert.Equal(expected, exit);
    }

    [Fact]
    public void Write_ToAReadOnlySegment_Faults()
    {
        using NarrowMachine machine = new();
        machine.RunProtected(c =>
        {
            c.mov(eax, NarrowMachine.ReadOnly);
            c.mov(ds, ax);
            c.mov(ebx, __dword_ptr[0x30_0000]);
            c.mov(edi, 1);
            c.cmp(__dword_ptr[0x30_0000], 0);
            c.mov(edi, 2);
            c.mov(__dword_ptr[0x30_0000], ebx);
            c.mov(edi, 3);
        });

        Assert.Equal(2ul, machine[Register.Rdi]);
    }

    [Fact]
    public void Push_BelowTheStackSegment_IsAStackFault()
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, NarrowMachine.Small);
            c.mov(ss, ax);
            c.xor(esp, esp);
            c.push(eax);
        });

        Assert.Equal((ExceptionVector.StackFault, 0u), (exit.Vector, exit.ErrorCode));
        Assert.Equal(0ul, machine[Register.Rsp]);
    }

    [Fact]
    public void PushAll_AndPopAll_KeepEveryRegisterButTheStack()
    {
        using NarrowMachine machine = new();
        machine.RunProtected(c =>
        {
            c.mov(esp, 0x40_0000);
            c.mov(eax, 1);
            c.mov(ecx, 2);
            c.mov(edx, 3);
            c.mov(ebx, 4);
            c.mov(ebp, 5);
            c.mov(esi, 6);
            c.mov(edi, 7);
            c.pushad();
            c.xor(eax, eax);
            c.mov(edi, __dword_ptr[esp + 12]);
            c.mov(__dword_ptr[0x30_0000], edi);
            c.xor(edi, edi);
            c.popad();
            c.hlt();
        });

        Assert.Equal((1ul, 2ul, 3ul, 4ul), (machine[Register.Rax], machine[Register.Rcx], machine[Register.Rdx], machine[Register.Rbx]));
        Assert.Equal((5ul, 6ul, 7ul, 0x40_0000ul), (machine[Register.Rbp], machine[Register.Rsi], machine[Register.Rdi], machine[Register.Rsp]));
        Assert.Equal(0x40_0000u, BinaryPrimitives.ReadUInt32LittleEndian(machine.Inner.Bus.At(0x30_0000, 4)));
    }

    [Fact]
    public void Exception_OfProtectedCode_GoesThroughAGateOf32BitsAndReturns()
    {
        using NarrowMachine machine = new();
        machine.Load32(NarrowMachine.Back, c =>
        {
            c.pop(esi);
            c.add(__dword_ptr[esp], 3);
            c.iretd();
        });
        machine.Inner.Write(PagedMachine.InterruptTable + (13 * 8), 0x0016_8E00_0010_0000);
        BinaryPrimitives.WriteUInt16LittleEndian(machine.Inner.Bus.At(0x30_0000, 2), 0x7FF);
        machine.Inner.Write(0x30_0002, PagedMachine.InterruptTable);
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(esp, 0x40_0000);
            c.lidt(__[0x30_0000]);
            c.mov(ebx, 0x400);
            c.mov(ds, bx);
            c.mov(edi, 9);
            c.hlt();
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((0x400ul, 9ul, 0x40_0000ul), (machine[Register.Rsi], machine[Register.Rdi], machine[Register.Rsp]));
    }

    [Fact]
    public void Exception_OfCompatibleCode_GoesThroughAGateOf64BitsAndReturns()
    {
        using NarrowMachine machine = new();
        machine.Inner.Load(NarrowMachine.Back, c =>
        {
            c.pop(rsi);
            c.add(__qword_ptr[rsp], 3);
            c.mov(r8, 0x1_0000_0000);
            c.iretq();
        });
        machine.Inner.Gate(13, NarrowMachine.Back, selector: NarrowMachine.LongCode);
        BinaryPrimitives.WriteUInt16LittleEndian(machine.Inner.Bus.At(0x30_0000, 2), 0xFFF);
        machine.Inner.Write(0x30_0002, PagedMachine.InterruptTable);
        ProcessorExit exit = machine.RunCompatible(c =>
        {
            c.mov(esp, 0x40_0000);
            c.lidt(__[0x30_0000]);
            c.mov(ebx, 0x400);
            c.mov(ds, bx);
            c.mov(edi, 9);
            c.hlt();
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((0x400ul, 9ul, 0x40_0000ul), (machine[Register.Rsi], machine[Register.Rdi], machine[Register.Rsp]));
        Assert.Equal((0x1_0000_0000ul, false), (machine[Register.R8], machine.Processor.IsCodeLong));
    }

    [Theory]
    [InlineData("cr0 to real mode")]
    [InlineData("cr0 to 32-bit paging")]
    public void Mode_ThatIsNotModelled_StopsByName(string mode)
    {
        using NarrowMachine machine = new();
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, mode.EndsWith("real mode", StringComparison.Ordinal) ? 0x10 : unchecked((int)0x8000_0011));
            c.mov(cr0, eax);
        });

        Assert.Equal((ProcessorExitKind.NotModelled, $"mov {mode.Replace("cr0", "cr0,eax", StringComparison.Ordinal)}"), (exit.Kind, exit.Detail));
    }

    [Theory]
    [InlineData(0x668 | 0x1000)]
    [InlineData(0x648)]
    public void Cr4_WithoutWideEntriesOrWithFiveLevels_IsNotTakenInLongMode(int value)
    {
        using Machine machine = new();
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(eax, value);
            c.mov(cr4, rax);
        });

        Assert.Equal((ProcessorExitKind.Fault, ExceptionVector.GeneralProtection, 0u), (exit.Kind, exit.Vector, exit.ErrorCode));
    }

    // The examples of the Intel SDM Vol. 2, DAA and DAS, and the definitions of the others.
    [Fact]
    public void DecimalAdjustment_OfTheManualsExamples_GivesItsResults()
    {
        using NarrowMachine machine = new();
        machine.RunProtected(c =>
        {
            c.mov(esp, 0x40_0000);
            c.mov(al, 0x79);
            c.add(al, 0x35);
            c.daa();
            c.pushfd();
            c.movzx(ebx, al);
            c.mov(al, 0x35);
            c.sub(al, 0x47);
            c.das();
            c.pushfd();
            c.movzx(ecx, al);
            c.mov(eax, 0x63);
            c.aam(10);
            c.movzx(edx, ax);
            c.aad(10);
            c.movzx(esi, ax);
            c.mov(eax, 0x0F);
            c.aaa();
            c.movzx(edi, ax);
            c.hlt();
        });
        uint First(int word) => BinaryPrimitives.ReadUInt32LittleEndian(machine.Inner.Bus.At((ulong)(0x40_0000 - (4 * word)), 4)) & 0x11;

        Assert.Equal((0x14ul, 0x88ul), (machine[Register.Rbx], machine[Register.Rcx]));
        Assert.Equal((0x11u, 0x11u), (First(1), First(2)));
        Assert.Equal((0x0909ul, 0x63ul, 0x0105ul), (machine[Register.Rdx], machine[Register.Rsi], machine[Register.Rdi]));
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(-4, true)]
    public void Bound_OfAnIndex_FaultsOutsideOfTheBounds(int index, bool faults)
    {
        using NarrowMachine machine = new();
        machine.Inner.Write(PagedMachine.Data, 0x0000_0004_FFFF_FFFD);
        ProcessorExit exit = machine.RunProtected(c =>
        {
            c.mov(eax, index);
            c.bound(eax, __qword_ptr[(uint)PagedMachine.Data]);
            c.hlt();
        });

        Assert.Equal(faults ? (ProcessorExitKind.Fault, ExceptionVector.BoundRange) : (ProcessorExitKind.Halt, default), (exit.Kind, exit.Vector));
    }

    [Fact]
    public void SwapGs_ExchangesTheBaseWithTheKernels()
    {
        using Machine machine = new();
        machine.Bus.Msrs[0xC000_0102] = 0x1234;
        machine.Processor.GsBase = 0x5678;
        ProcessorExit exit = machine.Run(c =>
        {
            c.swapgs();
            c.hlt();
        });

        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal((0x1234ul, 0x5678ul), (machine.Processor.GsBase, machine.Bus.Msrs[0xC000_0102]));
    }
}
