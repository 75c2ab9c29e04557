using EfiEmu.Firmware.Tables;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Tables;

public sealed class ConfigurationTablesTests
{
    private readonly ConfigurationTables _tables = new();

    [Fact]
    public void Install_OfANewTable_AppendsIt()
    {
        Install(1, 0x1000);
        ConfigurationTableOutcome outcome = Install(2, 0x2000);

        Assert.Equal((EfiStatus.Success, ConfigurationTableChange.Added, 1), (outcome.Status, outcome.Change, outcome.Index));
        Assert.True(outcome.RefreshesCrc);
        Assert.Equal([0x1000UL, 0x2000UL], _tables.Entries.Select(entry => entry.Table.Value));
    }

    [Fact]
    public void Install_OfAKnownTable_ReplacesThePointerInPlaceWithoutNewCrc()
    {
        Install(1, 0x1000);
        Install(2, 0x2000);
        ConfigurationTableOutcome outcome = Install(1, 0x3000);

        Assert.Equal((ConfigurationTableChange.Replaced, 0, false), (outcome.Change, outcome.Index, outcome.RefreshesCrc));
        Assert.Equal([0x3000UL, 0x2000UL], _tables.Entries.Select(entry => entry.Table.Value));
        Assert.Equal(new GuestAddress(0x3000), _tables.Find(Id(1)));
    }

    [Fact]
    public void Install_OfNull_RemovesAndMovesTheRestDown()
    {
        Install(1, 0x1000);
        Install(2, 0x2000);
        Install(3, 0x3000);
        ConfigurationTableOutcome outcome = Install(2, 0);

        Assert.Equal((ConfigurationTableChange.Removed, 1, true), (outcome.Change, outcome.Index, outcome.RefreshesCrc));
        Assert.Equal([0x1000UL, 0x3000UL], _tables.Entries.Select(entry => entry.Table.Value));
        Assert.Equal(GuestAddress.Null, _tables.Find(Id(2)));
    }

    [Fact]
    public void Install_OfNullForWhatIsNotThere_IsNotFound()
    {
        Assert.Equal((EfiStatus.NotFound, ConfigurationTableChange.None), (Install(1, 0).Status, Install(1, 0).Change));
        Assert.Equal(0, _tables.Capacity);
    }

    [Fact]
    public void Install_GrowsTheArraySixteenEntriesAtATime_AndNeverShrinksIt()
    {
        var grown = new List<(int At, int To)>();
        for (int number = 0; number < 40; number++)
        {
            bool announced = _tables.NeedsGrowth(Id(number), new(0x1000));
            ConfigurationTableOutcome outcome = Install(number, 0x1000);
            Assert.Equal(announced, outcome.GrewTo is not null);
            if (outcome.GrewTo is { } capacity)
            {
                grown.Add((number, capacity));
            }
        }

        Assert.Equal([(0, 16), (16, 32), (32, 48)], grown);
        for (int number = 0; number < 40; number++)
        {
            Install(number, 0);
        }

        Assert.Equal(48, _tables.Capacity);
        Assert.Null(Install(1, 0x1000).GrewTo);
        Assert.False(_tables.NeedsGrowth(Id(1), new(0x2000)));
    }

    private ConfigurationTableOutcome Install(int number, ulong table) => _tables.Install(Id(number), new GuestAddress(table));

    private static Guid Id(int number) => new(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}
