using System.Runtime.InteropServices;
using EfiEmu.Cpu;
using EfiEmu.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace EfiEmu.Platforms.Tests.Memory;

public sealed class GuestMemoryTests
{
    private const ulong Budget = 1UL << 24;

    [Fact]
    public void Read_OfNeverTouchedRam_IsZeroAndHoldsNothing()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);
        byte[] bytes = [1, 2, 3];

        memory.Read(new GuestAddress(0x1234), bytes);

        Assert.Equal(new byte[3], bytes);
        Assert.Equal(0UL, memory.BytesTouched);
    }

    [Fact]
    public void Write_AnySequence_ReadsBackAsAnArrayWould()
    {
        const int Bytes = 0x100000;
        Gen<(int Start, byte[] Data, int FillLength, byte Fill)[]> steps =
            (from start in Gen.Choose(0, Bytes - 1)
             from data in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
             from length in Gen.Choose(0, 200_000)
             from fill in Gen.Elements<byte>(0, 0, 1, 0xaf)
             select (start, data, length, fill)).ArrayOf(12);

        Properties.Hold(
            steps,
            sequence =>
            {
                using GuestMemory memory = Plain(TestLayouts.TwoBlocks);
                byte[] model = new byte[Bytes];
                foreach ((int start, byte[] data, int fillLength, byte fill) in sequence)
                {
                    byte[] fitting = data[..Math.Min(data.Length, Bytes - start)];
                    memory.Write(new GuestAddress((ulong)start), fitting);
                    fitting.CopyTo(model, start);
                    int length = Math.Min(fillLength, Bytes - start);
                    memory.Fill(new GuestAddress((ulong)start), (ulong)length, fill);
                    Array.Fill(model, fill, start, length);
                }

                byte[] all = new byte[Bytes];
                memory.Read(GuestAddress.Null, all);
                Assert.True(model.AsSpan().SequenceEqual(all));
            },
            cases: 40);
    }

    [Theory]
    [InlineData(0x100000UL, MemoryFaultReason.NothingThere)]
    [InlineData(0x2000000UL, MemoryFaultReason.NothingThere)]
    [InlineData(0x10000000000000UL, MemoryFaultReason.BeyondAddressSpace)]
    [InlineData(0xffffffffffffffffUL, MemoryFaultReason.BeyondAddressSpace)]
    [InlineData(0x8000000000000000UL, MemoryFaultReason.BeyondAddressSpace)]
    public void Touch_WhereNothingIs_FaultsWithTheReason(ulong address, MemoryFaultReason reason)
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        var fault = Assert.Throws<GuestMemoryFaultException>(() => memory.WriteByte(new GuestAddress(address), 1));

        Assert.Equal((new GuestAddress(address), true, reason), (fault.Address, fault.IsWrite, fault.Reason));
        Assert.Equal(reason, memory.Explain(address, write: true));
        Assert.Equal(0, memory.TranslatePage(address & ~0xfffUL, MemoryAccess.Read));
    }

    [Fact]
    public void Write_ThatRunsIntoAHole_NamesItsFirstByteAndWritesNothing()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        var fault = Assert.Throws<GuestMemoryFaultException>(() => memory.Write(new GuestAddress(0xffffe), [1, 2, 3, 4]));

        Assert.Equal(new GuestAddress(0x100000), fault.Address);
        Assert.Equal(0, memory.ReadByte(new GuestAddress(0xffffe)));
    }

    [Theory]
    [InlineData(0x1000UL, ulong.MaxValue)]
    [InlineData(0x1000000UL, 1UL << 62)]
    public void Fill_LongerThanMemory_FaultsAtTheFirstByteThatIsNotThere(ulong start, ulong bytes)
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        var fault = Assert.Throws<GuestMemoryFaultException>(() => memory.Fill(new GuestAddress(start), bytes, 1));

        Assert.Equal(start < 0x100000 ? 0x100000UL : 0x2000000UL, fault.Address.Value);
        Assert.Equal(0UL, memory.BytesTouched);
    }

    [Fact]
    public void Fill_WithZeroOfAWholeHugeGuest_CostsNothing()
    {
        using GuestMemory memory = Plain(TestLayouts.Of((0, 1UL << 52)));
        memory.WriteByte(new GuestAddress(1UL << 51), 7);

        memory.Fill(GuestAddress.Null, 1UL << 52, 0);

        Assert.Equal(0, memory.ReadByte(new GuestAddress(1UL << 51)));
        Assert.Equal(HostChunks.ChunkBytes, (int)memory.BytesTouched);
    }

    [Fact]
    public void Touch_BeyondTheBudget_IsItsOwnException()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks, budget: 2 * HostChunks.ChunkBytes);
        memory.Fill(new GuestAddress(0), 2 * HostChunks.ChunkBytes, 1);

        var spent = Assert.Throws<TouchedMemoryBudgetException>(() => memory.WriteByte(new GuestAddress(0x20000), 1));

        Assert.Equal(2UL * HostChunks.ChunkBytes, spent.BudgetBytes);
        Assert.False(memory.IsBudgetSpent);
        Assert.Equal(0, memory.TranslatePage(0x20000, MemoryAccess.Read));
        Assert.True(memory.IsBudgetSpent);
    }

    [Fact]
    public void TranslatePage_OfRam_IsTheMemoryThatTheHostSees()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        nint page = memory.TranslatePage(0x3000, MemoryAccess.Write);
        Marshal.WriteByte(page + 5, 0x42);

        Assert.Equal(0x42, memory.ReadByte(new GuestAddress(0x3005)));
        Assert.Equal(page, memory.TranslatePage(0x3000, MemoryAccess.Read));
    }

    [Fact]
    public void Touch_OfAPageThatNobodyAccepted_FaultsUntilItIsAccepted()
    {
        var states = new PageStates(PageState.Unaccepted);
        using var memory = new GuestMemory(new RamMap(TestLayouts.TwoBlocks), states, Budget);
        Assert.Equal(
            MemoryFaultReason.NotAccepted,
            Assert.Throws<GuestMemoryFaultException>(() => memory.ReadByte(new GuestAddress(0x5000))).Reason);
        Assert.Equal(0, memory.TranslatePage(0x5000, MemoryAccess.Execute));

        states.Apply(PageTransition.Accept, new MemoryRange(0x5000, 0x1000));

        Assert.Equal(0, memory.ReadByte(new GuestAddress(0x5fff)));
        Assert.NotEqual(0, memory.TranslatePage(0x5000, MemoryAccess.Execute));
        Assert.Equal(
            new GuestAddress(0x6000),
            Assert.Throws<GuestMemoryFaultException>(() => memory.ReadUInt64(new GuestAddress(0x5ffc))).Address);
    }

    [Fact]
    public void Write_ToFirmwareCode_FaultsForGuestsAndWorksForFirmware()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);
        memory.ProtectFirmwareCode(new MemoryRange(0x4000, 0x2000));

        memory.WriteAsFirmware(new GuestAddress(0x4ffe), [1, 2, 3, 4]);

        Assert.Equal(0x04030201u, memory.ReadUInt32(new GuestAddress(0x4ffe)));
        Assert.Equal(0, memory.TranslatePage(0x5000, MemoryAccess.Write));
        Assert.NotEqual(0, memory.TranslatePage(0x5000, MemoryAccess.Execute));
        Assert.NotEqual(0, memory.TranslatePage(0x6000, MemoryAccess.Write));
        Assert.Equal(
            MemoryFaultReason.FirmwareCode,
            Assert.Throws<GuestMemoryFaultException>(() => memory.WriteByte(new GuestAddress(0x5fff), 1)).Reason);
        Assert.Equal(
            new GuestAddress(0x4000),
            Assert.Throws<GuestMemoryFaultException>(() => memory.Fill(new GuestAddress(0x1000), 0x8000, 0)).Address);
    }

    [Theory]
    [InlineData(0x4001UL, 0x1000UL)]
    [InlineData(0x4000UL, 0x1800UL)]
    [InlineData(0x100000UL, 0x1000UL)]
    public void ProtectFirmwareCode_OfLessThanWholePagesOfRam_IsRefused(ulong start, ulong bytes)
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        Assert.Throws<ArgumentException>(() => memory.ProtectFirmwareCode(new MemoryRange(start, bytes)));
    }

    [Fact]
    public void Write_ToAPageThatCodeCameFrom_SaysSo()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);
        var changed = new List<ulong>();
        memory.CodeChanged = (address, length) => changed.Add(address);
        memory.TranslatePage(0x3000, MemoryAccess.Execute);
        memory.TranslatePage(0x8000, MemoryAccess.Execute);
        memory.TranslatePage(0x5000, MemoryAccess.Read);

        memory.Write(new GuestAddress(0x1000), new byte[0x1fff]);
        Assert.Empty(changed);

        memory.Write(new GuestAddress(0x2fff), [1, 2]);
        memory.Write(new GuestAddress(0x5000), [1]);
        memory.Fill(GuestAddress.Null, 0x100000, 0);
        memory.Fill(new GuestAddress(0x3800), 1, 9);

        Assert.Equal([0x3000UL, 0x3000UL, 0x8000UL, 0x3000UL], changed);
    }

    [Fact]
    public void Peek_AtTheEndOfRam_GivesWhatIsThere()
    {
        using GuestMemory memory = Plain(TestLayouts.TwoBlocks);

        Assert.Equal(4, memory.Peek(new GuestAddress(0xffffc), 15).Length);
        Assert.Empty(memory.Peek(new GuestAddress(0x100000), 15));
        Assert.Empty(memory.Peek(new GuestAddress(ulong.MaxValue), 15));
        Assert.Equal(0UL, memory.BytesTouched);
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        GuestMemory memory = Plain(TestLayouts.TwoBlocks);
        memory.WriteByte(new GuestAddress(1), 1);
        memory.Dispose();
        memory.Dispose();

        Assert.Throws<ObjectDisposedException>(() => memory.WriteByte(new GuestAddress(1), 1));
    }

    private static GuestMemory Plain(MemoryLayout layout, ulong budget = Budget) =>
        new(new RamMap(layout), new PageStates(PageState.Private), budget);
}
