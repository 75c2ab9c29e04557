using EfiEmu.Firmware.Reports;
using EfiEmu.Firmware.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Boot;

/// <summary>The e820 table that a loader hands over: read from guest memory, and held against the memory map.</summary>
public sealed class KernelMemoryTests
{
    private const uint Reserved = 2;
    private const ulong MiB = 1 << 20;
    private const ulong GiB = 1 << 30;

    private static readonly GuestAddress Parameters = new(0x10000);

    private static readonly MemoryDescriptor[] Map =
    [
        Range(MemoryType.Conventional, 0, MiB),
        Range(MemoryType.LoaderCode, MiB, MiB),
        Range(MemoryType.RuntimeServicesData, 2 * MiB, MiB),
        Range(MemoryType.BootServicesData, 3 * MiB, MiB),
        Range(MemoryType.Unaccepted, 4 * GiB, GiB),
    ];

    [Fact]
    public void Read_TableOfBootParameters_GivesItsEntriesInOrder()
    {
        E820Entry[] entries = [new(4 * GiB, GiB, E820Entry.Ram), new(0, MiB, Reserved)];

        Assert.Equal(entries, BootParametersReader.Read(WithTable(entries), Parameters));
    }

    [Fact]
    public void Read_EntriesThatGoOnInSetupData_AreRead()
    {
        SparseGuestMemory memory = WithTable([new(0, MiB, E820Entry.Ram)]);
        var other = new GuestAddress(0x20000);
        var extension = new GuestAddress(0x30000);
        memory.WritePointer(Parameters + 0x250, other);
        WriteNode(memory, other, next: extension, type: 9, bytes: 32);
        WriteNode(memory, extension, GuestAddress.Null, type: 1, bytes: 20);
        WriteEntry(memory, extension + 16, new(GiB, MiB, Reserved));

        Assert.Equal([new(0, MiB, E820Entry.Ram), new(GiB, MiB, Reserved)], BootParametersReader.Read(memory, Parameters));
    }

    [Fact]
    public void Read_SetupDataThatIsACircle_Ends()
    {
        SparseGuestMemory memory = WithTable([]);
        memory.WritePointer(Parameters + 0x250, Parameters + 0x1000);
        WriteNode(memory, Parameters + 0x1000, Parameters + 0x1000, type: 1, bytes: 20);

        Assert.NotNull(BootParametersReader.Read(memory, Parameters));
    }

    [Theory]
    [InlineData(0x1c0u, 0)]
    [InlineData(0x1e8u, 129)]
    public void Read_WhatAreNoBootParameters_IsNothing(uint offset, byte value)
    {
        SparseGuestMemory memory = WithTable([]);
        memory.WriteByte(Parameters + offset, value);

        Assert.Null(BootParametersReader.Read(memory, Parameters));
    }

    [Fact]
    public void Read_WhereNothingIs_IsNothing() =>
        Assert.Null(BootParametersReader.Read(new SparseGuestMemory(limit: 0x1000), new GuestAddress(ulong.MaxValue - 16)));

    [Fact]
    public void Compare_TableOfAllThatWasLeft_MissesNothing()
    {
        KernelMemory kernel = Compare(new(0, 2 * MiB, E820Entry.Ram), new(3 * MiB, MiB, E820Entry.Ram), new(4 * GiB, GiB, E820Entry.Ram));

        Assert.Equal(((3 * MiB) + GiB, 0UL, 0UL, 0UL, GiB), Sums(kernel));
    }

    [Fact]
    public void Compare_RangeThatIsReserved_IsMissingFromItsFirstByte()
    {
        KernelMemory kernel = Compare(new(0, 2 * MiB, E820Entry.Ram), new(3 * MiB, MiB, E820Entry.Ram), new(4 * GiB, GiB, Reserved));

        Assert.Equal((3 * MiB, GiB, 4 * GiB, 0UL, 0UL), Sums(kernel));
    }

    [Fact]
    public void Compare_RamThatIsFirmwares_IsPhantom() =>
        Assert.Equal(MiB, Compare(new(0, 4 * MiB, E820Entry.Ram), new(4 * GiB, GiB, E820Entry.Ram)).PhantomBytes);

    [Fact]
    public void Compare_SoftReservedRam_IsNeitherMissingNorRam()
    {
        KernelMemory kernel = Compare(new(0, 2 * MiB, E820Entry.SoftReserved), new(3 * MiB, MiB, E820Entry.Ram), new(4 * GiB, GiB, E820Entry.Ram));

        Assert.Equal((MiB + GiB, 0UL, 0UL, 0UL, GiB), Sums(kernel));
    }

    [Fact]
    public void Compare_EntriesThatOverlap_CountOnce() =>
        Assert.Equal(2 * MiB, Compare(new(0, 2 * MiB, E820Entry.Ram), new(MiB, MiB, E820Entry.Ram)).RamBytes);

    [Theory]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 0UL)]
    [InlineData(0xffff_ffff_ffff_f000, 0x2000UL)]
    public void Compare_EntryBeyondTheLastAddress_AddsUp(ulong start, ulong bytes)
    {
        KernelMemory kernel = Compare(new E820Entry(start, bytes, E820Entry.Ram));

        Assert.Equal(kernel.RamBytes, kernel.PhantomBytes + (3 * MiB) + GiB - kernel.MissingBytes);
    }

    private static KernelMemory Compare(params E820Entry[] entries) => KernelMemoryComparison.Of(entries, Map);

    private static (ulong Ram, ulong Missing, ulong FirstMissing, ulong Phantom, ulong Unaccepted) Sums(KernelMemory kernel) =>
        (kernel.RamBytes, kernel.MissingBytes, kernel.FirstMissing, kernel.PhantomBytes, kernel.UnacceptedBytes);

    private static MemoryDescriptor Range(MemoryType type, ulong start, ulong bytes) =>
        new(type, new GuestAddress(start), bytes / GuestAddress.PageSize, MemoryAttributes.SystemRam);

    private static SparseGuestMemory WithTable(E820Entry[] entries)
    {
        var memory = new SparseGuestMemory();
        memory.Write(Parameters + 0x1c0, "EL64"u8);
        memory.WriteByte(Parameters + 0x1e8, (byte)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            WriteEntry(memory, Parameters + 0x2d0 + ((ulong)i * 20), entries[i]);
        }

        return memory;
    }

    private static void WriteEntry(SparseGuestMemory memory, GuestAddress at, E820Entry entry)
    {
        memory.WriteUInt64(at, entry.Start);
        memory.WriteUInt64(at + 8, entry.Bytes);
        memory.WriteUInt32(at + 16, entry.Type);
    }

    private static void WriteNode(SparseGuestMemory memory, GuestAddress at, GuestAddress next, uint type, uint bytes)
    {
        memory.WritePointer(at, next);
        memory.WriteUInt32(at + 8, type);
        memory.WriteUInt32(at + 12, bytes);
    }
}
