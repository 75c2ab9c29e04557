using EfiEmu.Firmware.Handles;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Firmware.Tests.Handles;

public sealed class DriverConnectionTests
{
    [Fact]
    public void Order_WithoutPreferences_IsByVersionDescending() =>
        Assert.Equal("CAB", Ordered([Driver('A', 5), Driver('B', 1), Driver('C', 9)]));

    [Fact]
    public void Order_OfEqualVersions_KeepsDatabaseOrder() =>
        Assert.Equal("ABC", Ordered([Driver('A', 5), Driver('B', 5), Driver('C', 5)]));

    [Fact]
    public void Order_WhenAHigherVersionSwapsIn_SendsTheFirstToTheSwappedPlace() =>
        Assert.Equal("CBA", Ordered([Driver('A', 1), Driver('B', 1), Driver('C', 2)]));

    [Fact]
    public void Order_WithOlderFirmwareDriversToSwapWith_KeepsDatabaseOrderOfEqualVersions() =>
        Assert.Equal("CAB", string.Concat(DriverConnection
            .Order([Driver('A', 1), Driver('B', 1), Driver('C', 2)], DriverPreferences.None, [0, 0, 0])
            .Select(item => (char)item.Handle.Value)));

    [Fact]
    public void Order_PutsContextThenPlatformThenFamilyThenBusThenTheRest()
    {
        DriverBinding[] bindings =
        [
            Driver('A', 100), Driver('B', 50), Driver('C', 1), Driver('D', 2), Driver('E', 3, family: 1),
            Driver('F', 4, family: 7), Driver('G', 5),
        ];
        var preferences = new DriverPreferences([Handle('G')], [Image('D')], [Image('C')]);

        Assert.Equal("GDFECAB", Ordered(bindings, preferences));
    }

    [Fact]
    public void Order_OfPreferredDrivers_NamesEachOnce()
    {
        DriverBinding[] bindings = [Driver('A', 1), Driver('B', 2)];
        var preferences = new DriverPreferences([Handle('A'), Handle('A')], [Image('A'), Image('Z')], [Image('A')]);

        Assert.Equal("AB", Ordered(bindings, preferences));
    }

    [Fact]
    public void Order_OfAnImageWithSeveralBindings_TakesThemInDatabaseOrder()
    {
        DriverBinding[] bindings = [Driver('A', 9), Driver('B', 1) with { Image = Image('X') }, Driver('C', 5) with { Image = Image('X') }];

        Assert.Equal("BCA", Ordered(bindings, new DriverPreferences([], [Image('X')], [])));
    }

    private static string Ordered(DriverBinding[] bindings, DriverPreferences? preferences = null) =>
        string.Concat(DriverConnection.Order(bindings, preferences ?? DriverPreferences.None).Select(item => (char)item.Handle.Value));

    private static EfiHandle Handle(char name) => new(name);

    private static EfiHandle Image(char name) => new(0x1000UL + name);

    private static DriverBinding Driver(char name, uint version, uint? family = null) =>
        new(Handle(name), Image(name), new GuestAddress(0x2000UL + name), version, family);
}
