using static Iced.Intel.AssemblerRegisters;
using M = EfiEmu.Cpu.Tests.Behaviour.PagedMachine;

namespace EfiEmu.Cpu.Tests.Behaviour;

public sealed class PagingTests
{
    [Theory]
    [InlineData(0, 0x12_3000ul, 0x12_3ABCul, 0xABCul)]
    [InlineData(1, 0x20_0000ul, 0x33_3ABCul, 0x13_3ABCul)]
    [InlineData(2, 0ul, 0x33_3ABCul, 0x33_3ABCul)]
    public void Page_OfEachSize_LeadsToItsMemory(int level, ulong page, ulong physical, ulong offset)
    {
        using M machine = new();
        machine.Map(M.Window, page, level: level);
        machine.Write(physical, 0x1122_3344_5566_7788);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rbx, M.Window + offset);
            c.mov(rcx, __[rbx]);
            c.not(rcx);
            c.mov(__[rbx + 8], rcx);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, exit.Kind);
        Assert.Equal(~0x1122_3344_5566_7788ul, machine.Read(physical + 8));
    }

    [Fact]
    public void AccessedAndDirty_AreSetByTheAccessesThatTheyAreFor()
    {
        using M machine = new();
        ulong read = machine.Map(M.Window, M.Data);
        ulong written = machine.Map(M.Window + 0x1000, M.Data + 0x1000);
        ulong untouched = machine.Map(M.Window + 0x2000, M.Data + 0x2000);
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
            c.mov(__[rbx + 0x1000], rcx);
            c.hlt();
        });
        const ulong Both = M.Accessed | M.Dirty;
        Assert.Equal(M.Accessed, machine.Read(read) & Both);
        Assert.Equal(Both, machine.Read(written) & Both);
        Assert.Equal(0ul, machine.Read(untouched) & Both);
        ulong top = machine.Root + ((M.Window >> 39 & 0x1FF) * 8);
        Assert.Equal(M.Accessed, machine.Read(top) & Both);
    }

    [Fact]
    public void Dirty_OfAPageThatWasReadBefore_IsSetByTheFirstWrite()
    {
        using M machine = new();
        ulong entry = machine.Map(M.Window, M.Data);
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
            c.mov(rdx, entry);
            c.mov(r8, __[rdx]);
            c.mov(__[rbx], rcx);
            c.mov(r9, __[rdx]);
            c.hlt();
        });
        Assert.Equal(M.Accessed, machine[Register.R8] & (M.Accessed | M.Dirty));
        Assert.Equal(M.Accessed | M.Dirty, machine[Register.R9] & (M.Accessed | M.Dirty));
    }

    [Fact]
    public void Mapping_ThatChanges_HoldsFromInvlpgOn()
    {
        using M machine = new();
        ulong entry = machine.Map(M.Window, M.Data);
        machine.Write(M.Data, 1);
        machine.Write(M.Data + 0x1000, 2);
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(r8, __[rbx]);
            c.mov(rdx, entry);
            c.mov(rcx, (M.Data + 0x1000) | M.Present | M.Writable);
            c.mov(__[rdx], rcx);
            c.mov(r9, __[rbx]);
            c.invlpg(__[rbx]);
            c.mov(r10, __[rbx]);
            c.hlt();
        });

        // Between the change and INVLPG the old mapping is in use, as it is in the TLB of a processor.
        Assert.Equal((1ul, 1ul, 2ul), (machine[Register.R8], machine[Register.R9], machine[Register.R10]));
    }

    [Fact]
    public void Mapping_ThatAppears_NeedsNoInvlpg()
    {
        using M machine = new();
        ulong entry = machine.Map(M.Window, M.Data, flags: 0);
        machine.Write(M.Data, 7);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rdx, entry);
            c.or(__qword_ptr[rdx], 1);
            c.mov(rbx, M.Window);
            c.mov(r8, __[rbx]);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Halt, 7ul), (exit.Kind, machine[Register.R8]));
    }

    [Fact]
    public void Code_WrittenThroughAnotherAddress_RunsAsWritten()
    {
        using M machine = new();
        const ulong Physical = M.Data;
        const ulong Alias = M.Window + 0x10_0000;
        machine.Map(M.Window, Physical, M.Present);
        machine.Map(Alias, Physical);
        machine.Load(Physical, c =>
        {
            c.add(rcx, 1);
            c.ret();
        });
        machine.Run(c =>
        {
            c.xor(ecx, ecx);
            c.mov(rbx, M.Window);
            c.mov(rdx, Alias);

            // The alias is in use for writing before code is taken from the page.
            c.mov(__byte_ptr[rdx + 0x800], 1);
            c.call(rbx);
            c.mov(__byte_ptr[rdx + 3], 16);
            c.call(rbx);
            c.hlt();
        });
        Assert.Equal(17ul, machine[Register.Rcx]);
    }

    [Fact]
    public void Code_AcrossTwoPages_IsDroppedWhenEitherIsWrittenThroughAnAlias()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data + 0x5000, M.Present);
        machine.Map(M.Window + 0x1000, M.Data, M.Present);

        // MOV EAX, imm32 of which two bytes lie in either page, and RET.
        byte[] code = [0xB8, 1, 2, 3, 4, 0xC3];
        code[..3].CopyTo(machine.Bus.At(M.Data + 0x5FFD, 3));
        code[3..].CopyTo(machine.Bus.At(M.Data, 3));
        machine.Run(c =>
        {
            c.mov(rbx, M.Window + 0xFFD);
            c.call(rbx);
            c.mov(r8, rax);
            c.mov(rdx, M.Data);
            c.mov(__byte_ptr[rdx], 0x33);
            c.call(rbx);
            c.mov(r9, rax);
            c.mov(__byte_ptr[rdx + 0x5FFE], 0x11);
            c.call(rbx);
            c.hlt();
        });
        Assert.Equal((0x0403_0201ul, 0x0433_0201ul, 0x0433_0211ul), (machine[Register.R8], machine[Register.R9], machine[Register.Rax]));
    }

    [Fact]
    public void SameAddress_UnderTwoTables_RunsTheCodeOfEach()
    {
        using M machine = new();
        ulong first = machine.Root;
        machine.Map(M.Window, M.Data);
        machine.Root = machine.NewTable();
        for (ulong at = 0; at < 0x100_0000; at += 0x20_0000)
        {
            machine.Map(at, at, level: 1);
        }

        ulong second = machine.Root;
        machine.Map(M.Window, M.Data + 0x1000);
        machine.Load(M.Data, c =>
        {
            c.add(rcx, 1);
            c.ret();
        });
        machine.Load(M.Data + 0x1000, c =>
        {
            c.add(rcx, 0x10000);
            c.ret();
        });
        ProcessorExit exit = machine.Run(c =>
        {
            Iced.Intel.Label again = c.CreateLabel();
            c.xor(ecx, ecx);
            c.mov(esi, 300);
            c.mov(rbx, M.Window);
            c.mov(r8, first);
            c.mov(r9, second);
            c.Label(ref again);
            c.mov(cr3, r8);
            c.call(rbx);
            c.mov(cr3, r9);
            c.call(rbx);
            c.dec(esi);
            c.jne(again);
            c.hlt();
        });
        Assert.Equal((ProcessorExitKind.Halt, 300ul * 0x10001), (exit.Kind, machine[Register.Rcx]));
    }

    [Fact]
    public void FirmwareTables_WrittenInPlace_AreReadFromThenOn()
    {
        using M machine = new();
        machine.Processor.Cr3 = machine.Root;
        ulong entry = machine.Map(M.Window, M.Data);
        machine.Write(M.Data, 5);

        // The host sees the guest write there, and says so.
        machine.Processor.IdentityTablesWritten();
        machine.Load(M.Code, c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
            c.hlt();
        });
        Assert.Equal(ProcessorExitKind.Halt, machine.Processor.Run(100).Kind);
        Assert.Equal(5ul, machine[Register.Rcx]);
        Assert.Equal(M.Accessed, machine.Read(entry) & M.Accessed);
    }

    [Fact]
    public void Tables_ThatTheBusRefuses_EndTheRunAtTheirPhysicalAddress()
    {
        using M machine = new();
        const ulong Nowhere = 0x7000_0000;
        machine.Write(machine.Root + ((M.Window >> 39 & 0x1FF) * 8), Nowhere | M.Present);
        ProcessorExit exit = machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
        });
        Assert.Equal((ProcessorExitKind.Fault, true, Nowhere), (exit.Kind, exit.IsRefusal, exit.Address));
    }

    [Fact]
    public void Registers_PutBack_PutTheirMappingsBack()
    {
        using M machine = new();
        machine.Map(M.Window, M.Data);
        machine.Write(M.Data, 9);
        ProcessorState state = machine.Processor.Save();
        machine.Run(c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
            c.hlt();
        });
        Assert.Equal(9ul, machine[Register.Rcx]);
        machine.Processor.Restore(state);
        machine.Processor.InvalidateCode(M.Code, 0x1000);
        machine.Load(M.Code, c =>
        {
            c.mov(rbx, M.Window);
            c.mov(rcx, __[rbx]);
        });
        ProcessorExit exit = machine.Processor.Run(100);
        Assert.Equal((ProcessorExitKind.Fault, true, M.Window), (exit.Kind, exit.IsRefusal, exit.Address));
    }
}
