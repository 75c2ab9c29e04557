using EfiEmu.Protocols.Tests.Support;
using EfiEmu.Sdk;
using Xunit;

namespace EfiEmu.Protocols.Tests.DevicePath;

public sealed class DevicePathUtilitiesTests
{
    private const string End = "7FFF0400";
    private const string EndInstance = "7F010400";
    private const string Pci = "01010600021F";
    private const string Acpi = "02010C00D041030A00000000";

    private readonly FakeFirmware _firmware = new FakeFirmware().Start(new DevicePathUtilitiesProtocol());

    private GuestAddress Utilities => _firmware.Services.InterfaceOf(DevicePathUtilitiesProtocol.ProtocolGuid);

    private ulong Place(string? hex) => hex is null ? 0 : _firmware.Place(Convert.FromHexString(hex)).Value;

    private ulong Call(uint offset, params ulong[] arguments) => _firmware.CallValue(Utilities, offset, arguments);

    private string? Bytes(ulong address) => address == 0
        ? null
        : Convert.ToHexString(_firmware.Ram.ReadBytes(new GuestAddress(address), (int)_firmware.Services.Pool[address].Bytes));

    [Fact]
    public void Interface_HasItsMembersInTheSpecifiedOrder()
    {
        string[] names = [.. Enumerable.Range(0, 8).Select(i => _firmware.SignatureAt(_firmware.Ram.ReadPointer(Utilities + (ulong)(i * 8))).Name)];

        Assert.Equal(
            [
                "GetDevicePathSize", "DuplicateDevicePath", "AppendDevicePath", "AppendDeviceNode", "AppendDevicePathInstance",
                "GetNextDevicePathInstance", "IsDevicePathMultiInstance", "CreateDeviceNode",
            ],
            names);
    }

    [Theory]
    [InlineData(null, 0UL)]
    [InlineData(End, 4UL)]
    [InlineData(Pci + End, 10UL)]
    [InlineData(Pci + EndInstance + Acpi + End, 26UL)]
    [InlineData("01010300" + End, 0UL)]
    public void GetDevicePathSize_CountsEveryInstanceAndTheEnd(string? path, ulong expected) =>
        Assert.Equal(expected, Call(0, Place(path)));

    [Theory]
    [InlineData(null, null)]
    [InlineData("01010300" + End, null)]
    [InlineData(Pci + EndInstance + Acpi + End, Pci + EndInstance + Acpi + End)]
    public void DuplicateDevicePath_CopiesAllOfIt(string? path, string? expected) => Assert.Equal(expected, Bytes(Call(8, Place(path))));

    [Theory]
    [InlineData(null, null, End)]
    [InlineData(Acpi + End, null, Acpi + End)]
    [InlineData(null, Pci + End, Pci + End)]
    [InlineData(Acpi + End, Pci + End, Acpi + Pci + End)]
    [InlineData("01010300", Pci + End, null)]
    public void AppendDevicePath_JoinsTwo(string? first, string? second, string? expected) =>
        Assert.Equal(expected, Bytes(Call(16, Place(first), Place(second))));

    [Theory]
    [InlineData(null, null, End)]
    [InlineData(Acpi + End, null, Acpi + End)]
    [InlineData(null, Pci, Pci + End)]
    [InlineData(Acpi + End, Pci, Acpi + Pci + End)]
    [InlineData(Acpi + End, "01010300", null)]
    public void AppendDeviceNode_AddsOneNode(string? path, string? node, string? expected) =>
        Assert.Equal(expected, Bytes(Call(24, Place(path), Place(node))));

    [Theory]
    [InlineData(null, Pci + End, Pci + End)]
    [InlineData(Acpi + End, null, null)]
    [InlineData(Acpi + End, Pci + End, Acpi + EndInstance + Pci + End)]
    public void AppendDevicePathInstance_AddsAnInstance(string? path, string? instance, string? expected) =>
        Assert.Equal(expected, Bytes(Call(32, Place(path), Place(instance))));

    [Fact]
    public void GetNextDevicePathInstance_WalksThroughTheInstances()
    {
        GuestAddress position = _firmware.Place(Place(Pci + EndInstance + Acpi + End));
        GuestAddress size = _firmware.Allocate(8);

        Assert.Equal(Pci + End, Bytes(Call(40, position.Value, size.Value)));
        Assert.Equal(10UL, _firmware.Ram.ReadUInt64(size));
        Assert.Equal(Acpi + End, Bytes(Call(40, position.Value, size.Value)));
        Assert.Equal((16UL, 0UL), (_firmware.Ram.ReadUInt64(size), _firmware.Ram.ReadUInt64(position)));
        Assert.Equal(0UL, Call(40, position.Value, size.Value));
        Assert.Equal(0UL, _firmware.Ram.ReadUInt64(size));
        Assert.Equal(0UL, Call(40, 0, 0));
    }

    [Theory]
    [InlineData(null, 0UL)]
    [InlineData(Pci + End, 0UL)]
    [InlineData(Pci + EndInstance + Acpi + End, 1UL)]
    public void IsDevicePathMultiInstance_LooksForAnEndOfInstance(string? path, ulong expected) =>
        Assert.Equal(expected, Call(48, Place(path)));

    [Theory]
    [InlineData(1UL, 1UL, 6UL, "010106000000")]
    [InlineData(0x104UL, 0x203UL, 0x10004UL, "04030400")]
    [InlineData(1UL, 1UL, 3UL, null)]
    public void CreateDeviceNode_MakesAZeroedNode(ulong type, ulong subType, ulong length, string? expected) =>
        Assert.Equal(expected, Bytes(Call(56, type, subType, length)));
}
