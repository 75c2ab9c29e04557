using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace EfiEmu.Platforms.Tests.Machines;

/// <summary>A machine that is put back to a checkpoint is the machine that it was.</summary>
public sealed class MachineCheckpointTests
{
    private const ulong Code = 0x10000;
    private const ulong Data = 0x30000;
    private const ulong Stack = 0x40000;
    private const ulong HighBlock = 0x1000000;
    private const int Bytes = 0x100000;

    [Fact]
    public void Restore_AfterAnyHostWrites_PutsEveryByteBack()
    {
        Gen<(bool IsFill, int Start, int Length, byte Value)[]> steps =
            (from isFill in Gen.Elements(true, false)
             from start in Gen.Choose(0, Bytes - 1)
             from length in Gen.Choose(0, 150_000)
             from value in Gen.Elements<byte>(0, 0, 1, 0xaf)
             select (isFill, start, Math.Min(length, Bytes - start), value)).ArrayOf(8);

        Properties.Hold(
            from before in steps from after in steps from again in steps select (before, after, again),
            sequence =>
            {
                using Machine machine = NewMachine("plain", _ => { });
                Write(machine, sequence.before);
                byte[] expected = Contents(machine);
                ulong touched = machine.BytesTouched;
                using MachineCheckpoint checkpoint = machine.Checkpoint();
                foreach ((bool, int, int, byte)[] writes in new[] { sequence.after, sequence.again, sequence.after })
                {
                    Write(machine, writes);
                    checkpoint.Restore();
                    Assert.True(expected.AsSpan().SequenceEqual(Contents(machine)));
                    Assert.Equal(touched, machine.BytesTouched);
                }
            },
            cases: 40);
    }

    [Fact]
    public void Restore_AfterTheGuestRan_LetsItRunAgainExactlyAsBefore()
    {
        using Machine machine = NewMachine("plain", a =>
        {
            // Old and new memory, a page written before the checkpoint, vectors, the x87 stack, flags, time, both random streams.
            a.mov(rdi, Data);
            a.mov(rax, __[rdi]);
            a.inc(__qword_ptr[rdi]);
            a.rdrand(rbx);
            a.mov(__[rdi + 0x5000], rbx);
            a.movq(xmm3, rbx);
            a.paddq(xmm4, xmm3);
            a.fldpi();
            a.fnstsw(__word_ptr[rdi + 16]);
            a.movzx(r10d, __word_ptr[rdi + 16]);
            a.mov(r8, HighBlock + 0x12345);
            a.add(__qword_ptr[r8], 7);
            a.mov(r9, __[r8]);
            a.rdtsc();
            a.push(rax);
            a.stc();
            a.hlt();
        });
        machine.Memory.WriteUInt64(new GuestAddress(Data), 41);
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        string first = RunToHalt(machine);
        checkpoint.Restore();
        Assert.Equal(41UL, machine.Memory.ReadUInt64(new GuestAddress(Data)));
        Assert.Equal(0UL, machine.InstructionsRetired);

        string second = RunToHalt(machine);

        Assert.Equal(first, second);
        Assert.Equal(42UL, machine.Memory.ReadUInt64(new GuestAddress(Data)));
        Assert.Equal(7UL, machine[GuestRegister.R9]);
        // Without the checkpoint in between the guest sees what it did before.
        machine.Rip = new GuestAddress(Code);
        Assert.NotEqual(first, RunToHalt(machine));
    }

    [Fact]
    public void Restore_AfterTheGuestRewroteItsCode_RunsTheOldCodeAgain()
    {
        using Machine machine = NewMachine("plain", a =>
        {
            Label patched = a.CreateLabel();
            a.lea(rbx, __[patched]);
            a.mov(__byte_ptr[rbx + 1], 9);
            a.Label(ref patched);
            a.mov(al, 5);
            a.hlt();
        });
        machine.Run(1000);
        Assert.Equal(9UL, machine[GuestRegister.Rax]);
        machine.Memory.Write(new GuestAddress(Code), Assemble(a =>
        {
            a.mov(al, 1);
            a.hlt();
        }));
        machine.Rip = new GuestAddress(Code);
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        machine.Run(1000);
        checkpoint.Restore();
        machine.Memory.Write(new GuestAddress(Code), [0xb0, 0x22, 0xf4]);
        machine.Run(1000);
        Assert.Equal(0x22UL, machine[GuestRegister.Rax]);

        checkpoint.Restore();
        machine.Run(1000);

        Assert.Equal(1UL, machine[GuestRegister.Rax]);
    }

    [Fact]
    public void Restore_AfterCodeCameIntoBeingInNewMemory_ForgetsIt()
    {
        using Machine machine = NewMachine("plain", a =>
        {
            a.mov(rax, HighBlock);
            a.jmp(rax);
        });
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        foreach (byte value in new byte[] { 0x11, 0x22 })
        {
            machine.Memory.Write(new GuestAddress(HighBlock), [0xb0, value, 0xf4]);
            machine.Run(1000);
            Assert.Equal(HighBlock | value, machine[GuestRegister.Rax]);
            checkpoint.Restore();
        }
    }

    [Theory]
    [InlineData("sev-snp")]
    [InlineData("tdx")]
    public void Restore_AfterAcceptance_TakesItBackWithItsTime(string platform)
    {
        using Machine machine = NewMachine(platform, a =>
        {
            a.mov(rbx, HighBlock);
            a.mov(al, __[rbx]);
            a.hlt();
        });
        machine.DrainAcceptanceRecords();
        (AcceptanceAccount account, ulong time) = (machine.Acceptance, machine.Clock.Nanoseconds);
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        machine.AcceptMemory(new GuestAddress(HighBlock), 0x1000000, MemoryAcceptor.Guest);
        Assert.Equal(MachineExitKind.Halted, machine.Run(1000).Kind);

        checkpoint.Restore();

        Assert.Equal((account, time), (machine.Acceptance, machine.Clock.Nanoseconds));
        Assert.Empty(machine.DrainAcceptanceRecords());
        Assert.Null(machine.AcceptorOf(new GuestAddress(HighBlock)));
        Assert.Equal(MemoryFaultReason.NotAccepted, machine.Run(1000).MemoryReason);
    }

    [Fact]
    public void Restore_AfterTheGuestWroteDeviceRegisters_PutsThemBack()
    {
        const uint GhcbMsr = 0xc0010130;
        using Machine machine = NewMachine("sev-snp", a =>
        {
            a.mov(dx, 0x3f8);
            a.mov(al, (byte)'B');
            a.@out(dx, al);
            a.mov(ecx, GhcbMsr);
            a.rdmsr();
            a.mov(esi, eax);
            a.mov(eax, 0x1234000);
            a.wrmsr();
            a.mov(ecx, 0x277);
            a.rdmsr();
            a.mov(edi, eax);
            a.mov(eax, 0x7);
            a.wrmsr();
            a.mov(rax, cr4);
            a.mov(r8, rax);
            a.or(rax, 0x200000);
            a.mov(cr4, rax);
            a.hlt();
        });
        machine.AcceptMemory(new GuestAddress(HighBlock), 0x1000000, MemoryAcceptor.FirmwareBeforeGuest);
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        string first = RunToHalt(machine) + machine.DrainSerialText();
        checkpoint.Restore();

        string second = RunToHalt(machine) + machine.DrainSerialText();

        Assert.Equal(first, second);
        Assert.EndsWith("B", second, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_AfterGatesWereAdded_TakesThemAway()
    {
        using Machine machine = NewMachine("plain", a =>
        {
            a.mov(rax, Data);
            a.jmp(rax);
        });
        machine.Memory.Write(new GuestAddress(Data), [0xf4]);
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        machine.AddGates(new MemoryRange(Data, 0x1000));
        Assert.Equal(MachineExitKind.Gate, machine.Run(1000).Kind);

        checkpoint.Restore();

        Assert.Equal(MachineExitKind.Halted, machine.Run(1000).Kind);
        machine.Memory.Write(new GuestAddress(Data), [0x90]);
    }

    [Fact]
    public void Restore_OfEntropy_GivesTheSameNumbers()
    {
        using Machine machine = NewMachine("plain", _ => { });
        byte[] first = new byte[100];
        byte[] second = new byte[100];
        using MachineCheckpoint checkpoint = machine.Checkpoint();
        machine.Entropy.Fill(first);
        checkpoint.Restore();

        machine.Entropy.Fill(second);

        Assert.Equal(first, second);
        Assert.NotEqual(new byte[100], second);
    }

    [Fact]
    public void Checkpoint_WhileThereIsOne_IsRefusedUntilThatOneIsGone()
    {
        using Machine machine = NewMachine("plain", _ => { });
        MachineCheckpoint checkpoint = machine.Checkpoint();
        Assert.Throws<InvalidOperationException>(machine.Checkpoint);
        machine.Memory.WriteUInt64(new GuestAddress(Data), 5);

        checkpoint.Dispose();

        Assert.Throws<ObjectDisposedException>(checkpoint.Restore);
        using MachineCheckpoint next = machine.Checkpoint();
        machine.Memory.WriteUInt64(new GuestAddress(Data), 6);
        next.Restore();
        Assert.Equal(5UL, machine.Memory.ReadUInt64(new GuestAddress(Data)));
    }

    private static Machine NewMachine(string platform, Action<Assembler> code)
    {
        var machine = new Machine(TestLayouts.Platform(platform), TestLayouts.TwoBlocks, new MachineOptions(0, 1 << 26));
        machine.AcceptMemory(GuestAddress.Null, Bytes, MemoryAcceptor.FirmwareBeforeGuest);
        machine.Memory.Write(new GuestAddress(Code), Assemble(code));
        machine.Rip = new GuestAddress(Code);
        machine[GuestRegister.Rsp] = Stack;
        return machine;
    }

    private static byte[] Assemble(Action<Assembler> code)
    {
        var assembler = new Assembler(64);
        code(assembler);
        assembler.nop();
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), Code);
        return stream.ToArray();
    }

    private static void Write(Machine machine, (bool IsFill, int Start, int Length, byte Value)[] steps)
    {
        foreach ((bool isFill, int start, int length, byte value) in steps)
        {
            var address = new GuestAddress((ulong)start);
            if (isFill)
            {
                machine.Memory.Fill(address, (ulong)length, value);
            }
            else
            {
                byte[] bytes = new byte[length];
                new Random(start).NextBytes(bytes);
                machine.WriteFirmwareCode(address, bytes);
            }
        }
    }

    private static byte[] Contents(Machine machine)
    {
        byte[] all = new byte[Bytes];
        machine.Memory.Read(GuestAddress.Null, all);
        return all;
    }

    // Everything that a guest can tell from its registers and memory.
    private static string RunToHalt(Machine machine)
    {
        MachineExit exit = machine.Run(1000);
        Assert.Equal(MachineExitKind.Halted, exit.Kind);
        byte[] high = new byte[0x20000];
        machine.Memory.Read(new GuestAddress(HighBlock), high);
        return string.Join(' ', Enum.GetValues<GuestRegister>().Select(r => machine[r]))
            + $" {machine.Rip} {machine.Rflags} {machine.InstructionsRetired} {machine.Clock.Nanoseconds} "
            + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. Contents(machine), .. high]));
    }
}
