using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Machines;

public sealed class MachineRunTests
{
    private const ulong Code = 0x10000;
    private const ulong Gates = 0x20000;
    private const ulong Stack = 0x40000;

    [Fact]
    public void Run_ToAGate_StopsThere()
    {
        // mov rax, Gates + 0x20; jmp rax
        using Machine machine = Machine("plain", [0x48, 0xc7, 0xc0, 0x20, 0x00, 0x02, 0x00, 0xff, 0xe0]);
        machine.AddGates(new MemoryRange(Gates, 0x1000));

        MachineExit exit = machine.Run(1000);

        Assert.Equal(new MachineExit(MachineExitKind.Gate, new GuestAddress(Gates + 0x20), string.Empty), exit);
        Assert.Equal(Gates + 0x20, machine[GuestRegister.Rax]);
        Assert.Equal(2UL, machine.InstructionsRetired);
        Assert.True(machine.IsGate(new GuestAddress(Gates + 0x20)));
        Assert.False(machine.IsGate(new GuestAddress(Gates + 0x21)));
    }

    [Fact]
    public void Run_OfAWriteToAGate_IsAFaultInFirmwareCode()
    {
        // mov rax, Gates; mov [rax], al
        using Machine machine = Machine("plain", [0x48, 0xc7, 0xc0, 0x00, 0x00, 0x02, 0x00, 0x88, 0x00]);
        machine.AddGates(new MemoryRange(Gates, 0x1000));

        MachineExit exit = machine.Run(1000);

        Assert.Equal(MachineExitKind.Fault, exit.Kind);
        Assert.Equal(MemoryFaultReason.FirmwareCode, exit.MemoryReason);
        Assert.Equal(Code + 7, machine.Rip.Value);
    }

    [Fact]
    public void Run_OfAReadOfUnacceptedMemory_IsAFaultThatSaysSo()
    {
        // mov rax, 0x1000000; mov al, [rax]
        using Machine machine = Machine("sev-snp", [0x48, 0xc7, 0xc0, 0x00, 0x00, 0x00, 0x01, 0x8a, 0x00]);

        MachineExit exit = machine.Run(1000);

        Assert.Equal("#PF read of 0x1000000: RAM that nobody accepted", exit.Detail);
        Assert.Equal(MemoryFaultReason.NotAccepted, exit.MemoryReason);
    }

    [Fact]
    public void Run_OfPvalidate_AcceptsAndGoesOn()
    {
        // mov rax, 0x1000000; xor ecx, ecx; mov edx, 1; pvalidate; mov rax, 0x1000000; mov al, [rax]; hlt
        using Machine machine = Machine(
            "sev-snp",
            [
                0x48, 0xc7, 0xc0, 0x00, 0x00, 0x00, 0x01, 0x31, 0xc9, 0xba, 0x01, 0x00, 0x00, 0x00, 0xf2, 0x0f, 0x01, 0xff,
                0x48, 0xc7, 0xc0, 0x00, 0x00, 0x00, 0x01, 0x8a, 0x00, 0xf4,
            ]);

        MachineExit exit = machine.Run(1000);

        Assert.Equal(MachineExitKind.Halted, exit.Kind);
        Assert.Equal(4096UL, machine.Acceptance.GuestBytes);
        Assert.Equal(7UL, machine.InstructionsRetired);
    }

    [Fact]
    public void Run_OfALoop_StopsWhenTheBudgetIsSpent()
    {
        // jmp $
        using Machine machine = Machine("plain", [0xeb, 0xfe]);

        Assert.Equal(MachineExitKind.BudgetExhausted, machine.Run(1000).Kind);
        Assert.True(machine.InstructionsRetired >= 1000);
    }

    [Fact]
    public void Run_OfAGuestThatTouchesTooMuch_SurfacesAsItsOwnException()
    {
        // mov edi, 0x1000000; mov ecx, 0x800000; rep stosb
        using Machine machine = Machine(
            "plain", [0xbf, 0x00, 0x00, 0x00, 0x01, 0xb9, 0x00, 0x00, 0x80, 0x00, 0xf3, 0xaa], budget: 0x100000);

        // A long repetition draws on the instruction budget too.
        Assert.Throws<TouchedMemoryBudgetException>(() => machine.Run(100_000_000));
    }

    [Fact]
    public void Run_AfterTheHostChangedCode_RunsTheNewCode()
    {
        // inc eax; hlt, then dec eax; hlt
        using Machine machine = Machine("plain", [0xff, 0xc0, 0xf4]);
        machine.Run(1000);
        machine.Memory.Write(new GuestAddress(Code), [0xff, 0xc8, 0xf4]);
        machine.Rip = new GuestAddress(Code);

        machine.Run(1000);

        Assert.Equal(0UL, machine[GuestRegister.Rax]);
    }

    [Fact]
    public void Run_OfSerialOutput_IsCaptured()
    {
        // mov dx, 0x3f8; mov al, 'A'; out dx, al; hlt
        using Machine machine = Machine("plain", [0x66, 0xba, 0xf8, 0x03, 0xb0, 0x41, 0xee, 0xf4]);

        machine.Run(1000);

        Assert.Equal("A", machine.DrainSerialText());
    }

    private static Machine Machine(string platform, byte[] code, ulong budget = 1 << 24)
    {
        var machine = new Machine(TestLayouts.Platform(platform), TestLayouts.TwoBlocks, new MachineOptions(0, budget));
        machine.AcceptMemory(GuestAddress.Null, 0x100000, MemoryAcceptor.FirmwareBeforeGuest);
        machine.Memory.Write(new GuestAddress(Code), code);
        machine.Rip = new GuestAddress(Code);
        machine[GuestRegister.Rsp] = Stack;
        machine[GuestRegister.Rax] = 0;
        return machine;
    }
}
