using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests;

public sealed class BuiltInProtocolsTests
{
    private static FakeFirmware StartAll()
    {
        var firmware = new FakeFirmware
        {
            OffersNegotiation = true,
            OffersMemoryAccept = true,
            Initrd = new byte[100],
            BootVolume = new Dictionary<string, ReadOnlyMemory<byte>> { ["\\efi\\boot\\bootx64.efi"] = new byte[5000], ["\\vmlinuz"] = new byte[10] },
        };
        Media.BlockIoTests.PlacePartition(firmware);
        foreach (IFirmwarePlugin plugin in BuiltInProtocols.Create())
        {
            plugin.Install(firmware);
        }

        return firmware;
    }

    [Fact]
    public void Create_Twice_SharesNoPlugin() =>
        Assert.Empty(BuiltInProtocols.Create().Intersect(BuiltInProtocols.Create(), ReferenceEqualityComparer.Instance));

    [Fact]
    public void List_NamesAndGuids_AreUnique()
    {
        IReadOnlyList<BuiltInProtocol> list = BuiltInProtocols.List();

        Assert.Equal(list.Count, list.Select(p => p.Name).Distinct().Count());
        Assert.Equal(list.Count, list.Select(p => p.Guid).Distinct().Count());
    }

    [Fact]
    public void Install_EveryProtocol_IsThere()
    {
        FakeFirmware firmware = StartAll();

        Assert.All(BuiltInProtocols.List(), protocol => Assert.True(firmware.Services.Has(protocol.Guid), protocol.Name));
    }

    [Fact]
    public void Install_EveryFunction_NamesItsParameters() =>
        Assert.All(StartAll().Signatures, signature => Assert.NotEmpty(signature.Parameters));

    [Fact]
    public void Install_NoMemory_InstallsNothingAndDoesNotThrow()
    {
        var firmware = new FakeFirmware { OffersNegotiation = true, OffersMemoryAccept = true, Initrd = new byte[1] };
        firmware.Services.IsOutOfMemory = true;
        foreach (IFirmwarePlugin plugin in BuiltInProtocols.Create())
        {
            plugin.Install(firmware);
        }

        Assert.Single(firmware.Services.Installed);
    }

    /// <summary>A guest may pass anything: a member answers, or faults on the guest's own pointer; nothing else.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Members_RandomArguments_AnswerOrFault(int seed)
    {
        var random = new Random(seed);
        FakeFirmware firmware = StartAll();
        GuestAddress root = firmware.Allocate(8);
        GuestAddress fileSystem = firmware.Services.InterfaceOf(SimpleFileSystemProtocol.ProtocolGuid);
        firmware.Call(fileSystem, 8, fileSystem.Value, root.Value);
        (GuestAddress Table, int Members)[] tables =
        [
            .. firmware.Services.Installed
                .Where(i => BuiltInProtocols.List().Any(p => p.Guid == i.Protocol))
                .Select(i => (i.Interface, (int)firmware.Services.Pool[i.Interface.Value].Bytes / 8)),
            (firmware.Ram.ReadPointer(root), 11),
        ];
        int calls = 0;
        for (int i = 0; i < 6000; i++)
        {
            (GuestAddress table, int members) = tables[random.Next(tables.Length)];
            GuestAddress function = firmware.Ram.ReadPointer(table + ((ulong)random.Next(members) * 8));
            if (function.Value < 0xF000_0000 || function.Value > 0xF100_0000)
            {
                // A field, or a member that an earlier call has overwritten.
                continue;
            }

            ulong[] arguments = [.. Enumerable.Range(0, 8).Select(_ => Wild(random, table))];
            try
            {
                firmware.Run(function, arguments);
                calls++;
            }
            catch (GuestMemoryFaultException)
            {
                calls++;
            }
        }

        Assert.InRange(calls, 1000, 6000);
    }

    private static ulong Wild(Random random, GuestAddress table) => random.Next(8) switch
    {
        0 => 0,
        1 => (ulong)random.Next(32),
        2 => ulong.MaxValue,
        3 => table.Value,
        4 => unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        // The upper half of RAM, which holds garbage and no interface.
        _ => 0x50_0000 + (ulong)random.Next(0x30_0000),
    };
}
