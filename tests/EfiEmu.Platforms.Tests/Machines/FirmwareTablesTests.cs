using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Machines;

public sealed class FirmwareTablesTests
{
    private const ulong GiB = 1UL << 30;
    private const ulong Code = 0x1800000;
    private const ulong AddressBits = 0x0007fffffffff000;

    [Theory]
    [InlineData("plain", 8UL, 0UL)]
    [InlineData("plain", 1024UL, 0UL)]
    [InlineData("sev-snp", 16UL, 1UL << 51)]
    [InlineData("tdx", 16UL, 0UL)]
    public void Tables_ThatFirmwareLeaves_MapAllMemoryOneToOne(string platform, ulong gibibytes, ulong attribute)
    {
        using Machine machine = PowerOn(platform, gibibytes * GiB);
        ulong last = Ram(machine.Layout).Max(space => space.Range.End) - 1;
        foreach (ulong address in (ulong[])[0, 0x9ffff, Code, machine.ControlRegisters.Cr3, 4 * GiB, last])
        {
            ulong entry = machine.ControlRegisters.Cr3;
            int shift = 39;
            for (; shift >= 30; shift -= 9)
            {
                entry = Read(machine, (entry & AddressBits) + ((address >> shift) % 512 * 8));
                Assert.Equal(3UL, entry & 3);
                Assert.Equal(attribute, entry & (1UL << 51));
            }

            Assert.Equal(0x80UL, entry & 0x80);
            Assert.Equal(address, (entry & AddressBits) | (address % GiB));
        }
    }

    [Fact]
    public void Tables_ThatNobodyTouches_HoldNoMemoryOfTheHost()
    {
        using Machine machine = PowerOn("plain", 8 * GiB);
        Assert.Equal(0UL, machine.BytesTouched);

        // HLT.
        Run(machine, [0xf4]);
        Assert.Equal(0x10000UL, machine.BytesTouched);
    }

    [Fact]
    public void Tables_ClearedBeforeAnyoneReadThem_ReadAsZeros()
    {
        using Machine machine = PowerOn("plain", 8 * GiB);
        machine.Memory.Fill(new GuestAddress(machine.ControlRegisters.Cr3), 0x2000, 0);

        Assert.Equal(0UL, Read(machine, machine.ControlRegisters.Cr3));
        Assert.Equal(0UL, Read(machine, machine.ControlRegisters.Cr3 + 0x1000));
    }

    [Fact]
    public void Guest_ThatChangesFirmwaresTables_SeesWhatTheySayUntilTheMachineIsPutBack()
    {
        using Machine machine = PowerOn("plain", 8 * GiB);
        machine.Memory.WriteUInt64(new GuestAddress(0x5000), 0x1234);
        machine.Memory.WriteUInt64(new GuestAddress(GiB + 0x5000), 0x9876);
        using MachineCheckpoint checkpoint = machine.Checkpoint();

        // MOV RAX, CR3; MOV RBX, [RAX]; AND RBX, ~0xfff; MOV QWORD [RBX + 8], 0xe3; MOV CR3, RAX; MOV RDX, [0x40005000]; HLT
        byte[] program =
        [
            0x0f, 0x20, 0xd8, 0x48, 0x8b, 0x18, 0x48, 0x81, 0xe3, 0x00, 0xf0, 0xff, 0xff, 0x48, 0xc7, 0x43, 0x08, 0xe3, 0x00, 0x00, 0x00,
            0x0f, 0x22, 0xd8, 0x48, 0x8b, 0x14, 0x25, 0x00, 0x50, 0x00, 0x40, 0xf4,
        ];
        Run(machine, program);
        Assert.Equal(0x1234UL, machine[GuestRegister.Rdx]);
        checkpoint.Restore();

        // MOV RDX, [0x40005000]; HLT
        Run(machine, program[^9..]);
        Assert.Equal(0x9876UL, machine[GuestRegister.Rdx]);
    }

    [Fact]
    public void Guest_WithTablesOfItsOwn_PutsItsFaultIntoWordsThatNameThem()
    {
        using Machine machine = PowerOn("plain", 8 * GiB);
        ulong top = Code + 0x10000;
        machine.Memory.WriteUInt64(new GuestAddress(top), (top + 0x1000) | 3);
        machine.Memory.WriteUInt64(new GuestAddress(top + 0x1000), 0x83);

        // MOV EAX, top; MOV CR3, RAX; MOV RDX, [0x40005000]
        byte[] program = [0xb8, 0, 0, (byte)(top >> 16), (byte)(top >> 24), 0x0f, 0x22, 0xd8, 0x48, 0x8b, 0x14, 0x25, 0x00, 0x50, 0x00, 0x40];
        MachineExit exit = Run(machine, program);
        Assert.Equal((MachineExitKind.Fault, true), (exit.Kind, exit.IsLinear));
        Assert.Equal("#PF read of 0x40005000: not present in the guest's page tables", exit.Detail);
        Assert.StartsWith("mov rdx", machine.DisassembleAt(machine.Rip).Text, StringComparison.Ordinal);
    }

    private static IEnumerable<MemorySpace> Ram(MemoryLayout layout) =>
        layout.Spaces.Where(space => space.Type is GcdMemoryType.SystemMemory or GcdMemoryType.Unaccepted);

    private static ulong Read(Machine machine, ulong address) => machine.Memory.ReadUInt64(new GuestAddress(address));

    private static MachineExit Run(Machine machine, byte[] program)
    {
        machine.Memory.Write(new GuestAddress(Code), program);
        machine.Rip = new GuestAddress(Code);
        return machine.Run(100);
    }

    private static Machine PowerOn(string name, ulong ramBytes)
    {
        IPlatform platform = TestLayouts.Platform(name);
        Assert.True(OvmfLayout.Build(platform, OvmfGeneration.Ovmf202502, ramBytes, leaveUnaccepted: true)
            .TryGet(out MemoryLayout? layout, out string? fault), fault);
        var machine = new Machine(platform, layout, new MachineOptions());
        foreach (MemorySpace space in Ram(layout))
        {
            machine.AcceptMemory(new GuestAddress(space.Range.Start), space.Range.Length, MemoryAcceptor.FirmwareBeforeGuest);
        }

        return machine;
    }
}
