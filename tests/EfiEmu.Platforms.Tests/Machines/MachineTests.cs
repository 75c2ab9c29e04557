using EfiEmu.Cpu;
using EfiEmu.Sdk;

namespace EfiEmu.Platforms.Tests.Machines;

public sealed class MachineTests
{
    private const ulong GiB = 1UL << 30;

    [Fact]
    public void AcceptMemory_OfEverything_MovesTheAccountAndTheClock()
    {
        using Machine machine = Machine("sev-snp");
        foreach (MemorySpace space in machine.Layout.Spaces.Where(space => space.Type == GcdMemoryType.SystemMemory))
        {
            Assert.Equal(
                EfiStatus.Success,
                machine.AcceptMemory(new GuestAddress(space.Range.Start), space.Range.Length, MemoryAcceptor.FirmwareBeforeGuest));
        }

        ulong low = (2 * GiB) - 0x60000;
        Assert.Equal(new AcceptanceAccount(low, 0, 0, 0, 14 * GiB), machine.Acceptance);
        ulong before = machine.Clock.Nanoseconds;

        Assert.Equal(
            EfiStatus.Success,
            machine.AcceptMemory(new GuestAddress(4 * GiB), 14 * GiB, MemoryAcceptor.FirmwareAtExitBootServices));

        Assert.Equal(new AcceptanceAccount(low, 14 * GiB, 0, 0, 0), machine.Acceptance);
        Assert.Equal(7168UL * 500_000, machine.Clock.Nanoseconds - before);
        Assert.Equal(3, machine.DrainAcceptanceRecords().Count);
        Assert.Empty(machine.DrainAcceptanceRecords());
        Assert.Equal(MemoryAcceptor.FirmwareAtExitBootServices, machine.AcceptorOf(new GuestAddress(4 * GiB)));
    }

    [Fact]
    public void AcceptMemory_Twice_IsASuccessThatDoesNothing()
    {
        using Machine machine = Machine("tdx");
        machine.AcceptMemory(new GuestAddress(0x100000), 0x400000, MemoryAcceptor.Guest);
        ulong before = machine.Clock.Nanoseconds;
        machine.DrainAcceptanceRecords();

        Assert.Equal(EfiStatus.Success, machine.AcceptMemory(new GuestAddress(0x100000), 0x400000, MemoryAcceptor.Guest));
        Assert.Equal(EfiStatus.Success, machine.AcceptMemory(new GuestAddress(0x100000), 0, MemoryAcceptor.Guest));

        Assert.Equal(before, machine.Clock.Nanoseconds);
        Assert.Empty(machine.DrainAcceptanceRecords());
    }

    [Theory]
    [InlineData(0x1001UL, 0x1000UL)]
    [InlineData(0x1000UL, 0x1001UL)]
    public void AcceptMemory_OfLessThanPages_IsAnInvalidParameter(ulong start, ulong bytes)
    {
        using Machine machine = Machine("sev-snp");

        Assert.Equal(EfiStatus.InvalidParameter, machine.AcceptMemory(new GuestAddress(start), bytes, MemoryAcceptor.Guest));
    }

    [Theory]
    [InlineData(0x90000UL, 0x20000UL)]
    [InlineData(0xb0000000UL, 0x1000UL)]
    [InlineData(0x1000UL, 0xfffffffffffff000UL)]
    [InlineData(0xfffffffffffff000UL, 0x2000UL)]
    public void AcceptMemory_OfWhatIsNotRam_IsADeviceErrorAndAcceptsNothing(ulong start, ulong bytes)
    {
        using Machine machine = Machine("sev-snp");

        Assert.Equal(EfiStatus.DeviceError, machine.AcceptMemory(new GuestAddress(start), bytes, MemoryAcceptor.Guest));
        Assert.Equal(machine.Layout.RamBytes, machine.Acceptance.UnacceptedBytes);
    }

    [Fact]
    public void Memory_AtPowerOn_IsUnacceptedExceptOnPlain()
    {
        using Machine snp = Machine("sev-snp");
        using Machine plain = Machine("plain");

        Assert.Equal(
            MemoryFaultReason.NotAccepted,
            Assert.Throws<GuestMemoryFaultException>(() => snp.Memory.ReadByte(new GuestAddress(0x1000))).Reason);
        Assert.Equal(0, plain.Memory.ReadByte(new GuestAddress(0x1000)));
        Assert.Equal(plain.Layout.RamBytes, plain.Acceptance.FirmwareBeforeGuestBytes);
        Assert.Equal(EfiStatus.Success, plain.AcceptMemory(new GuestAddress(0x1000), 0x1000, MemoryAcceptor.Guest));
        Assert.Empty(plain.DrainAcceptanceRecords());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("sev-snp")]
    public void Machine_WithFourPiB_StartsAndCostsWhatItTouches(string platform)
    {
        using Machine machine = Machine(platform, OvmfLayout.MaximumRamBytes);
        var top = new GuestAddress((1UL << 52) + (2 * GiB) - 8);
        machine.AcceptMemory(new GuestAddress(4 * GiB), OvmfLayout.MaximumRamBytes - (2 * GiB), MemoryAcceptor.Guest);

        machine.Memory.WriteUInt64(top, 0x1122334455667788);

        Assert.Equal(0x1122334455667788UL, machine.Memory.ReadUInt64(top));
        Assert.Equal(0x10000UL, machine.BytesTouched);
    }

    [Fact]
    public void Touched_PagesInAnyOrder_AreListedAscendingAndSumUp()
    {
        using Machine machine = Machine("plain");

        machine.Memory.WriteByte(new GuestAddress(0x320000), 1);
        machine.Memory.WriteByte(new GuestAddress(0x110008), 1);
        machine.Memory.WriteByte(new GuestAddress(0x11fff0), 1);

        Assert.Equal([new MemoryRange(0x110000, 0x10000), new MemoryRange(0x320000, 0x10000)], machine.Touched);
        Assert.Equal(0x20000UL, machine.BytesTouched);
    }

    [Fact]
    public void Entropy_OfOneSeed_IsAlwaysTheSameAndDiffersFromAnothers()
    {
        byte[] Draw(ulong seed)
        {
            using Machine machine = Machine("plain", seed: seed);
            byte[] bytes = new byte[37];
            machine.Entropy.Fill(bytes);
            return bytes;
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.NotEqual(
            new SeededRandom(1, SeededRandom.ProtocolStream).Next(), new SeededRandom(1, SeededRandom.InstructionStream).Next());
    }

    [Fact]
    public void Random_OverManyDraws_HasEveryBitSetAboutHalfTheTime()
    {
        const int Draws = 20_000;
        var random = new SeededRandom(7, SeededRandom.InstructionStream);
        int[] ones = new int[64];
        for (int i = 0; i < Draws; i++)
        {
            ulong value = random.Next();
            for (int bit = 0; bit < 64; bit++)
            {
                ones[bit] += (int)(value >> bit & 1);
            }
        }

        Assert.All(ones, count => Assert.InRange(count, (Draws / 2) - 500, (Draws / 2) + 500));
    }

    [Fact]
    public void DisassembleAt_Code_GivesTextAndBytes()
    {
        using Machine machine = Machine("plain");
        machine.Memory.Write(new GuestAddress(0x2000), [0x48, 0x8b, 0x05, 0x10, 0x00, 0x00, 0x00, 0xf2, 0x0f, 0x01, 0xff]);

        InstructionExcerpt load = machine.DisassembleAt(new GuestAddress(0x2000));
        InstructionExcerpt pvalidate = machine.DisassembleAt(new GuestAddress(0x2007));

        Assert.Equal("mov rax, [rel 0x2017]", load.Text);
        Assert.Equal([0x48, 0x8b, 0x05, 0x10, 0x00, 0x00, 0x00], load.Bytes);
        Assert.Equal("pvalidate", pvalidate.Text);
    }

    [Theory]
    [InlineData(0xa0000UL, "(no readable memory)")]
    [InlineData(0xffffffffffffffffUL, "(no readable memory)")]
    [InlineData(0x3000UL, "(not an instruction)")]
    public void DisassembleAt_WhereNoCodeIs_SaysSo(ulong address, string text)
    {
        using Machine machine = Machine("plain");
        machine.Memory.Write(new GuestAddress(0x3000), [0x06, 0x06]);

        Assert.Equal(text, machine.DisassembleAt(new GuestAddress(address)).Text);
    }

    [Theory]
    [InlineData(0x200000000UL, MemoryAccess.Read, MemoryFaultReason.NotAccepted, "#PF read of 0x200000000: RAM that nobody accepted")]
    [InlineData(0xa0000UL, MemoryAccess.Execute, MemoryFaultReason.NothingThere, "#PF instruction fetch from 0xa0000: no RAM or device there")]
    [InlineData(0xffff800000000000UL, MemoryAccess.Write, MemoryFaultReason.BeyondAddressSpace, "#PF write to 0xffff800000000000: beyond the processor's address space")]
    public void PageFault_InWords_NamesTouchAddressAndReason(
        ulong address, MemoryAccess access, MemoryFaultReason reason, string detail)
    {
        MemoryLayout layout = TestLayouts.Of((0, 0xa0000), (0x200000000, 0x1000000));
        using var memory = new GuestMemory(new RamMap(layout), new PageStates(PageState.Unaccepted), 1 << 20);
        var exit = new ProcessorExit(ProcessorExitKind.Fault, address, ExceptionVector.PageFault, access);

        MachineExit described = MachineExits.From(exit, 0x1234, memory);

        Assert.Equal(new MachineExit(MachineExitKind.Fault, new GuestAddress(address), detail, reason), described);
    }

    [Fact]
    public void Exits_OfEveryKind_HaveTheirMeaning()
    {
        using var memory = new GuestMemory(new RamMap(TestLayouts.TwoBlocks), new PageStates(PageState.Private), 1 << 20);
        MachineExit From(ProcessorExit exit) => MachineExits.From(exit, 0x77, memory);

        Assert.Equal(
            new MachineExit(MachineExitKind.Gate, new GuestAddress(0x5010), string.Empty),
            From(new ProcessorExit(ProcessorExitKind.Gate, 0x5010)));
        Assert.Equal(MachineExitKind.BudgetExhausted, From(new ProcessorExit(ProcessorExitKind.BudgetExhausted, 0)).Kind);
        Assert.Equal(MachineExitKind.Halted, From(new ProcessorExit(ProcessorExitKind.Halt, 0)).Kind);
        Assert.Equal("#UD invalid opcode", From(new ProcessorExit(ProcessorExitKind.Fault, 1, ExceptionVector.InvalidOpcode)).Detail);
        Assert.Equal(
            "#GP general protection: why",
            From(new ProcessorExit(ProcessorExitKind.Fault, 1, ExceptionVector.GeneralProtection, Detail: "why")).Detail);
        Assert.Equal(
            new MachineExit(MachineExitKind.NotModelled, new GuestAddress(1), "vaddps"),
            From(new ProcessorExit(ProcessorExitKind.NotModelled, 1, Detail: "vaddps")));
    }

    [Fact]
    public void Registers_OfMachineAndProcessor_AreTheSameInTheSameOrder() =>
        Assert.Equal(Enum.GetNames<Register>(), Enum.GetNames<GuestRegister>());

    [Fact]
    public void Catalogue_FindsByExactName()
    {
        Assert.Equal(["plain", "sev-snp", "tdx"], PlatformCatalogue.Names);
        Assert.All(PlatformCatalogue.Names, name => Assert.Equal(name, PlatformCatalogue.Find(name)?.Name));
        Assert.Null(PlatformCatalogue.Find("SEV-SNP"));
        Assert.Null(PlatformCatalogue.Find("riscv"));
    }

    private static Machine Machine(string platform, ulong ramBytes = 16 * GiB, ulong seed = 0)
    {
        Assert.True(OvmfLayout.Build(TestLayouts.Platform(platform), OvmfGeneration.Ovmf202502, ramBytes, leaveUnaccepted: true)
            .TryGet(out MemoryLayout? layout, out string? fault), fault);
        return new Machine(TestLayouts.Platform(platform), layout, new MachineOptions(seed));
    }
}
